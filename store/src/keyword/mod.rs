//! The keyword projection: one tantivy document a chunk, searched with BM25F over the fields of [`Field`].
//!
//! tantivy stores and merges the postings; the scoring is ours (`bm25f.rs`). Document frequencies and average lengths
//! are counted over the living documents only, so that a score does not depend on how the index came about: an index
//! grown edit by edit and one built in a single run give the same numbers, bit for bit.

mod bm25f;
mod document;
mod index;
mod searcher;

pub(crate) use index::KeywordIndex;
pub(crate) use searcher::KeywordSearcher;

use crate::{ChunkId, FileId};

/// The indexed fields of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// Names of the symbols defined in the chunk.
    Name,
    /// Names of the containers that enclose it (qualified name without the last part).
    Container,
    /// Signatures of the symbols defined in it.
    Signature,
    /// Parts of the file's path.
    Path,
    /// Documentation comments of the symbols defined in it.
    Doc,
    /// The text itself.
    Body,
    /// The file-level context: file stem, module words, names of the file's top-level symbols.
    Capsule,
}

impl Field {
    /// Number of fields.
    pub const COUNT: usize = 7;
    /// Every field; position equals `field as usize`.
    pub const ALL: [Field; Self::COUNT] =
        [Self::Name, Self::Container, Self::Signature, Self::Path, Self::Doc, Self::Body, Self::Capsule];
}

/// How much a field counts in BM25F.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FieldWeight {
    /// Factor on the term frequency; 0 leaves the field out.
    pub weight: f32,
    /// Strength of the length normalisation, 0 to 1 (BM25's `b`).
    pub b: f32,
}

/// One term of a lexical query, already in the form that [`crate::tokenizer`] gives.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryTerm {
    /// The token.
    pub text: String,
    /// Factor on the term's contribution.
    pub weight: f32,
}

/// A BM25F query (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, §3.6):
/// a term's frequencies are weighted and length-normalised a field, summed over the fields, and saturated once.
pub struct LexicalQuery<'a> {
    /// The terms; duplicates are allowed and add up.
    pub terms: &'a [QueryTerm],
    /// Weights by `Field as usize`.
    pub fields: [FieldWeight; Field::COUNT],
    /// Saturation of the term frequency.
    pub k1: f32,
    /// Number of hits wanted.
    pub limit: usize,
    /// Files that may appear; all when absent. Applied before the limit.
    pub filter: Option<&'a (dyn Fn(FileId) -> bool + Sync)>,
}

/// A chunk found by a lexical query.
#[derive(Clone, Debug, PartialEq)]
pub struct LexicalHit {
    /// The chunk.
    pub chunk: ChunkId,
    /// The BM25F score.
    pub score: f32,
}

#[cfg(test)]
mod tests;
