//! How well names agree: a symbol with a name in the question, words with words.

use contexd_store::{SymbolKind, SymbolRecord, tokenizer};

use crate::understand::{NamedIdentifier, Strength, is_content_word};
use crate::wildcard::Wildcard;

/// How well `symbol`, whose lower-cased name equals the identifier's or is of its form, answers to it; 0 to 1.
///
/// `rivals` is the number of symbols of that name: a plain word that names many things says little.
pub(crate) fn definition_strength(identifier: &NamedIdentifier, symbol: &SymbolRecord, rivals: usize) -> f32 {
    let is_wildcard = identifier.name.contains('*');
    let as_written = if *symbol.name == *identifier.name || is_wildcard { 1.0 } else { 0.75 };
    let by_rivals = 1.0 / (1.0 + (rivals as f32).ln() / 2.0);
    let strength = match identifier.strength {
        Strength::Word => 0.3 * by_rivals,
        // Code that a report quotes names many things by the way.
        _ if identifier.is_quoted => 0.4 * by_rivals,
        Strength::Code => 1.0,
        Strength::Capitalised => 0.7,
    };
    as_written * strength * kind_factor(symbol.kind) * qualifier_factor(&identifier.qualifier, symbol)
}

/// How likely a kind is what a name in a question means.
pub(crate) fn kind_factor(kind: SymbolKind) -> f32 {
    match kind {
        SymbolKind::Class
        | SymbolKind::Struct
        | SymbolKind::Union
        | SymbolKind::Enum
        | SymbolKind::Interface
        | SymbolKind::Trait
        | SymbolKind::Function => 1.0,
        SymbolKind::TypeAlias | SymbolKind::Method | SymbolKind::Macro | SymbolKind::Constructor => 0.9,
        SymbolKind::Constant | SymbolKind::Module | SymbolKind::Namespace => 0.75,
        SymbolKind::Variable | SymbolKind::Property => 0.6,
        SymbolKind::EnumMember | SymbolKind::Field => 0.5,
        SymbolKind::Impl => 0.4,
        SymbolKind::Heading => 0.3,
    }
}

/// 1 when there is no qualifier or the symbol's containers end in it; less the fewer of its parts they hold.
fn qualifier_factor(qualifier: &[String], symbol: &SymbolRecord) -> f32 {
    if qualifier.is_empty() {
        return 1.0;
    }
    let containers: Vec<String> = container_parts(symbol).map(str::to_lowercase).collect();
    let held =
        qualifier.iter().filter(|part| containers.iter().any(|known| part_matches(part, known))).count();
    0.4 + 0.6 * held as f32 / qualifier.len() as f32
}

/// Whether the lower-cased `container` is what `part` of a qualifier says, which may hold wildcards.
pub(crate) fn part_matches(part: &str, container: &str) -> bool {
    let folded = part.to_lowercase();
    folded == container || Wildcard::of(part).is_some_and(|wildcard| wildcard.matches(container))
}

/// The parts of the qualified name before the name itself, outermost first.
pub(crate) fn container_parts(symbol: &SymbolRecord) -> impl Iterator<Item = &str> {
    let containers = symbol.qualified_name.strip_suffix(&*symbol.name).unwrap_or("");
    containers.split(['.', ':', '#', '\\', '/']).filter(|part| !part.is_empty())
}

/// The distinct stems of the content words of a name, path or question, in order.
pub(crate) fn word_stems(text: &str) -> Vec<String> {
    let mut stems: Vec<String> = Vec::new();
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()) {
        tokenizer::for_each_part_and_stem(word, |part, stem| {
            if part.len() > 1 && is_content_word(part) && !stems.iter().any(|known| known == stem) {
                stems.push(stem.to_owned());
            }
        });
    }
    stems
}

/// How much two sets of words overlap: the geometric mean of the share of `name` that is asked for and the share of
/// the question that `name` answers, the latter of at most four words so that long questions do not dilute it.
///
/// `asked` must be sorted.
pub(crate) fn word_overlap(name: &[String], asked: &[String]) -> f32 {
    if name.is_empty() || asked.is_empty() {
        return 0.0;
    }
    let shared = name.iter().filter(|word| asked.binary_search(word).is_ok()).count() as f32;
    let of_name = shared / name.len() as f32;
    let of_question = (shared / asked.len().min(4) as f32).min(1.0);
    (of_name * of_question).sqrt()
}

/// The beginnings of a question's stems: tells quickly of most names that they hold none of its words.
pub(crate) struct Beginnings(Box<[u64; PLACES / 64]>);

/// Beginnings of three letters that are told apart.
const PLACES: usize = 1 << (3 * LETTER_BITS);

/// Bits that tell a letter: 26 without case, one for all digits, one for all else.
const LETTER_BITS: usize = 5;

impl Beginnings {
    /// The first three letters of each of `stems`, as they may stand in a name.
    pub(crate) fn of(stems: &[String]) -> Self {
        let mut known = Self(Box::new([0; PLACES / 64]));
        for stem in stems {
            match *stem.as_bytes() {
                [first, second, third, ..] => {
                    known.add(place(first, second, third));
                    // `tries` has the stem `try`.
                    if third == b'y' && stem.len() == 3 {
                        known.add(place(first, second, b'i'));
                    }
                }
                [first, second] => (0..=u8::MAX).for_each(|third| known.add(place(first, second, third))),
                _ => known.0.fill(u64::MAX),
            }
        }
        known
    }

    fn add(&mut self, place: usize) {
        self.0[place / 64] |= 1 << (place % 64);
    }

    fn has(&self, place: usize) -> bool {
        self.0[place / 64] & (1 << (place % 64)) != 0
    }

    /// Whether `name` may hold a word of one of the stems; `false` is certain.
    pub(crate) fn may_be_in(&self, name: &str) -> bool {
        // Letters beyond ASCII may change when their case does.
        if !name.is_ascii() {
            return true;
        }
        // The first two places are of fewer than three letters, those after the end of the last ones.
        let places = name.bytes().chain([0, 0]).scan(0, |place, byte| {
            *place = next_place(*place, byte);
            Some(*place)
        });
        places.skip(2).any(|place| self.has(place))
    }
}

fn place(first: u8, second: u8, third: u8) -> usize {
    [first, second, third].into_iter().fold(0, next_place)
}

/// The place of the three letters that end in `byte`, after the place of the three before it.
fn next_place(place: usize, byte: u8) -> usize {
    (place << LETTER_BITS | usize::from(LETTERS[usize::from(byte)])) % PLACES
}

/// The letter of each byte.
const LETTERS: [u8; 256] = {
    let mut letters = [0; 256];
    let mut byte = 0;
    while byte < letters.len() {
        letters[byte] = match byte as u8 {
            letter @ b'a'..=b'z' => letter - b'a' + 1,
            letter @ b'A'..=b'Z' => letter - b'A' + 1,
            b'0'..=b'9' => 27,
            _ => 0,
        };
        byte += 1;
    }
    letters
};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_name_that_cannot_hold_a_word_shares_none(
            name in "[a-zA-Z_0-9é]{0,12}(ies|ing|Ed|er)?",
            asked in "([a-z0-9]{1,6}(ies|ied|ing|s|er)? ){0,3}",
            shares in any::<bool>(),
        ) {
            let question = if shares { format!("{asked} {}", word_stems(&name).join(" ")) } else { asked };
            let mut stems = word_stems(&question);
            stems.sort_unstable();
            let overlap = word_overlap(&word_stems(&name), &stems);
            prop_assert!(overlap <= 0.0 || Beginnings::of(&stems).may_be_in(&name), "{name}: {stems:?}");
        }
    }

    fn words(text: &str) -> Vec<String> {
        let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        words.sort_unstable();
        words
    }

    #[test]
    fn overlap_rewards_names_that_are_asked_for_in_full() {
        let asked = words("path router store match routes");
        let full = word_overlap(&words("path router"), &asked);
        let half = word_overlap(&words("path prefix"), &asked);
        assert!(full > half && half > 0.0 && full <= 1.0);
        assert!(word_overlap(&words("socket"), &asked).abs() < f32::EPSILON);
    }
}
