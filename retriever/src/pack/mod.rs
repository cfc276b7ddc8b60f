//! Packs: the pieces of several files that fit a token budget, each with the reason it is there.

mod assemble;
mod excerpt;
mod neighbours;
mod render;

use std::sync::Arc;

use contexd_store::{ContentHash, Generation, Span};

pub use assemble::assemble;

use crate::{Query, SearchResult};

/// Name of the tokenizer that budgets are counted with: OpenAI's `o200k_base` byte-pair encoding.
pub const TOKENIZER: &str = "o200k_base";
/// Least budget of a pack, in tokens.
pub const MIN_BUDGET: u32 = 32;
/// Greatest budget of a pack, in tokens.
pub const MAX_BUDGET: u32 = 1_000_000;

/// How a pack is rendered; tokens are counted over the rendered text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Headings and fenced code blocks.
    #[default]
    Markdown,
    /// One `<piece>` element an item, its text in a CDATA section.
    Xml,
    /// A JSON array with an object an item.
    Json,
}

/// A request for a pack.
#[derive(Clone, Debug, Default)]
pub struct PackRequest {
    /// What the pack is for. `query.limit` bounds the primary hits considered.
    pub query: Query,
    /// Tokens that the rendered pack may have at most.
    pub budget: u32,
    /// How it is rendered.
    pub format: Format,
    /// Pieces the caller has already; what lies within one of them is left out.
    pub already_sent: Vec<SentPiece>,
}

/// A piece that the caller got with an earlier pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentPiece {
    /// Path relative to the repository root.
    pub path: String,
    /// Hash of the file's bytes then; another content is sent again.
    pub blob: ContentHash,
    /// First line, 1-based.
    pub start_line: u32,
    /// Last line, inclusive.
    pub end_line: u32,
}

/// How much of a piece is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PackLevel {
    /// All of its lines.
    Full,
    /// Its first lines, cut before the body ends.
    Folded,
    /// The lines of its declaration only.
    Signature,
    /// The one line that bears its name.
    Name,
}

impl PackLevel {
    /// The stable lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Folded => "folded",
            Self::Signature => "signature",
            Self::Name => "name",
        }
    }
}

/// Why a piece is in the pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PackRole {
    /// It answers the query.
    Primary,
    /// It surrounds the focus.
    Focus,
    /// It defines a name that a primary piece uses.
    Definition,
    /// It encloses a primary piece.
    Container,
}

impl PackRole {
    /// The stable lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Focus => "focus",
            Self::Definition => "definition",
            Self::Container => "container",
        }
    }
}

/// One piece of a pack.
#[derive(Clone, Debug)]
pub struct PackItem {
    /// Path relative to the repository root.
    pub path: Arc<str>,
    /// Hash of the file's bytes.
    pub blob: ContentHash,
    /// Name of the language.
    pub language: Box<str>,
    /// First line shown, 1-based.
    pub start_line: u32,
    /// Last line shown, inclusive.
    pub end_line: u32,
    /// The lines of the whole piece, of which those shown are the beginning or the declaration.
    pub piece: Span,
    /// How much is shown.
    pub level: PackLevel,
    /// Tokens of the item as rendered.
    pub tokens: u32,
    /// Why it is here, as a class.
    pub role: PackRole,
    /// Why it is here, in words.
    pub reason: String,
    /// Score of the hit, 0 for neighbours.
    pub score: f32,
    /// Qualified name of the symbol shown, empty when there is none.
    pub symbol: String,
    /// The lines shown, each as it stands in the file, without the last line's end.
    pub text: String,
}

/// Why something was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OmittedReason {
    /// It did not fit the budget at any level.
    Budget,
    /// The caller has it already.
    AlreadySent,
}

impl OmittedReason {
    /// The stable lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Budget => "budget",
            Self::AlreadySent => "already_sent",
        }
    }
}

/// A piece that was considered and left out.
#[derive(Clone, Debug)]
pub struct Omitted {
    /// Path relative to the repository root.
    pub path: Arc<str>,
    /// Where it stands.
    pub span: Span,
    /// Qualified name of its symbol, empty when there is none.
    pub symbol: String,
    /// Why it was left out.
    pub reason: OmittedReason,
}

/// A pack.
#[derive(Clone, Debug)]
pub struct Pack {
    /// The generation that answered.
    pub generation: Generation,
    /// The budget asked for, in tokens.
    pub budget: u32,
    /// Tokens of the rendered text; at most `budget`.
    pub tokens: u32,
    /// Name of the tokenizer that counted.
    pub tokenizer: &'static str,
    /// The pieces, in the order they are rendered.
    pub items: Vec<PackItem>,
    /// What was left out, best first.
    pub omitted: Vec<Omitted>,
    /// The pack as one text in the format asked for.
    pub rendered: String,
    /// The hits that were considered as primary pieces; absent where nothing was asked but a focus given.
    pub ranked: Option<SearchResult>,
}

/// Number of tokens of `text` in the tokenizer that packs are counted with ([`TOKENIZER`]).
#[must_use]
pub fn count_tokens(text: &str) -> u32 {
    let tokens = bpe_openai::o200k_base().count(text);
    u32::try_from(tokens).unwrap_or(u32::MAX)
}
