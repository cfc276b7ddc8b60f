//! The one path from the tree to the index, for the first scan, a rescan and a handful of changed paths alike.
//!
//! Compare with the index, read, hash, classify, parse, embed, commit. Files go through in batches; while one batch is
//! committed, the next is prepared, and no further one.

mod analysis;
mod compare;
mod fill;
mod prepare;
mod read;
mod report;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use contexd_store::{Batch, FileChange, Generation, Reader, Writer};
use crossbeam_channel::{Receiver, Sender, bounded};

use compare::Work;
pub(crate) use fill::{Asked, Fill};
use prepare::Preparation;
pub use read::Root;
pub use report::{Progress, ProgressCounts, ScanReport, StageTime, StageTimes};

use crate::IndexerError;
use crate::embed::Embedder;
use crate::scan::{ScannedFile, walk_below};
use crate::scope::Scope;

/// Limits of the pipeline.
#[derive(Clone, Debug)]
pub struct PipelineOptions {
    /// Larger files are skipped.
    pub max_file_bytes: u64,
    /// Most files of one batch.
    pub batch_files: usize,
    /// Most bytes of one batch (a single file may exceed it).
    pub batch_bytes: u64,
    /// A file that changed this shortly before it was read is read again by the next scan: within the resolution of
    /// the file system's clock it may have changed once more without its stat telling.
    pub settling: Duration,
}

impl Default for PipelineOptions {
    fn default() -> Self {
        Self {
            max_file_bytes: 1 << 20,
            batch_files: 2048,
            batch_bytes: 16 << 20,
            settling: Duration::from_secs(2),
        }
    }
}

/// Told of each generation as it is committed.
pub(crate) type OnCommit<'a> = &'a (dyn Fn(Generation) + Sync);

/// Brings an index to the state of a tree. Owns the index's only [`Writer`].
pub struct Pipeline {
    scope: Scope,
    writer: Writer,
    reader: Reader,
    embedder: Option<Arc<dyn Embedder>>,
    options: PipelineOptions,
    progress: Arc<Progress>,
    stop: Arc<AtomicBool>,
}

impl Pipeline {
    /// A pipeline from the files of `scope` to the index of `writer`. Chunks are embedded with `embedder`, if given,
    /// before they are committed, so it should be a fast one.
    #[must_use]
    pub fn new(
        scope: Scope,
        (writer, reader): (Writer, Reader),
        embedder: Option<Arc<dyn Embedder>>,
        options: PipelineOptions,
    ) -> Self {
        let (progress, stop) = (Arc::default(), Arc::default());
        Self { scope, writer, reader, embedder, options, progress, stop }
    }

    /// Brings the index to the state of the whole tree.
    ///
    /// # Errors
    /// When the root cannot be listed or the index cannot be written; what was committed until then stays, and the
    /// next scan goes on from there.
    pub fn scan(&mut self) -> Result<ScanReport, IndexerError> {
        self.scan_watching(&mut |_| {}, &|_| {})
    }

    /// The scope.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// What hands out snapshots of the index.
    #[must_use]
    pub fn reader(&self) -> Reader {
        self.reader.clone()
    }

    /// The counters of the scan that runs, to be shown from another thread.
    #[must_use]
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    /// A flag that makes a running scan end with [`IndexerError::Stopped`] when set from another thread.
    #[must_use]
    pub fn stop_flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stop)
    }

    /// Like [`scan`](Self::scan); `before_listing` is told of directories before they are listed.
    pub(crate) fn scan_watching(
        &mut self,
        before_listing: &mut dyn FnMut(&[Arc<str>]),
        on_commit: OnCommit<'_>,
    ) -> Result<ScanReport, IndexerError> {
        let started = Instant::now();
        let mut report = ScanReport::default();
        self.scope.forget("");
        let (scope, reader, most) = (&self.scope, &self.reader, self.options.max_file_bytes);
        let work = report.times.walk.time(|| {
            let scan = walk_below(scope, "", before_listing)?;
            Ok::<Work, IndexerError>(Work::from_walk(scan, &reader.snapshot(), most))
        })?;
        self.run(work, report, started, on_commit)
    }

    /// Brings the index to the state of the tree at and below `paths` (relative to the root).
    pub(crate) fn apply(
        &mut self,
        paths: &BTreeSet<String>,
        before_listing: &mut dyn FnMut(&[Arc<str>]),
        on_commit: OnCommit<'_>,
    ) -> Result<ScanReport, IndexerError> {
        let started = Instant::now();
        let mut report = ScanReport::default();
        let (scope, reader, most) = (&self.scope, &self.reader, self.options.max_file_bytes);
        let work = report
            .times
            .walk
            .time(|| Work::from_paths(scope, paths, &reader.snapshot(), most, before_listing))?;
        self.run(work, report, started, on_commit)
    }

    /// Goes on with a fill; `false` when it has nothing left to do.
    pub(crate) fn step(&mut self, fill: &mut Fill) -> Result<bool, IndexerError> {
        fill.step(&mut self.writer, &self.reader)
    }

    /// Replaces the scope, after the files that shape it changed.
    pub(crate) fn set_scope(&mut self, scope: Scope) {
        self.scope = scope;
    }

    /// Removes from the index what no file has used for a while.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn collect_garbage(&mut self) -> Result<(), IndexerError> {
        Ok(self.writer.collect_garbage()?)
    }

    /// Carries out `work`: prepares batch after batch and commits each while the next is prepared.
    fn run(
        &mut self,
        work: Work,
        mut report: ScanReport,
        started: Instant,
        on_commit: OnCommit<'_>,
    ) -> Result<ScanReport, IndexerError> {
        let bytes = work.candidates.iter().map(|file| file.stat.size).sum();
        self.progress.start(work.files_walked, work.candidates.len(), bytes);
        report.directories = work.directories;
        let root = self.scope.root();
        let preparation = Preparation {
            root: Root::open(root).map_err(|error| IndexerError::root(root, error))?,
            snapshot: self.reader.snapshot(),
            reader: &self.reader,
            embedder: self.embedder.as_deref(),
            max_file_bytes: self.options.max_file_bytes,
            settling: self.options.settling,
            progress: &self.progress,
        };
        let (options, stop) = (&self.options, &*self.stop);
        let mut committer = Committer { writer: &mut self.writer, progress: &self.progress, on_commit };
        let (sender, receiver) = bounded(1);
        let (prepared, committed) = std::thread::scope(|threads| {
            let preparer =
                threads.spawn(move || prepare_batches(&preparation, &work, options, stop, report, &sender));
            let committed = committer.commit_all(receiver);
            (preparer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), committed)
        });
        let commits = committed?;
        let mut report = prepared?;
        report.changed = commits.changed;
        report.removed = commits.removed;
        report.commits = commits.commits;
        report.times.commit = commits.time;
        let snapshot = self.reader.snapshot();
        report.generation = snapshot.generation();
        report.set_counts(snapshot.counts());
        report.total = started.elapsed();
        Ok(report)
    }
}

/// A batch on its way to the committer, and the number of files that it settles.
struct Prepared {
    batch: Batch,
    files: usize,
}

/// Prepares one batch after the other until all is done, or nobody takes them.
fn prepare_batches(
    preparation: &Preparation<'_>,
    work: &Work,
    options: &PipelineOptions,
    stop: &AtomicBool,
    mut report: ScanReport,
    sender: &Sender<Prepared>,
) -> Result<ScanReport, IndexerError> {
    let removals = work.removals.iter().map(|path| FileChange::Remove { path: Arc::clone(path) });
    let mut removals: Vec<FileChange> = removals.collect();
    let mut rest = &work.candidates[..];
    while !(rest.is_empty() && removals.is_empty()) {
        if stop.load(Ordering::Relaxed) {
            return Err(IndexerError::Stopped);
        }
        let (candidates, after) = rest.split_at(batch_length(rest, options));
        rest = after;
        let mut batch = preparation.prepare(candidates, &mut report)?;
        batch.changes.append(&mut removals);
        if sender.send(Prepared { batch, files: candidates.len() }).is_err() {
            break;
        }
    }
    Ok(report)
}

/// How many of `files` make up the next batch.
fn batch_length(files: &[ScannedFile], options: &PipelineOptions) -> usize {
    let mut bytes = 0;
    let fits = |file: &&ScannedFile| {
        bytes += file.stat.size.min(options.max_file_bytes);
        bytes <= options.batch_bytes
    };
    let most = files.len().min(options.batch_files.max(1));
    files[..most].iter().take_while(fits).count().max(most.min(1))
}

/// What the commits of a scan came to.
#[derive(Default)]
struct Commits {
    changed: usize,
    removed: usize,
    commits: usize,
    time: StageTime,
}

struct Committer<'a> {
    writer: &'a mut Writer,
    progress: &'a Progress,
    on_commit: OnCommit<'a>,
}

impl Committer<'_> {
    /// Commits what comes until nothing does any more. On an error the receiver is dropped, which ends the
    /// preparation.
    fn commit_all(&mut self, receiver: Receiver<Prepared>) -> Result<Commits, IndexerError> {
        let mut commits = Commits::default();
        for Prepared { batch, files } in receiver {
            if !batch.is_empty() {
                self.commit(batch, &mut commits)?;
            }
            self.progress.done(files);
        }
        Ok(commits)
    }

    fn commit(&mut self, batch: Batch, commits: &mut Commits) -> Result<(), IndexerError> {
        let count =
            |wanted: fn(&FileChange) -> bool| batch.changes.iter().filter(|change| wanted(change)).count();
        commits.changed += count(|change| matches!(change, FileChange::Upsert(_)));
        commits.removed += count(|change| matches!(change, FileChange::Remove { .. }));
        commits.commits += 1;
        let snapshot = commits.time.time(|| self.writer.commit(batch))?;
        (self.on_commit)(snapshot.generation());
        Ok(())
    }
}

#[cfg(test)]
mod tests;
