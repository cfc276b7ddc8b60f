//! What is answered to a search.

use std::sync::Arc;

use contexd_store::{ChunkId, FileEntry, Generation, Span, SymbolId, SymbolKind};

use crate::{QueryKind, Signals};

/// A ranked piece of a file.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The file.
    pub file: Arc<FileEntry>,
    /// The chunk.
    pub chunk: ChunkId,
    /// Where it stands.
    pub span: Span,
    /// The score; comparable within one answer only.
    pub score: f32,
    /// The symbol that names the chunk.
    pub symbol: Option<SymbolId>,
    /// The numbers that made the score.
    pub signals: Signals,
    /// Factor on the score: more than 1 when the file has a second piece that answers.
    pub file_support: f32,
    /// Factor on the score: less than 1 when better pieces of the same file come before this one.
    pub same_file: f32,
}

/// The answer to a search.
#[derive(Clone, Debug)]
pub struct SearchResult {
    /// The generation that answered.
    pub generation: Generation,
    /// What the question looked like.
    pub kind: QueryKind,
    /// Best first.
    pub hits: Vec<Hit>,
}

/// A question for symbols by name.
#[derive(Clone, Debug, Default)]
pub struct SymbolQuery {
    /// A name (`Runtime`), a qualified name (`Runtime::spawn`, `pkg.Class.method`) the start of one, or
    /// one with wildcards (`parse_*`, `Type::*`).
    pub name: String,
    /// Number of symbols wanted.
    pub limit: usize,
    /// What may appear.
    pub filter: crate::FilterSpec,
    /// Only exact (case-folded) matches: no prefixes, parts or near misses.
    pub exact_only: bool,
}

/// How a symbol's name matched; better matches first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SymbolMatch {
    /// The name, and the qualifier if one was given, equal as written.
    Exact,
    /// Equal when lower-cased.
    CaseFolded,
    /// The name is of the form that was asked for with wildcards.
    Wildcard,
    /// The name starts with what was asked.
    Prefix,
    /// The name contains what was asked.
    Substring,
    /// The name is a few edits away.
    Fuzzy,
}

impl SymbolMatch {
    /// The stable lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::CaseFolded => "case_folded",
            Self::Wildcard => "wildcard",
            Self::Prefix => "prefix",
            Self::Substring => "substring",
            Self::Fuzzy => "fuzzy",
        }
    }
}

/// A symbol found by name.
#[derive(Clone, Debug)]
pub struct SymbolHit {
    /// The file.
    pub file: Arc<FileEntry>,
    /// The symbol; its record is `file.record.symbols[symbol.ordinal]`.
    pub symbol: SymbolId,
    /// What it is.
    pub kind: SymbolKind,
    /// How its name matched.
    pub matched: SymbolMatch,
    /// The score; comparable within one answer only.
    pub score: f32,
}

/// The answer to a question for symbols.
#[derive(Clone, Debug)]
pub struct SymbolResult {
    /// The generation that answered.
    pub generation: Generation,
    /// Best first: by match, then score, path and start.
    pub hits: Vec<SymbolHit>,
    /// Number of matches before the limit.
    pub total: usize,
}
