//! The code tokenizer, the same for what is indexed and what is asked.
//!
//! A *word* is a run of letters, digits and `_`; anything else separates. Each word gives these tokens:
//!
//! - the whole word, lower-cased, without leading and trailing `_`: `spawn_blocking`, `httpserver2`;
//! - when it has several parts (camel case, snake case, digits), each part, stemmed: `http`, `serv`, `2` (of `HTTPServer2`);
//! - when it has one part and its stem differs, the stem: `dispatches` gives `dispatches` and `dispatch`.
//!
//! So a word that is written alike meets itself twice, a differently inflected or differently cased one once.
//! A single letter is no token, neither as a word nor as a part; a letter next to digits stays with them
//! (`i32`, `x86`, `3d`). Chinese, Japanese and Korean text gives character bigrams. Hash-like words are kept
//! whole up to [`LONGEST_BLOB`] bytes and never split; words over [`LONGEST_WORD`] bytes give their parts only,
//! so that encoded data does not flood the vocabulary.

use std::collections::HashMap;
use std::ops::Range;

mod stem;

/// Words longer than this have no whole token.
pub const LONGEST_WORD: usize = 64;
/// Hash-like words and numbers longer than this have no token at all.
pub const LONGEST_BLOB: usize = 40;
/// Parts of one word that are looked at.
const MOST_PARTS: usize = 32;
/// From this length on a word may be hash-like.
const SHORTEST_BLOB: usize = 20;
/// Whether parts are stemmed: the one switch to measure stemming with.
const STEMMING: bool = true;

/// What a token is to the word it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// A whole word of one part, or a character bigram.
    Word,
    /// A whole word of several parts: an identifier.
    Compound,
    /// One of several parts, stemmed.
    Part,
    /// The stem of a whole word of one part, where it differs from the word.
    Stem,
}

/// A distinct token of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryToken {
    /// The token.
    pub text: String,
    /// The first of [`TokenKind`] (in the order compound, word, stem, part) that it occurs as.
    pub kind: TokenKind,
    /// How often it occurs.
    pub count: u32,
}

/// Calls `emit` for every token of `text`: each identifier or word whole (lower-cased) and, where it has several,
/// its camel-case, snake-case and digit parts.
pub fn tokenize(text: &str, emit: &mut dyn FnMut(&str)) {
    tokenize_with_kinds(text, |token, _| emit(token));
}

/// [`tokenize`], also telling what each token is.
pub fn tokenize_with_kinds(text: &str, mut emit: impl FnMut(&str, TokenKind)) {
    let mut scratch = Scratch::default();
    let mut at = 0;
    while let Some(&byte) = text.as_bytes().get(at) {
        if CLASSES[byte as usize] == 0 {
            at += 1;
            continue;
        }
        let run = next_run(text, at);
        match run.kind {
            RunKind::Word(classes) => emit_word(&text[at..run.end], classes, &mut scratch, &mut emit),
            RunKind::Ideographs => emit_bigrams(&text[at..run.end], &mut emit),
            RunKind::Separator => {}
        }
        at = run.end;
    }
}

/// The distinct tokens of `text` with their counts, in order of first appearance.
#[must_use]
pub fn query_tokens(text: &str) -> Vec<QueryToken> {
    let mut tokens: Vec<QueryToken> = Vec::new();
    let mut positions: HashMap<String, usize> = HashMap::new();
    tokenize_with_kinds(text, |token, kind| match positions.get(token) {
        Some(&position) => {
            let known = &mut tokens[position];
            known.count += 1;
            known.kind = stronger_kind(known.kind, kind);
        }
        None => {
            positions.insert(token.to_owned(), tokens.len());
            tokens.push(QueryToken { text: token.to_owned(), kind, count: 1 });
        }
    });
    tokens
}

/// Calls `emit` with each part of one identifier, lower-cased, in order (`HTTPServer2` gives `http`, `server`, `2`), and with
/// its stem: what the inflected forms of a word share (`dispatches`, `dispatching`: `dispatch`). A word of one part gives
/// itself; words that are not made of ASCII letters are their own stems.
pub fn for_each_part_and_stem(identifier: &str, mut emit: impl FnMut(&str, &str)) {
    let classes = if identifier.is_ascii() { 0 } else { NON_ASCII };
    let (mut part, mut stemmed) = (String::new(), String::new());
    let mut emit_part = |range: Range<usize>| {
        lower_into(&identifier[range], classes, &mut part);
        stemmed.clone_from(&part);
        stem::stem_in_place(&mut stemmed);
        emit(&part, &stemmed);
    };
    let mut has_parts = false;
    for_each_part(identifier.as_bytes(), |range| {
        has_parts = true;
        emit_part(range);
    });
    if !has_parts && !identifier.is_empty() {
        emit_part(0..identifier.len());
    }
}

fn stronger_kind(a: TokenKind, b: TokenKind) -> TokenKind {
    let rank = |kind| match kind {
        TokenKind::Compound => 0,
        TokenKind::Word => 1,
        TokenKind::Stem => 2,
        TokenKind::Part => 3,
    };
    if rank(b) < rank(a) { b } else { a }
}

const LOWER: u8 = 1;
const UPPER: u8 = 2;
const DIGIT: u8 = 4;
const UNDERSCORE: u8 = 8;
const NON_ASCII: u8 = 16;

/// What a byte is; 0 for a separator.
static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'a'..=b'z' => LOWER,
            b'A'..=b'Z' => UPPER,
            b'0'..=b'9' => DIGIT,
            b'_' => UNDERSCORE,
            0x80..=0xff => NON_ASCII,
            _ => 0,
        };
        byte += 1;
    }
    table
}

struct Run {
    end: usize,
    kind: RunKind,
}

enum RunKind {
    /// A word, with the union of its bytes' classes.
    Word(u8),
    Ideographs,
    Separator,
}

/// The run of characters of one kind that starts at `start`, which is no ASCII separator.
fn next_run(text: &str, start: usize) -> Run {
    let bytes = text.as_bytes();
    let mut end = start;
    let mut seen = 0;
    loop {
        // Nearly all bytes of code are ASCII: take their run in one tight loop.
        for &byte in &bytes[end..] {
            let class = CLASSES[byte as usize];
            if class == 0 || class == NON_ASCII {
                break;
            }
            seen |= class;
            end += 1;
        }
        let class = bytes.get(end).map_or(0, |&byte| CLASSES[byte as usize]);
        if class == 0 {
            return Run { end, kind: RunKind::Word(seen) };
        }
        let character = text[end..].chars().next().expect("invariant: a character starts at a lead byte");
        if !character.is_alphanumeric() || is_ideograph(character) {
            return if seen == 0 { foreign_run(text, start) } else { Run { end, kind: RunKind::Word(seen) } };
        }
        seen |= NON_ASCII;
        end += character.len_utf8();
    }
}

/// The run at `start`, where an ideograph or a non-ASCII separator stands.
fn foreign_run(text: &str, start: usize) -> Run {
    let ideographs: usize =
        text[start..].chars().take_while(|&character| is_ideograph(character)).map(char::len_utf8).sum();
    if ideographs > 0 {
        return Run { end: start + ideographs, kind: RunKind::Ideographs };
    }
    let separator = text[start..].chars().next().map_or(1, char::len_utf8);
    Run { end: start + separator, kind: RunKind::Separator }
}

/// Whether words are written with `character` without blanks between them.
fn is_ideograph(character: char) -> bool {
    matches!(character,
        '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Buffers used again from word to word.
#[derive(Default)]
struct Scratch {
    whole: String,
    part: String,
}

fn emit_bigrams(run: &str, emit: &mut impl FnMut(&str, TokenKind)) {
    let mut starts = run.char_indices().map(|(start, _)| start).chain([run.len()]);
    let (Some(mut first), Some(mut second)) = (starts.next(), starts.next()) else { return };
    if second == run.len() {
        emit(run, TokenKind::Word);
    }
    for end in starts {
        emit(&run[first..end], TokenKind::Word);
        (first, second) = (second, end);
    }
}

fn emit_word(word: &str, classes: u8, scratch: &mut Scratch, emit: &mut impl FnMut(&str, TokenKind)) {
    let word = if classes & UNDERSCORE == 0 { word } else { word.trim_matches('_') };
    let is_single_letter = word.len() == 1 && classes & DIGIT == 0;
    if word.is_empty() || is_single_letter {
        return;
    }
    if classes == LOWER {
        emit_plain_word(word, scratch, emit);
    } else {
        emit_mixed_word(word, classes, scratch, emit);
    }
}

/// Emits a word of ASCII lower-case letters.
fn emit_plain_word(word: &str, scratch: &mut Scratch, emit: &mut impl FnMut(&str, TokenKind)) {
    if word.len() > LONGEST_WORD {
        return;
    }
    emit(word, TokenKind::Word);
    if stemmed(word, &mut scratch.part) {
        emit(&scratch.part, TokenKind::Stem);
    }
}

fn emit_mixed_word(word: &str, classes: u8, scratch: &mut Scratch, emit: &mut impl FnMut(&str, TokenKind)) {
    let unsplit = is_number(word, classes) || is_blob(word, classes);
    if unsplit && word.len() > LONGEST_BLOB {
        return;
    }
    lower_into(word, classes, &mut scratch.whole);
    let Scratch { whole, part: buffer } = scratch;
    let is_single_part = unsplit || first_part(word.as_bytes()) == Some(0..word.len());
    if is_single_part {
        if word.len() <= LONGEST_WORD {
            emit(whole, TokenKind::Word);
        }
        if !unsplit && stemmed(whole, buffer) {
            emit(buffer, TokenKind::Stem);
        }
        return;
    }
    if word.len() <= LONGEST_WORD {
        emit(whole, TokenKind::Compound);
    }
    for_each_part(word.as_bytes(), |part| {
        if part.len() > LONGEST_BLOB {
            return;
        }
        lower_into(&word[part], classes, buffer);
        if STEMMING {
            stem::stem_in_place(buffer);
        }
        emit(buffer, TokenKind::Part);
    });
}

/// Writes the stem of the lower-case `word` into `buffer`; `false` when it is the word itself.
fn stemmed(word: &str, buffer: &mut String) -> bool {
    if !STEMMING || !stem::may_change(word) {
        return false;
    }
    buffer.clear();
    buffer.push_str(word);
    stem::stem_in_place(buffer);
    buffer != word
}

fn lower_into(word: &str, classes: u8, buffer: &mut String) {
    buffer.clear();
    if classes & NON_ASCII == 0 {
        buffer.push_str(word);
        buffer.make_ascii_lowercase();
    } else {
        buffer.extend(word.chars().flat_map(char::to_lowercase));
    }
}

/// Whether the word is a literal like `0x1F`, `10_000` or `1e9`, of which no part says anything.
fn is_number(word: &str, classes: u8) -> bool {
    classes & DIGIT != 0 && word.split('_').all(|segment| segment.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether the word looks like a hash or encoded data: letters and digits that alternate too fast for names.
fn is_blob(word: &str, classes: u8) -> bool {
    if word.len() < SHORTEST_BLOB || classes & DIGIT == 0 {
        return false;
    }
    let mut runs = 0;
    let mut start = 0;
    while start < word.len() {
        start = run_end(word.as_bytes(), start);
        runs += 1;
    }
    word.len() * 2 < runs * 5
}

fn first_part(word: &[u8]) -> Option<Range<usize>> {
    let mut first = None;
    for_each_part(word, |part| {
        first.get_or_insert(part);
    });
    first
}

/// Calls `visit` with the byte range of every part, leaving out single letters.
fn for_each_part(word: &[u8], mut visit: impl FnMut(Range<usize>)) {
    let mut left = MOST_PARTS;
    let mut pending = 0..0;
    let mut flush = |part: Range<usize>| {
        let is_single_letter = part.len() == 1 && !word[part.start].is_ascii_digit();
        if !part.is_empty() && !is_single_letter && left > 0 {
            left -= 1;
            visit(part);
        }
    };
    let mut start = 0;
    while start < word.len() {
        let end = run_end(word, start);
        if word[start] == b'_' {
            flush(pending);
            pending = end..end;
        } else if stays_together(word, &pending, &(start..end)) {
            pending.end = end;
        } else {
            flush(pending);
            pending = start..end;
        }
        start = end;
    }
    flush(pending);
}

/// Whether `run` belongs to the same part as what is before it: a letter next to digits stays with them, and a
/// part that starts with a digit is not split further than that.
fn stays_together(word: &[u8], pending: &Range<usize>, run: &Range<usize>) -> bool {
    if pending.is_empty() {
        return false;
    }
    let run_is_digits = word[run.start].is_ascii_digit();
    let pending_is_digits = word[pending.end - 1].is_ascii_digit();
    (run_is_digits && pending.len() == 1) || (pending_is_digits && run.len() == 1 && !run_is_digits)
}

/// Where the run of one class that starts at `start` ends: digits, underscores, lower-case letters with one capital
/// before them, or capitals (with a plural `s`: `URLs`).
fn run_end(word: &[u8], start: usize) -> usize {
    let first = CLASSES[word[start] as usize];
    if first != UPPER {
        return end_of(word, start, if is_lower(first) { LOWER | NON_ASCII } else { first });
    }
    let capitals_end = end_of(word, start, UPPER);
    let lower_end = end_of(word, capitals_end, LOWER | NON_ASCII);
    let is_acronym = capitals_end - start > 1;
    let is_plural = lower_end - capitals_end == 1 && word[capitals_end] == b's';
    match is_acronym {
        true if lower_end == capitals_end || is_plural => lower_end,
        true => capitals_end - 1,
        false => lower_end,
    }
}

fn is_lower(class: u8) -> bool {
    class & (LOWER | NON_ASCII) != 0
}

fn end_of(word: &[u8], start: usize, classes: u8) -> usize {
    word[start..]
        .iter()
        .position(|&byte| CLASSES[byte as usize] & classes == 0)
        .map_or(word.len(), |length| start + length)
}

#[cfg(test)]
mod tests;
