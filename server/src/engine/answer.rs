//! What the engine is asked and what it answers, before and after the wire.

use std::sync::Arc;
use std::time::Duration;

use contexd_retriever::{Breakdown, Explanation, Hit, Pack, QueryKind, SymbolHit};
use contexd_store::{FileEntry, Generation, SkipReason};

use super::head::Head;
use super::models::Semantic;
use super::verify::ItemState;

/// How fresh the index must be before it answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Consistency {
    /// The newest committed generation, at once.
    #[default]
    Newest,
    /// This generation or a later one.
    AtLeast(Generation),
    /// Everything that was on disk when the request arrived, waited for this long at most.
    Disk(Duration),
}

/// What every question says besides the question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// Root path or id; empty for the only known repository.
    pub repository: String,
    /// How fresh.
    pub consistency: Consistency,
    /// A revision or an age: only files changed since then take part. Empty for all.
    pub changed_since: String,
}

/// An answer with what is to be known about it.
#[derive(Clone, Debug)]
pub struct Answer<T> {
    /// The answer.
    pub value: T,
    /// About it.
    pub meta: AnswerMeta,
}

/// What every answer says of itself.
#[derive(Clone, Debug)]
pub struct AnswerMeta {
    /// Root of the repository.
    pub root: String,
    /// The generation that answered.
    pub generation: Generation,
    /// Where version control stands.
    pub head: Head,
    /// Paths known to have changed that the generation does not hold yet.
    pub pending: usize,
    /// How far semantic search takes part.
    pub semantic: Semantic,
    /// Where the time went.
    pub timings: Timings,
    /// What else is to be known.
    pub notices: Vec<Notice>,
    /// Names the answer in the query log; empty for questions that are never logged.
    pub query_id: String,
}

/// Where the server's time went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    /// From arrival until the answer was complete.
    pub total: Duration,
    /// Waiting for the consistency asked for.
    pub wait: Duration,
    /// Waiting for a computing slot.
    pub queue: Duration,
    /// Computing the question's vectors.
    pub embed: Duration,
    /// Finding, ranking, packing.
    pub retrieve: Duration,
    /// Comparing with the disk.
    pub verify: Duration,
}

/// Something to be known about an answer that is otherwise complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What sort.
    pub code: NoticeCode,
    /// For people.
    pub message: String,
}

/// The sorts of notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeCode {
    /// More was asked for than an answer may hold.
    LimitCapped,
    /// More tokens were asked for than a pack may have.
    BudgetCapped,
    /// The wait for freshness ended before the index was fresh.
    WaitExpired,
    /// The question's vector could not be computed; keywords and symbols alone answered.
    SemanticFailed,
    /// The first scan is not finished: much is missing.
    FirstScan,
    /// Changes on disk may be noticed late.
    Degraded,
}

impl NoticeCode {
    /// The stable lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LimitCapped => "limit_capped",
            Self::BudgetCapped => "budget_capped",
            Self::WaitExpired => "wait_expired",
            Self::SemanticFailed => "semantic_failed",
            Self::FirstScan => "first_scan",
            Self::Degraded => "degraded",
        }
    }
}

/// Ranked pieces.
#[derive(Clone, Debug)]
pub struct FoundPieces {
    /// What the question was taken for.
    pub kind: QueryKind,
    /// Best first.
    pub pieces: Vec<FoundPiece>,
    /// How each score came about, in the order of the pieces; empty unless asked for.
    pub breakdowns: Vec<Breakdown>,
}

/// Why a place ranks where it ranks.
#[derive(Clone, Debug)]
pub struct FoundExplanation {
    /// The explanation.
    pub explanation: Explanation,
    /// The state of the file against the disk.
    pub state: ItemState,
}

/// A ranked piece.
#[derive(Clone, Debug)]
pub struct FoundPiece {
    /// The hit.
    pub hit: Hit,
    /// Against the disk.
    pub state: ItemState,
    /// Its lines, when asked for.
    pub text: String,
}

/// Definitions found by name.
#[derive(Clone, Debug)]
pub struct FoundSymbols {
    /// Best first.
    pub symbols: Vec<FoundSymbol>,
    /// Matches before the limit.
    pub total: usize,
}

/// A definition found by name.
#[derive(Clone, Debug)]
pub struct FoundSymbol {
    /// The hit.
    pub hit: SymbolHit,
    /// Against the disk.
    pub state: ItemState,
    /// Column of the name, 1-based, in bytes.
    pub name_column: u32,
}

/// The definitions of one file.
#[derive(Clone, Debug)]
pub struct Outline {
    /// The file.
    pub file: Arc<FileEntry>,
    /// Against the disk.
    pub state: ItemState,
    /// Column of each symbol's name, 1-based, in bytes, in the order of the record.
    pub name_columns: Vec<u32>,
}

/// A pack with the state of each item.
#[derive(Clone, Debug)]
pub struct FoundPack {
    /// The pack.
    pub pack: Pack,
    /// Against the disk, by position of the item.
    pub states: Vec<ItemState>,
}

/// What became of a path.
#[derive(Clone, Debug)]
pub struct PathReport {
    /// Relative to the root; as given when it lies outside.
    pub path: String,
    /// Its fate.
    pub fate: PathFate,
}

/// The fates of paths.
#[derive(Clone, Debug)]
pub enum PathFate {
    /// It is indexed.
    Indexed {
        /// The file.
        file: Arc<FileEntry>,
        /// Against the disk.
        state: ItemState,
    },
    /// It was found and is not indexed.
    Skipped {
        /// Why.
        reason: SkipReason,
        /// For people; may be empty.
        detail: String,
    },
    /// A rule leaves it out.
    Ignored {
        /// For people.
        detail: String,
        /// The rule, where one is written down.
        rule: Option<IgnoreRule>,
    },
    /// It does not lie beneath the root.
    Outside,
    /// There is nothing of that name.
    NotFound,
    /// It is in scope, and the index does not hold it yet.
    Pending,
    /// It is a directory in scope.
    Directory,
}

/// The rule that leaves a path out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IgnoreRule {
    /// The file it stands in, relative to the root where it lies beneath it.
    pub file: String,
    /// Its line, 1-based; 0 when unknown.
    pub line: u32,
    /// The rule as written.
    pub pattern: String,
}
