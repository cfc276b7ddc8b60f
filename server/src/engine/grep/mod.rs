//! Searching files for a pattern: what stands on disk now, in the order of paths, sent while it is found.
//!
//! The index says which files there are, and of most of them that they need not be opened (`contexd_retriever::Needs`).
//! The others are searched several at once with ripgrep's own libraries (`pattern`, `file`); what they hold is kept
//! until their turn comes, up to a limit, beyond which a file is searched again when it is its turn (`run`). Nothing
//! is kept of what was sent (`reply`).

mod file;
mod pattern;
mod reply;
mod run;

use std::ops::Range;
use std::sync::Arc;

use contexd_retriever::FilterSpec;

use super::Engine;
use super::answer::{Address, Answer};
use super::verify::ItemState;
use crate::error::ServiceError;
pub use reply::GrepReply;

/// What to look for.
#[derive(Clone, Debug, Default)]
pub struct GrepQuery {
    /// A regular expression, or a literal.
    pub pattern: String,
    /// Whether it is a literal.
    pub is_literal: bool,
    /// Whether it must match whole words.
    pub word: bool,
    /// How letters match.
    pub case: LetterCase,
    /// Whether a match may span lines.
    pub multi_line: bool,
    /// Lines before and after each match that are sent too.
    pub context: (u32, u32),
    /// Which files are looked into, and which symbols a match must begin in.
    pub filter: FilterSpec,
    /// Files and directories that are looked into; all when empty.
    pub paths: Vec<String>,
    /// Most matches, or files.
    pub limit: usize,
    /// What the answer is made of.
    pub output: GrepOutput,
}

/// How letters match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LetterCase {
    /// As they are written.
    #[default]
    Heeded,
    /// In either case.
    Ignored,
    /// In either case if the pattern has none in upper case.
    Smart,
}

/// What an answer is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GrepOutput {
    /// Matching lines and those around them.
    #[default]
    Lines,
    /// Files that match.
    Files,
    /// Files that match with their number of matching lines.
    Counts,
}

/// A part of an answer.
#[derive(Clone, Debug)]
pub enum GrepPart {
    /// A match.
    Line(GrepLine),
    /// A line around a match.
    Context(GrepLine),
    /// A file that matches.
    File(GrepFileCount),
}

/// A line, or the lines that a match spans.
#[derive(Clone, Debug)]
pub struct GrepLine {
    /// The file, relative to the root.
    pub path: Arc<str>,
    /// First and last line, 1-based.
    pub lines: (u64, u64),
    /// The text without its last line feed, perhaps cut.
    pub bytes: Vec<u8>,
    /// Whether it is cut.
    pub is_cut: bool,
    /// Where matches stand in it.
    pub matches: Vec<Range<usize>>,
    /// The file against the index.
    pub state: ItemState,
}

/// A file that matches.
#[derive(Clone, Debug)]
pub struct GrepFileCount {
    /// The file, relative to the root.
    pub path: Arc<str>,
    /// Matching lines that were counted.
    pub lines: u64,
    /// The file against the index.
    pub state: ItemState,
}

/// What is to be said at the end of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GrepTotals {
    /// Matches sent or counted.
    pub lines: u64,
    /// Files that match.
    pub files: u64,
    /// Files that were looked into.
    pub searched: u64,
    /// Files that the index ruled out.
    pub ruled_out: u64,
    /// Files searched up to a NUL byte only.
    pub binary: u64,
    /// Files that could not be searched.
    pub failed: u64,
    /// Files that may hold keys or passwords.
    pub withheld: u64,
    /// Whether there is more than the limit.
    pub truncated: bool,
}

impl Engine {
    /// Sends what matches to `reply`, then says how much that was.
    ///
    /// # Errors
    /// When the pattern or a filter is malformed, when a path is not known, when the repository or its index is not
    /// available, and when the reply's deadline passes or nobody takes it any more.
    pub async fn grep(
        &self,
        address: &Address,
        query: GrepQuery,
        reply: GrepReply,
    ) -> Result<Answer<GrepTotals>, ServiceError> {
        self.ask(address, move |desk| run::grep(desk, &query, &reply)).await
    }
}
