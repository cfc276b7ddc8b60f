//! What is asked.

use std::collections::HashMap;
use std::sync::Arc;

use contexd_store::ContentHash;

use crate::FilterSpec;

/// The vector of a query from one embedding model, computed by the caller.
#[derive(Clone, Debug, PartialEq)]
pub struct DenseQuery {
    /// Fingerprint of the model.
    pub model: ContentHash,
    /// Unit vector of the model's dimension.
    pub vector: Vec<f32>,
    /// Whether it is the built-in tier (weights differ a tier).
    pub built_in: bool,
}

/// Where the caller stands: the file being edited and, if known, the line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Focus {
    /// Path relative to the repository root, with `/`.
    pub path: String,
    /// Line, 1-based; 0 when unknown.
    pub line: u32,
}

/// How a file hangs together with the one in the focus.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Nearness {
    /// Whether one of the two uses or imports the other.
    pub is_linked: bool,
    /// How much commits change the two together, 0 to 1.
    pub changed_together: f32,
}

impl Nearness {
    /// Whether the file hangs together with the focus at all.
    #[must_use]
    pub(crate) fn is_any(self) -> bool {
        self.is_linked || self.changed_together > 0.0
    }
}

/// A question to the index.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// The question as typed: identifiers, words, a path, code, or a whole issue.
    pub text: String,
    /// Number of hits wanted.
    pub limit: usize,
    /// What may appear.
    pub filter: FilterSpec,
    /// The question's vectors, one a model; empty when semantic search is off.
    pub dense: Vec<DenseQuery>,
    /// Where the caller stands.
    pub focus: Option<Focus>,
    /// The files that hang together with the one in the focus, by path; found by the caller. Empty without a focus.
    pub near: HashMap<Arc<str>, Nearness>,
}

/// What a question looks like; decides how signals are weighed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryKind {
    /// One or a few identifiers, bare or qualified.
    Identifier,
    /// A path or file name.
    Path,
    /// Words of a natural language, perhaps with identifiers among them.
    NaturalLanguage,
    /// A piece of code: lines that look like code, or one such line that stands in a file.
    Snippet,
    /// A text of many words or lines, or error output: an issue, a stack trace, a compiler's messages.
    Report,
}

impl QueryKind {
    /// The stable lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identifier => "identifier",
            Self::Path => "path",
            Self::NaturalLanguage => "natural_language",
            Self::Snippet => "snippet",
            Self::Report => "report",
        }
    }
}
