//! What a repository's index says of itself.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use contexd_store::{ContentHash, Counts, Generation, Snapshot};

use super::head::Head;
use super::models::Semantic;

/// What the indexer is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The index is being opened, or will be when it is needed.
    Opening,
    /// The tree is being compared with the index.
    Scanning,
    /// Some changed paths are being indexed.
    Applying,
    /// Everything is searchable; vectors of the installed model are being made.
    Embedding,
    /// Nothing to do.
    Idle,
    /// It has stopped on an error.
    Failed,
}

/// How changes on disk are noticed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watching {
    /// The system notifies of every change.
    On,
    /// Notification is incomplete, for this reason.
    Degraded(String),
    /// Changes are not followed, for this reason.
    Off(String),
}

/// Units done and to do; zero of zero when nothing is going on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Done.
    pub done: u64,
    /// To do, as far as is known.
    pub total: u64,
}

/// Where the time of the last finished scan went, and what it did. Stages overlap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScanTimings {
    /// From start to the last commit.
    pub total: Duration,
    /// Walking the tree and comparing.
    pub walk: Duration,
    /// Reading and hashing.
    pub read: Duration,
    /// Parsing.
    pub parse: Duration,
    /// Computing vectors of the built-in model.
    pub embed: Duration,
    /// Writing and publishing.
    pub commit: Duration,
    /// Files whose content was read.
    pub files_read: usize,
    /// Files that were parsed.
    pub files_parsed: usize,
    /// Files that came, changed, or came to be skipped.
    pub files_changed: usize,
    /// Files that left.
    pub files_removed: usize,
    /// Bytes that were read.
    pub bytes_read: u64,
    /// Chunks whose vectors were computed.
    pub chunks_embedded: usize,
}

/// What the indexer of an open repository is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkState {
    /// What.
    pub phase: Phase,
    /// How far it has come.
    pub progress: Progress,
    /// Paths known to have changed that the index does not hold yet.
    pub pending: usize,
    /// How changes are noticed.
    pub watching: Watching,
    /// The last finished scan.
    pub last_scan: Option<ScanTimings>,
    /// What went wrong last, until something went right again.
    pub last_error: Option<String>,
    /// Why the model that serves best embeds nothing at the moment: a failure, or a pause.
    pub hindrance: Option<String>,
}

/// What of a status depends on the generation alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// The generation.
    pub generation: Generation,
    /// One hash over all records; absent while nothing is indexed.
    pub digest: Option<ContentHash>,
    /// Sizes.
    pub counts: Counts,
    /// Indexed files by language.
    pub languages: BTreeMap<String, usize>,
    /// Bytes that the index takes on disk.
    pub disk_bytes: u64,
}

impl Contents {
    /// Of `snapshot`, whose index takes `disk_bytes`.
    pub(crate) fn of(snapshot: &Snapshot, disk_bytes: u64) -> Self {
        let mut languages = BTreeMap::new();
        for file in snapshot.files() {
            match languages.get_mut(&*file.record.language) {
                Some(count) => *count += 1,
                None => drop(languages.insert(file.record.language.to_string(), 1)),
            }
        }
        Self {
            generation: snapshot.generation(),
            digest: Some(snapshot.digest()),
            counts: snapshot.counts(),
            languages,
            disk_bytes,
        }
    }
}

/// A known repository in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Short stable name.
    pub id: String,
    /// Absolute path of the root.
    pub root: PathBuf,
    /// Whether it is open.
    pub open: bool,
    /// When it was added, milliseconds since the Unix epoch.
    pub added_unix_ms: i64,
    /// When it last answered, milliseconds since the Unix epoch.
    pub last_used_unix_ms: i64,
}

/// Everything there is to know about a repository's index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepositoryStatus {
    /// In short.
    pub summary: Summary,
    /// Directory of the index.
    pub index_dir: PathBuf,
    /// What is indexed.
    pub contents: Contents,
    /// What the indexer is doing.
    pub work: WorkState,
    /// How far semantic search takes part.
    pub semantic: Semantic,
    /// Where version control stands.
    pub head: Head,
}
