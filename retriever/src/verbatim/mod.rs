//! What of a question stands word for word in the files: quoted literals, and pieces of code.
//!
//! The trigrams say which files may hold it, a bounded number of those is read from the snapshot. Nothing of this runs
//! for a question without quotation or code.

mod literals;
mod snippets;
mod tokens;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use contexd_store::{ChunkId, FileEntry, FileId, Snapshot};

use crate::RetrieveError;
use crate::candidates::{Pool, chunk_at_byte};
use crate::filter::Filter;
use crate::understand::Understanding;
pub(crate) use tokens::{MIN_TOKENS, tokens};

/// How much of what was looked for a chunk holds, 0 to 1.
type Shares = BTreeMap<ChunkId, f32>;

/// Adds the chunks that hold quoted literals or the snippet of the question to `pool`, which holds what the keyword index
/// found: where more files may hold it than are read, those of the best keyword score are.
pub(crate) fn add_verbatim(
    pool: &mut Pool,
    snapshot: &Snapshot,
    understanding: &Understanding,
    filter: &Filter,
) -> Result<(), RetrieveError> {
    if understanding.literals.is_empty() && understanding.snippet.is_none() {
        return Ok(());
    }
    let tree = Tree { snapshot, filter, lexical: best_by_file(pool) };
    let mut shares = literals::shares(&tree, &understanding.literals)?;
    if let Some(snippet) = &understanding.snippet {
        for (chunk, share) in snippets::shares(&tree, snippet)? {
            raise(&mut shares, chunk, share);
        }
    }
    for (chunk, share) in shares {
        pool.entry(chunk).or_default().verbatim = share;
    }
    Ok(())
}

/// The best keyword score of each file.
fn best_by_file(pool: &Pool) -> HashMap<FileId, f32> {
    let mut best: HashMap<FileId, f32> = HashMap::new();
    for (chunk, evidence) in pool {
        let score = best.entry(chunk.file).or_default();
        *score = score.max(evidence.lexical);
    }
    best
}

fn raise(shares: &mut Shares, chunk: ChunkId, share: f32) {
    let known = shares.entry(chunk).or_default();
    *known = known.max(share);
}

/// The files that are looked into.
struct Tree<'a> {
    snapshot: &'a Snapshot,
    filter: &'a Filter,
    lexical: HashMap<FileId, f32>,
}

impl Tree<'_> {
    fn lexical(&self, file: &FileEntry) -> f32 {
        self.lexical.get(&file.id).copied().unwrap_or(0.0)
    }
}

/// A file with its text.
struct Text<'a> {
    file: &'a FileEntry,
    text: Arc<str>,
}

impl Text<'_> {
    /// The chunk that holds the byte at `offset`.
    fn chunk_at(&self, offset: usize) -> Option<ChunkId> {
        chunk_at_byte(self.file, u32::try_from(offset).ok()?)
    }
}
