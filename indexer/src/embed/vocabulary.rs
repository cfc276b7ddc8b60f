//! Words to tokens: greedy longest match against a hash table that lies ready in the model file.
//!
//! A slot holds the token's number in its lower and a tag in its upper half; slots are probed one after the other
//! from the one that the hash names, up to the first empty one. The hash is FNV-1a over the token's text, which for
//! a piece inside a word begins with `##`. It is built byte by byte, so that one pass over the rest of a word
//! gives the hashes of all its prefixes.

const CONTINUATION: &[u8] = b"##";
const EMPTY: u32 = 0;

/// The tokens of a static model and the table to find them, borrowed from the model file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Vocabulary<'a> {
    slots: &'a [u8],
    offsets: &'a [u8],
    text: &'a [u8],
    longest_token: usize,
    longest_word: usize,
}

impl<'a> Vocabulary<'a> {
    /// Bytes of a word that can be read at most.
    pub(super) const LONGEST_WORD: usize = 64;

    pub(super) fn new(
        slots: &'a [u8],
        offsets: &'a [u8],
        text: &'a [u8],
        longest_token: usize,
        longest_word: usize,
    ) -> Self {
        Self { slots, offsets, text, longest_token, longest_word }
    }

    /// Appends the tokens of `word`, letter case ignored. A word that the vocabulary cannot spell has none.
    pub(super) fn append_tokens(&self, word: &[u8], tokens: &mut Vec<u16>) {
        let length = word.len().min(self.longest_word);
        let mut buffer = [0; Self::LONGEST_WORD];
        let lower = &mut buffer[..length];
        lower.copy_from_slice(&word[..length]);
        lower.make_ascii_lowercase();
        self.append_pieces(lower, tokens);
    }

    fn append_pieces(&self, word: &[u8], tokens: &mut Vec<u16>) {
        let tokens_before = tokens.len();
        let mut start = 0;
        while start < word.len() {
            let prefix = if start == 0 { &[] } else { CONTINUATION };
            let Some((token, length)) = self.longest_piece(prefix, &word[start..]) else {
                tokens.truncate(tokens_before);
                return;
            };
            tokens.push(token);
            start += length;
        }
    }

    /// The longest token that `rest` begins with, and how many bytes of `rest` it takes.
    fn longest_piece(&self, prefix: &[u8], rest: &[u8]) -> Option<(u16, usize)> {
        let limit = rest.len().min(self.longest_token.saturating_sub(prefix.len()));
        let mut hashes = [0; Self::LONGEST_WORD];
        let mut hash = prefix.iter().fold(Hash::START, |hash, byte| hash.with(*byte));
        for (slot, byte) in hashes.iter_mut().zip(&rest[..limit]) {
            hash = hash.with(*byte);
            *slot = hash.0;
        }
        (1..=limit).rev().find_map(|length| {
            let token = self.find(Hash(hashes[length - 1]), prefix, &rest[..length])?;
            Some((token, length))
        })
    }

    fn find(&self, hash: Hash, prefix: &[u8], piece: &[u8]) -> Option<u16> {
        let mask = self.slots.len() / 4 - 1;
        let mut slot = hash.slot() & mask;
        loop {
            let entry = read_u32(self.slots, slot);
            if entry == EMPTY {
                return None;
            }
            let token = entry as u16;
            if entry >> 16 == hash.tag() && self.spells(token, prefix, piece) {
                return Some(token);
            }
            slot = (slot + 1) & mask;
        }
    }

    fn spells(&self, token: u16, prefix: &[u8], piece: &[u8]) -> bool {
        let text = self.token_text(token);
        text.len() == prefix.len() + piece.len() && text.iter().eq(prefix.iter().chain(piece))
    }

    /// The token that spells exactly `piece` inside a word.
    #[cfg(test)]
    pub(super) fn continuation(&self, piece: &[u8]) -> Option<u16> {
        let (token, length) = self.longest_piece(CONTINUATION, piece)?;
        (length == piece.len()).then_some(token)
    }

    /// The text of a token, with `##` in front of one that continues a word.
    pub(super) fn token_text(&self, token: u16) -> &'a [u8] {
        let start = read_u32(self.offsets, usize::from(token)) as usize;
        let end = read_u32(self.offsets, usize::from(token) + 1) as usize;
        &self.text[start..end]
    }
}

/// FNV-1a, 64 bits.
#[derive(Clone, Copy)]
struct Hash(u64);

impl Hash {
    const START: Self = Self(0xcbf2_9ce4_8422_2325);
    const PRIME: u64 = 0x0100_0000_01b3;

    fn with(self, byte: u8) -> Self {
        Self((self.0 ^ u64::from(byte)).wrapping_mul(Self::PRIME))
    }

    fn folded(self) -> u32 {
        (self.0 ^ (self.0 >> 32)) as u32
    }

    fn slot(self) -> usize {
        self.folded() as usize
    }

    fn tag(self) -> u32 {
        self.folded() >> 16
    }
}

fn read_u32(bytes: &[u8], index: usize) -> u32 {
    let at = index * 4;
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
