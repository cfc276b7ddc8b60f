//! A light stemmer for English words in code and prose.
//!
//! Takes off the endings that programmers vary (plural, `-ing`, `-ed`, `-er`/`-or`, `-ion`, `-ly`) and a final `e`,
//! so that `cache`, `caches`, `cached` and `caching` share `cach`. A stem is a key, never shown, and need not be a
//! word. Lighter than Porter's algorithm on purpose: it never takes off two derivations (`-ization`, `-ness`,
//! `-able`), because in code those often name different things.

/// Words shorter than this are their own stem.
const SHORTEST_STEMMED: usize = 4;
/// Longer words are no English.
const LONGEST_STEMMED: usize = 24;
/// Letters that an ending must leave.
const SHORTEST_STEM: usize = 3;
/// Letters that the weaker endings (`-er`, `-or`, `-ly`, `-ion`) must leave.
const SHORTEST_DERIVED_STEM: usize = 4;

/// Whether [`stem_in_place`] may change the word: by its length, its last letter, and that it has only letters.
pub(super) fn may_change(word: &str) -> bool {
    (SHORTEST_STEMMED..=LONGEST_STEMMED).contains(&word.len())
        && matches!(word.as_bytes().last(), Some(b's' | b'g' | b'd' | b'r' | b'y' | b'n' | b'e'))
        && word.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// Replaces a lower-case word by its stem; leaves alone what is not made of ASCII letters.
pub(super) fn stem_in_place(word: &mut String) {
    if !may_change(word) {
        return;
    }
    strip_plural(word);
    if !strip_inflection(word) {
        strip_derivation(word);
    }
    strip_final_e(word);
}

fn strip_plural(word: &mut String) {
    if !word.ends_with('s') || ["ss", "us", "is", "ias"].iter().any(|ending| word.ends_with(ending)) {
        return;
    }
    if word.ends_with("ies") && word.len() > 4 {
        replace_ending(word, 3, "y");
    } else if has_sibilant_plural(word) {
        word.truncate(word.len() - 2);
    } else {
        word.truncate(word.len() - 1);
    }
}

/// Whether the plural is `-es`: `classes`, `boxes`, `matches`.
fn has_sibilant_plural(word: &str) -> bool {
    let Some(stem) = word.strip_suffix("es") else { return false };
    stem.len() >= SHORTEST_STEM && ["s", "x", "z", "ch", "sh"].iter().any(|ending| stem.ends_with(ending))
}

/// Takes off `-ing` or `-ed`; `false` when there is none.
fn strip_inflection(word: &mut String) -> bool {
    if word.ends_with("ied") && word.len() > 4 {
        replace_ending(word, 3, "y");
        return true;
    }
    let ending = match () {
        () if word.ends_with("ing") => 3,
        () if word.ends_with("ed") && !word.ends_with("eed") && word != "embed" => 2,
        () => return false,
    };
    if !strip_ending(word, ending, SHORTEST_STEM) {
        return false;
    }
    undouble(word);
    true
}

/// Takes off `-er`, `-or`, `-ion` or `-ly`.
fn strip_derivation(word: &mut String) {
    let derivation = ["er", "or", "ly"].iter().find(|ending| word.ends_with(**ending));
    if let Some(ending) = derivation {
        let stripped = strip_ending(word, ending.len(), SHORTEST_DERIVED_STEM);
        if stripped && *ending != "ly" {
            undouble(word);
        }
    } else if word.ends_with("ization") {
        replace_ending(word, "ation".len(), "");
    } else if word.ends_with("tion") || word.ends_with("sion") {
        strip_ending(word, 3, SHORTEST_DERIVED_STEM);
    }
}

fn strip_final_e(word: &mut String) {
    let is_silent = word.len() >= SHORTEST_STEMMED && word.ends_with('e') && !word.ends_with("ee");
    if is_silent {
        word.truncate(word.len() - 1);
    }
}

/// Takes the last `length` letters off if what is left is long enough and has a vowel.
fn strip_ending(word: &mut String, length: usize, shortest: usize) -> bool {
    let stem = &word[..word.len() - length];
    let is_enough = stem.len() >= shortest && stem.bytes().any(is_vowel);
    if is_enough {
        word.truncate(stem.len());
    }
    is_enough
}

/// `runn` to `run`, `stopp` to `stop`; leaves `add`, `call`, `pass`, `buzz`.
fn undouble(word: &mut String) {
    let [.., before, last] = word.as_bytes() else { return };
    let is_doubled = before == last && !is_vowel(*last) && !matches!(last, b'l' | b's' | b'z');
    if is_doubled && word.len() > 3 {
        word.truncate(word.len() - 1);
    }
}

fn replace_ending(word: &mut String, length: usize, ending: &str) {
    word.truncate(word.len() - length);
    word.push_str(ending);
}

fn is_vowel(byte: u8) -> bool {
    matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}
