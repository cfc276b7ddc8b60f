//! Which runs of three bytes a file holds, in a few bits each: what rules files out before they are searched.
//!
//! A [`TrigramFilter`] has a bit for every trigram of the whole file, chunk borders or not; several trigrams may share
//! one. A bit that is not set proves that the trigram is not there; a bit that is set proves nothing. ASCII letters
//! are folded to lower case, so that one filter serves searches with and without regard to case.

/// Three bytes in a row, ASCII letters in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Trigram(u32);

impl Trigram {
    /// The trigrams of `bytes` in order; none when they are fewer than three.
    pub fn all_of(bytes: &[u8]) -> impl Iterator<Item = Self> {
        let mut window = 0;
        let windows = bytes.iter().map(move |byte| {
            window = (window << 8 | u32::from(byte.to_ascii_lowercase())) & 0xFF_FFFF;
            Self(window)
        });
        windows.skip(2)
    }

    /// Where the trigram's bit stands, before it is brought into a filter's size.
    fn position(self) -> usize {
        // Fibonacci hashing: 2^32 divided by the golden ratio; the fold brings the high bits down.
        let product = self.0.wrapping_mul(0x9E37_79B1);
        (product ^ (product >> 15)) as usize
    }
}

/// The trigrams of one text. As many bits as make between an eighth and a quarter of them set, which is about four to eight a
/// distinct trigram (measured in ADR 0009).
#[derive(Clone, PartialEq, Eq)]
pub struct TrigramFilter {
    /// A power of two of them.
    words: Box<[u64]>,
}

/// One bit in this many may be set before a filter is as small as it gets; halving it about doubles the share.
const SPARSE: u64 = 8;

/// Bits a byte of text to begin with: no text has more trigrams than bytes.
const FIRST_BITS_PER_BYTE: usize = 4;

impl TrigramFilter {
    /// The filter of `text`.
    #[must_use]
    pub fn of(text: &[u8]) -> Self {
        let bits = (text.len() * FIRST_BITS_PER_BYTE).next_power_of_two().max(64);
        let mut words = vec![0_u64; bits / 64];
        for trigram in Trigram::all_of(text) {
            let position = trigram.position() & (bits - 1);
            words[position / 64] |= 1 << (position % 64);
        }
        while words.len() > 1 && is_sparse(&words) {
            let high = words.split_off(words.len() / 2);
            words.iter_mut().zip(high).for_each(|(low, high)| *low |= high);
        }
        Self { words: words.into() }
    }

    /// Whether the text may hold `trigram`; `false` is proof that it does not.
    #[must_use]
    pub fn may_hold(&self, trigram: Trigram) -> bool {
        let position = trigram.position() & (self.words.len() * 64 - 1);
        self.words[position / 64] >> (position % 64) & 1 == 1
    }

    /// Whether the text may hold all of `trigrams`; `false` is proof that it does not.
    #[must_use]
    pub fn may_hold_all<'a>(&self, trigrams: impl IntoIterator<Item = &'a Trigram>) -> bool {
        trigrams.into_iter().all(|&trigram| self.may_hold(trigram))
    }

    /// Its size in bytes, in memory and on disk.
    #[must_use]
    pub fn byte_len(&self) -> usize {
        self.words.len() * 8
    }

    /// The bytes that are stored.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        self.words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    /// The filter that was stored as `bytes`; `None` when they cannot be one.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (words, rest) = bytes.as_chunks::<8>();
        let is_one = rest.is_empty() && words.len().is_power_of_two();
        is_one.then(|| Self { words: words.iter().map(|word| u64::from_le_bytes(*word)).collect() })
    }
}

impl std::fmt::Debug for TrigramFilter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TrigramFilter").field("bytes", &self.byte_len()).finish()
    }
}

fn is_sparse(words: &[u64]) -> bool {
    let set: u64 = words.iter().map(|word| u64::from(word.count_ones())).sum();
    set * SPARSE <= words.len() as u64 * 64
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_a_text_holds_is_never_denied(text in prop::collection::vec(any::<u8>(), 0..600)) {
            let filter = TrigramFilter::of(&text);
            let stored = TrigramFilter::from_bytes(&filter.to_bytes()).unwrap();
            prop_assert_eq!(&stored, &filter);
            for trigram in Trigram::all_of(&text) {
                prop_assert!(stored.may_hold(trigram));
            }
        }
    }

    #[test]
    fn letters_are_folded_and_other_bytes_are_not() {
        let filter = TrigramFilter::of("Größe".as_bytes());
        let holds = |text: &[u8]| Trigram::all_of(text).all(|trigram| filter.may_hold(trigram));
        // The first bytes of the two letters are the same.
        assert!(holds(&"GRÖSSE".as_bytes()[..3]) && holds("größe".as_bytes()));
        assert_ne!(Trigram::all_of("Ö1".as_bytes()).next(), Trigram::all_of("ö1".as_bytes()).next());
    }

    #[test]
    fn most_of_what_a_text_does_not_hold_is_denied() {
        let text: String = (0..4_000).map(|number| format!("word{number} ")).collect();
        let filter = TrigramFilter::of(text.as_bytes());
        let absent = (0..4_000)
            .map(|number| format!("+{}", char::from(b'a' + (number % 26) as u8).to_string().repeat(2)));
        let mistaken =
            absent.filter(|text| Trigram::all_of(text.as_bytes()).all(|t| filter.may_hold(t))).count();
        assert!(mistaken < 4_000 / 2, "{mistaken} of 4,000");
        assert!(filter.byte_len() < text.len() / 8, "{} bytes for {}", filter.byte_len(), text.len());
    }

    #[test]
    fn damage_is_noticed() {
        for length in [0, 7, 24] {
            assert_eq!(TrigramFilter::from_bytes(&vec![0; length]), None, "{length} bytes");
        }
    }
}
