//! Chunks that hold quoted literals.

use contexd_store::{FileEntry, Trigram};

use super::{Shares, Text, Tree, raise};
use crate::RetrieveError;

/// Files read for one literal.
const MOST_FILES: usize = 48;
/// Bytes of them.
const MOST_BYTES: usize = 4 << 20;
/// Chunks taken for one literal: more say that it stands everywhere.
const MOST_CHUNKS: usize = 96;
/// What a literal is worth that stands only with other capitals.
const FOLDED: f32 = 0.6;

/// Which share of `literals` each chunk holds.
pub(super) fn shares(tree: &Tree<'_>, literals: &[String]) -> Result<Shares, RetrieveError> {
    let mut shares = Shares::new();
    for literal in literals {
        for (chunk, strength) in chunks_holding(tree, literal)? {
            *shares.entry(chunk).or_default() += strength / literals.len() as f32;
        }
    }
    Ok(shares)
}

/// The chunks that hold `literal` as written, or else those that hold it in other capitals.
fn chunks_holding(tree: &Tree<'_>, literal: &str) -> Result<Shares, RetrieveError> {
    let texts = read(tree, &files_that_may_hold(tree, literal))?;
    let exact = find(&texts, 1.0, |text| text.match_indices(literal).map(|(at, _)| at).collect());
    if !exact.is_empty() {
        return Ok(exact);
    }
    let folded = literal.to_ascii_lowercase();
    Ok(find(&texts, FOLDED, |text| {
        text.to_ascii_lowercase().match_indices(&folded).map(|(at, _)| at).collect()
    }))
}

/// The files whose trigrams do not rule `literal` out, those of the best keyword score first, then by path.
fn files_that_may_hold<'a>(tree: &Tree<'a>, literal: &str) -> Vec<&'a FileEntry> {
    let trigrams: Vec<Trigram> = Trigram::all_of(literal.as_bytes()).collect();
    let may_hold = tree.snapshot.files_with_trigrams().filter(|(_, filter)| filter.may_hold_all(&trigrams));
    let mut files: Vec<&FileEntry> =
        may_hold.map(|(file, _)| &**file).filter(|file| tree.filter.admits_file(file)).collect();
    files.sort_by(|a, b| tree.lexical(b).total_cmp(&tree.lexical(a)));
    files.truncate(MOST_FILES);
    files
}

/// Reads `files` until enough has been read.
fn read<'a>(tree: &Tree<'a>, files: &[&'a FileEntry]) -> Result<Vec<Text<'a>>, RetrieveError> {
    let mut texts = Vec::with_capacity(files.len());
    let mut bytes = 0;
    for &file in files {
        let text = tree.snapshot.text(file)?;
        bytes += text.len();
        if bytes > MOST_BYTES {
            break;
        }
        texts.push(Text { file, text });
    }
    Ok(texts)
}

fn find(texts: &[Text<'_>], strength: f32, places: impl Fn(&str) -> Vec<usize>) -> Shares {
    let mut shares = Shares::new();
    for text in texts {
        for chunk in places(&text.text).into_iter().filter_map(|at| text.chunk_at(at)) {
            if shares.len() < MOST_CHUNKS || shares.contains_key(&chunk) {
                raise(&mut shares, chunk, strength);
            }
        }
    }
    shares
}
