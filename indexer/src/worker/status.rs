//! What a worker tells of itself.

use std::time::Duration;

use contexd_store::Generation;
use contexd_store::vectors::Coverage;

use crate::embed::ModelInfo;
use crate::pipeline::{ProgressCounts, ScanReport};

/// What the worker does at the moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// It has not begun its first scan.
    #[default]
    Starting,
    /// It compares the whole tree with the index.
    Scanning(ProgressCounts),
    /// It indexes some changed paths.
    Applying,
    /// It waits for changes (and, where a model has vectors missing, embeds).
    Idle,
    /// It has ended.
    Stopped,
}

/// How the worker learns of changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum WatchState {
    /// Not at all: it was told not to watch.
    #[default]
    Off,
    /// It is told of every change.
    Watching {
        /// Directories watched.
        directories: usize,
    },
    /// Not of all of them: the tree is compared with the index every now and then.
    Degraded {
        /// Why.
        reason: String,
        /// Directories watched nevertheless.
        directories: usize,
        /// Time between two comparisons.
        every: Duration,
    },
}

/// How far the vectors of one model cover the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SemanticStatus {
    /// The model.
    pub model: ModelInfo,
    /// Chunks with a vector, and all chunks.
    pub coverage: Coverage,
    /// Why the model failed the last time it embedded something.
    pub error: Option<String>,
    /// Why nothing is embedded at the moment although there is something to embed.
    pub paused: Option<String>,
}

/// What a worker tells of itself.
#[derive(Clone, Debug, Default)]
pub struct WorkerStatus {
    /// What it does.
    pub phase: Phase,
    /// How it learns of changes.
    pub watch: WatchState,
    /// Changed paths that it knows of and that are not committed; a change of unknown extent counts as one.
    pub pending: usize,
    /// The newest generation.
    pub generation: Generation,
    /// Files in scope: indexed and skipped.
    pub files_walked: usize,
    /// The last thing that went wrong, until something goes right again.
    pub last_error: Option<String>,
    /// How often something went wrong.
    pub errors: u64,
    /// The last complete scan.
    pub last_scan: Option<ScanReport>,
    /// Coverage by model: the built-in one first.
    pub semantic: Vec<SemanticStatus>,
}
