//! Chunks that hold a piece of code, or most of it.
//!
//! Code is compared by runs of four tokens, so that indentation and line breaks make no difference and a changed line
//! costs no more than its own runs. What counts is how many of the snippet's runs stand close together.

use std::collections::HashMap;

use contexd_store::{FileEntry, Trigram};

use super::tokens::{Token, tokens};
use super::{Shares, Text, Tree, raise};
use crate::RetrieveError;
use crate::understand::Snippet;

/// Tokens of a run.
const RUN: usize = 4;
/// Tokens of a snippet that are compared; the rest of a longer one is cut off.
const MOST_TOKENS: usize = 600;
/// Trigrams of a snippet that files are asked for, spread over all of it.
const MOST_TRIGRAMS: usize = 64;
/// Share of those trigrams that a file must hold to be read.
const TRIGRAM_SHARE: f32 = 0.6;
/// Files read for holding the most of the trigrams.
const FILES_BY_TRIGRAMS: usize = 12;
/// Files read for the best keyword score, whatever trigrams they hold.
const FILES_BY_KEYWORDS: usize = 4;
/// Share of the runs from which on all of the snippet has been found.
const WHOLE: f32 = 0.95;
/// Bytes of files that are read.
const MOST_BYTES: usize = 1 << 20;

/// Which share of `snippet` each chunk holds in one place.
///
/// Once the whole of it has been found, only files that may hold as much of it are read.
pub(super) fn shares(tree: &Tree<'_>, snippet: &Snippet) -> Result<Shares, RetrieveError> {
    let runs = Runs::of(snippet);
    let mut shares = Shares::new();
    let mut bytes = 0;
    let mut most_missing = usize::MAX;
    for Candidate { missing, file } in files_to_read(tree, &snippet.text) {
        if missing > most_missing || bytes > MOST_BYTES {
            break;
        }
        let text = Text { file, text: tree.snapshot.text(file)? };
        bytes += text.text.len();
        if runs.find(&text, &mut shares) >= WHOLE {
            most_missing = missing;
        }
    }
    Ok(shares)
}

/// A file that may hold the snippet.
struct Candidate<'a> {
    /// Trigrams of the snippet that it does not hold.
    missing: usize,
    file: &'a FileEntry,
}

/// The files that hold the most of the snippet's trigrams, then those of the best keyword score.
fn files_to_read<'a>(tree: &Tree<'a>, snippet: &str) -> Vec<Candidate<'a>> {
    let trigrams = spread_trigrams(snippet);
    let most_missing = (trigrams.len() as f32 * (1.0 - TRIGRAM_SHARE)) as usize;
    let mut found: Vec<Candidate<'_>> = Vec::new();
    for (file, filter) in tree.snapshot.files_with_trigrams() {
        let mut missing = 0;
        let is_near = trigrams.iter().all(|&trigram| {
            missing += usize::from(!filter.may_hold(trigram));
            missing <= most_missing
        });
        if is_near && tree.filter.admits_file(file) {
            found.push(Candidate { missing, file });
        }
    }
    found.sort_by(|a, b| {
        a.missing.cmp(&b.missing).then_with(|| tree.lexical(b.file).total_cmp(&tree.lexical(a.file)))
    });
    found.truncate(FILES_BY_TRIGRAMS);
    for file in files_by_keywords(tree) {
        if !found.iter().any(|known| known.file.id == file.id) {
            found.push(Candidate { missing: usize::MAX, file });
        }
    }
    found
}

fn files_by_keywords<'a>(tree: &Tree<'a>) -> Vec<&'a FileEntry> {
    let found = tree.lexical.keys().filter_map(|&file| tree.snapshot.file(file));
    let mut files: Vec<&FileEntry> = found.map(|file| &**file).collect();
    files.sort_by(|a, b| tree.lexical(b).total_cmp(&tree.lexical(a)).then_with(|| a.path.cmp(&b.path)));
    files.truncate(FILES_BY_KEYWORDS);
    files
}

/// Distinct trigrams of the snippet that hold no white space, which files may write otherwise, evenly spread.
fn spread_trigrams(snippet: &str) -> Vec<Trigram> {
    let pieces = snippet.split_whitespace();
    let mut trigrams: Vec<Trigram> = Vec::new();
    for trigram in pieces.flat_map(|piece| Trigram::all_of(piece.as_bytes())) {
        if trigrams.len() < MOST_TOKENS && !trigrams.contains(&trigram) {
            trigrams.push(trigram);
        }
    }
    let step = trigrams.len().div_ceil(MOST_TRIGRAMS).max(1);
    trigrams.into_iter().step_by(step).collect()
}

/// The runs of a snippet's tokens.
struct Runs {
    /// The number of each distinct run.
    numbers: HashMap<u64, usize>,
    /// A bit for the low bits of each run, which rules most others out.
    bits: [u64; 64],
    /// Tokens of a file among which the runs must stand.
    reach: usize,
    /// Share of the runs that a place must have.
    least_share: f32,
}

/// A place in a file where a run of the snippet stands.
#[derive(Clone, Copy)]
struct Place {
    run: usize,
    /// The number of the run's first token in the file.
    token: usize,
    /// The offset of that token.
    offset: usize,
}

impl Runs {
    fn of(snippet: &Snippet) -> Self {
        let tokens: Vec<Token> = tokens(&snippet.text).take(MOST_TOKENS).collect();
        let mut runs = Self {
            numbers: HashMap::new(),
            bits: [0; 64],
            // Room for what was taken out of the snippet or has come in since.
            reach: tokens.len() + tokens.len() / 4,
            least_share: snippet.least_share(),
        };
        for (run, _) in rolling(tokens.into_iter()) {
            let number = runs.numbers.len();
            runs.numbers.entry(run).or_insert(number);
            runs.bits[(run >> 6) as usize % 64] |= 1 << (run % 64);
        }
        runs
    }

    /// Notes the chunks of `text` where much of the snippet stands in one place; the greatest share.
    fn find(&self, text: &Text<'_>, shares: &mut Shares) -> f32 {
        let places = self.places(&text.text);
        let mut times = vec![0_u32; self.numbers.len()];
        let mut distinct = 0;
        let mut first = 0;
        let mut greatest = 0.0_f32;
        for (last, place) in places.iter().enumerate() {
            distinct += usize::from(times[place.run] == 0);
            times[place.run] += 1;
            while place.token - places[first].token > self.reach {
                times[places[first].run] -= 1;
                distinct -= usize::from(times[places[first].run] == 0);
                first += 1;
            }
            let share = distinct as f32 / self.numbers.len() as f32;
            greatest = greatest.max(share);
            // What reaches over the border of two chunks counts for the one that has the greater part.
            let middle = places[usize::midpoint(first, last)].offset;
            if share >= self.least_share
                && let Some(chunk) = text.chunk_at(middle)
            {
                raise(shares, chunk, share);
            }
        }
        greatest
    }

    fn places(&self, text: &str) -> Vec<Place> {
        let runs = rolling(tokens(text)).enumerate();
        runs.filter_map(|(token, (run, offset))| {
            let may_be_known = self.bits[(run >> 6) as usize % 64] >> (run % 64) & 1 == 1;
            let run = if may_be_known { *self.numbers.get(&run)? } else { return None };
            Some(Place { run, token, offset })
        })
        .collect()
    }
}

/// Each run of [`RUN`] tokens as a number, with the offset of its first token.
fn rolling(tokens: impl Iterator<Item = Token>) -> impl Iterator<Item = (u64, usize)> {
    let mut last = [Token { hash: 0, start: 0 }; RUN];
    let runs = tokens.map(move |token| {
        last.rotate_left(1);
        last[RUN - 1] = token;
        // The low bits decide in `bits`: the high ones are brought down.
        let run =
            last.iter().fold(0_u64, |run, token| (run ^ token.hash).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        (run ^ (run >> 32), last[0].start)
    });
    runs.skip(RUN - 1)
}
