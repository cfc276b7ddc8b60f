//! What a scan did, how long it took, and how far it is.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use contexd_store::{Counts, Generation, SkipReason};

/// How long one stage took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StageTime {
    /// Time during which the stage ran, on however many threads.
    pub wall: Duration,
    /// The same, summed over the threads.
    pub threads: Duration,
}

impl StageTime {
    pub(crate) fn add(&mut self, wall: Duration, threads: Duration) {
        self.wall += wall;
        self.threads += threads;
    }

    /// Runs a stage on the calling thread.
    pub(crate) fn time<T>(&mut self, stage: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let result = stage();
        self.add(started.elapsed(), started.elapsed());
        result
    }
}

/// The stages of the pipeline. Commits run beside the other stages, so that the sum may exceed the total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StageTimes {
    /// Listing directories and comparing with the index.
    pub walk: StageTime,
    /// Reading, hashing and classifying.
    pub read: StageTime,
    /// Looking up known records and parsing the rest.
    pub parse: StageTime,
    /// Looking up known vectors and embedding the rest.
    pub embed: StageTime,
    /// Committing.
    pub commit: StageTime,
}

/// What a scan, or the application of some changed paths, did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScanReport {
    /// Files in scope, as of the end: `indexed` and all of `skipped` together.
    pub files_walked: usize,
    /// Of these, the indexed ones.
    pub indexed: usize,
    /// Of these, those that are not, by reason.
    pub skipped: BTreeMap<SkipReason, usize>,
    /// Directories listed.
    pub directories: usize,
    /// Files read because their content may have changed.
    pub files_read: usize,
    /// Bytes read.
    pub bytes_read: u64,
    /// Files that came, changed, or came to be skipped.
    pub changed: usize,
    /// Files that left.
    pub removed: usize,
    /// Files parsed.
    pub parsed: usize,
    /// Files whose record was known already.
    pub records_reused: usize,
    /// Chunks embedded.
    pub chunks_embedded: usize,
    /// Files whose vectors were known already.
    pub vectors_reused: usize,
    /// Commits made.
    pub commits: usize,
    /// The generation that was the newest at the end.
    pub generation: Generation,
    /// Time by stage.
    pub times: StageTimes,
    /// Time from start to end.
    pub total: Duration,
}

impl ScanReport {
    pub(crate) fn set_counts(&mut self, counts: Counts) {
        self.indexed = counts.files_indexed;
        self.files_walked = counts.files_indexed + counts.files_skipped.values().sum::<usize>();
        self.skipped = counts.files_skipped;
    }
}

/// Counters that move while a scan runs; whoever shows them reads them as often as it likes.
#[derive(Debug, Default)]
pub struct Progress {
    files_walked: AtomicUsize,
    files_total: AtomicUsize,
    files_read: AtomicUsize,
    files_parsed: AtomicUsize,
    files_done: AtomicUsize,
    bytes_total: AtomicU64,
    bytes_read: AtomicU64,
}

/// The state of a [`Progress`] at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProgressCounts {
    /// Files found by the walk; 0 while it runs.
    pub files_walked: usize,
    /// Files to be looked at, because they are new or may have changed.
    pub files_total: usize,
    /// Of these, files read.
    pub files_read: usize,
    /// Files parsed, or found to be parsed already.
    pub files_parsed: usize,
    /// Of `files_total`, files committed or found unchanged.
    pub files_done: usize,
    /// Bytes of the files to be looked at.
    pub bytes_total: u64,
    /// Of these, bytes read.
    pub bytes_read: u64,
}

impl Progress {
    /// The present counts.
    #[must_use]
    pub fn counts(&self) -> ProgressCounts {
        ProgressCounts {
            files_walked: self.files_walked.load(Ordering::Relaxed),
            files_total: self.files_total.load(Ordering::Relaxed),
            files_read: self.files_read.load(Ordering::Relaxed),
            files_parsed: self.files_parsed.load(Ordering::Relaxed),
            files_done: self.files_done.load(Ordering::Relaxed),
            bytes_total: self.bytes_total.load(Ordering::Relaxed),
            bytes_read: self.bytes_read.load(Ordering::Relaxed),
        }
    }

    pub(crate) fn start(&self, files_walked: usize, files_total: usize, bytes_total: u64) {
        self.files_walked.store(files_walked, Ordering::Relaxed);
        self.files_total.store(files_total, Ordering::Relaxed);
        self.bytes_total.store(bytes_total, Ordering::Relaxed);
        for counter in [&self.files_read, &self.files_parsed, &self.files_done] {
            counter.store(0, Ordering::Relaxed);
        }
        self.bytes_read.store(0, Ordering::Relaxed);
    }

    pub(crate) fn read(&self, bytes: u64) {
        self.files_read.fetch_add(1, Ordering::Relaxed);
        self.bytes_read.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn parsed(&self) {
        self.files_parsed.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn done(&self, files: usize) {
        self.files_done.fetch_add(files, Ordering::Relaxed);
    }
}
