//! The open index of one repository: the indexer's worker, and what questions need of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use contexd_graph::Graph;
use contexd_indexer::history::CoChange;
use contexd_indexer::pipeline::{PipelineOptions, ScanReport};
use contexd_indexer::scope::{Scope, ScopeConfig, ScopeOptions};
use contexd_indexer::worker::{
    BarrierError, RepositoryHandle, RepositoryWorker, SemanticStatus, WatchOptions, WorkerConfig,
    WorkerStatus,
};
use contexd_indexer::{IndexerError, PARSER_VERSION};
use contexd_store::{Generation, Reader, Snapshot, StoreOptions};
use tokio::sync::{Semaphore, watch};

use super::ahead;
use super::compute::run_blocking;
use super::graph::GraphKeeper;
use super::history::HistoryKeeper;
use super::models::Models;
use super::status::{Phase, Progress, ScanTimings, Watching, WorkState};
use crate::error::ServiceError;

/// Requests to one repository that wait for the disk at once.
const MAX_DISK_WAITS: usize = 64;
/// Time between two looks at whether the first scan is done.
const FIRST_SCAN_LOOK: Duration = Duration::from_millis(4);

/// How a repository is opened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HostOptions {
    /// Whether changes on disk are followed.
    pub(crate) watch: bool,
    /// Whether the root may be `/` or a home directory.
    pub(crate) allow_broad_root: bool,
}

/// An open repository.
pub(crate) struct Host {
    root: PathBuf,
    index_dir: PathBuf,
    handle: RepositoryHandle,
    reader: Reader,
    generation: watch::Receiver<Generation>,
    graphs: Arc<GraphKeeper>,
    history: Arc<HistoryKeeper>,
    disk_waits: Semaphore,
}

impl Host {
    /// Opens the index in `index_dir`, repairing it if need be, and starts the indexer, which begins by comparing the
    /// tree at `root` with it.
    pub(crate) fn open(
        root: &Path,
        index_dir: &Path,
        models: &Models,
        options: &HostOptions,
    ) -> Result<Self, ServiceError> {
        let failed = |error| ServiceError::from_indexer(root, error);
        make_scope(root, index_dir, options.allow_broad_root).map_err(failed)?;
        let store_options = StoreOptions { parser_version: PARSER_VERSION, ..StoreOptions::default() };
        let store = contexd_store::open(index_dir, &store_options)
            .map_err(|error| ServiceError::from_store(root, &error))?;
        let reader = store.1.clone();
        let (scope_root, scope_index) = (root.to_owned(), index_dir.to_owned());
        let allow_broad_root = options.allow_broad_root;
        let config = WorkerConfig {
            scope: Box::new(move || make_scope(&scope_root, &scope_index, allow_broad_root)),
            store,
            embedder: Some(Arc::clone(models.built_in())),
            pipeline: PipelineOptions::default(),
            watch: options.watch.then(|| WatchOptions::new(index_dir.with_file_name("cookies"))),
        };
        let handle = RepositoryWorker::spawn(config).map_err(failed)?;
        if let Some(model) = models.background() {
            handle.fill_with(model);
        }
        let generation = follow_generations(&handle, &reader);
        tracing::info!(root = %root.display(), generation = %reader.snapshot().generation(), "repository opened");
        let (graphs, history) = (Arc::new(GraphKeeper::default()), Arc::new(HistoryKeeper::default()));
        if options.watch {
            ahead::keep_up(&graphs, &history, root.to_owned(), &handle, reader.clone());
        }
        Ok(Self {
            root: root.to_owned(),
            index_dir: index_dir.to_owned(),
            handle,
            reader,
            generation,
            graphs,
            history,
            disk_waits: Semaphore::new(MAX_DISK_WAITS),
        })
    }

    /// The newest snapshot.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.reader.snapshot()
    }

    /// The graph of a snapshot.
    pub(crate) fn graph_of(&self, snapshot: &Snapshot) -> Arc<Graph> {
        self.graphs.graph_of(snapshot)
    }

    /// The files that commits up to `head` change together with `path`, or why the history says nothing.
    pub(crate) fn changed_with(&self, head: &str, path: &str, limit: usize) -> Result<Vec<CoChange>, String> {
        self.history.changed_with(&self.root, head, path, limit)
    }

    pub(crate) fn index_dir(&self) -> &Path {
        &self.index_dir
    }

    /// Notes that an answer named these paths: what is embedded later is embedded of them first, the last one before
    /// the others.
    pub(crate) fn asked_for<'a>(&self, paths: impl IntoIterator<Item = &'a Arc<str>>) {
        self.handle.asked_for(paths);
    }

    /// Asks for a comparison of the whole tree.
    pub(crate) fn request_rescan(&self) {
        self.handle.request_rescan();
    }

    /// Whether the tree has been compared with the index since it was opened.
    pub(crate) fn first_scan_done(&self) -> bool {
        self.handle.status().last_scan.is_some()
    }

    /// Waits until the tree has been compared with the index.
    pub(crate) async fn first_scan(&self) -> Result<(), ServiceError> {
        loop {
            let status = self.handle.status();
            if status.last_scan.is_some() {
                return Ok(());
            }
            if let Some(detail) = status.last_error {
                return Err(ServiceError::IndexFailed { root: self.root.clone(), detail });
            }
            if status.phase == contexd_indexer::worker::Phase::Stopped {
                return Err(self.stopped());
            }
            tokio::time::sleep(FIRST_SCAN_LOOK).await;
        }
    }

    /// Waits until `wanted` or a later generation is published.
    pub(crate) async fn wait_for_generation(&self, wanted: Generation) -> Result<(), ServiceError> {
        let mut generation = self.generation.clone();
        let reached = generation.wait_for(|present| *present >= wanted).await;
        reached.map(drop).map_err(|_| self.stopped())
    }

    /// Waits until the index holds everything that is on disk now, `limit` at most; false when that was not enough.
    pub(crate) async fn wait_for_disk(self: &Arc<Self>, limit: Duration) -> Result<bool, ServiceError> {
        let Ok(_wait) = self.disk_waits.try_acquire() else {
            return Err(ServiceError::Busy { waiting: MAX_DISK_WAITS });
        };
        let host = Arc::clone(self);
        match run_blocking(move || host.handle.barrier(limit)).await? {
            Ok(_generation) => Ok(true),
            Err(BarrierError::Timeout(_)) => Ok(false),
            Err(BarrierError::Stopped) => Err(self.stopped()),
            Err(error) => {
                Err(ServiceError::IndexFailed { root: self.root.clone(), detail: error.to_string() })
            }
        }
    }

    fn stopped(&self) -> ServiceError {
        ServiceError::ShuttingDown { what: self.root.display().to_string() }
    }

    /// What the indexer is doing.
    pub(crate) fn work_state(&self) -> WorkState {
        let status = self.handle.status();
        let (phase, progress) = phase_of(&status);
        WorkState {
            phase,
            progress,
            pending: status.pending,
            watching: watching_of(status.watch),
            last_scan: status.last_scan.as_ref().map(timings_of),
            last_error: status.last_error,
            hindrance: status.semantic.last().and_then(hindrance_of),
        }
    }

    /// Ends the indexer, after the commit it is in.
    pub(crate) fn shutdown(&self) {
        self.handle.shutdown();
    }
}

/// The scope of `root` by its present configuration.
fn make_scope(root: &Path, index_dir: &Path, allow_broad_root: bool) -> Result<Scope, IndexerError> {
    let options = ScopeOptions::from_environment(ScopeConfig::load(root)?);
    let index_directory = index_dir.parent().map(Path::to_owned);
    Scope::new(root, &ScopeOptions { allow_broad_root, index_directory, ..options })
}

/// The newest generation, to be waited on.
fn follow_generations(handle: &RepositoryHandle, reader: &Reader) -> watch::Receiver<Generation> {
    let (sender, receiver) = watch::channel(Generation::default());
    let sender = Arc::new(sender);
    let raise = |sender: &watch::Sender<Generation>, generation: Generation| {
        sender.send_if_modified(|present| {
            let is_newer = *present < generation;
            *present = generation.max(*present);
            is_newer
        });
    };
    let of_worker = Arc::clone(&sender);
    handle.on_commit(move |generation| raise(&of_worker, generation));
    raise(&sender, reader.snapshot().generation());
    receiver
}

fn phase_of(status: &WorkerStatus) -> (Phase, Progress) {
    use contexd_indexer::worker::Phase as WorkerPhase;
    let progress = |done: usize, total: usize| Progress { done: done as u64, total: total as u64 };
    match status.phase {
        WorkerPhase::Starting => (Phase::Scanning, Progress::default()),
        WorkerPhase::Scanning(counts) => (Phase::Scanning, progress(counts.files_done, counts.files_total)),
        WorkerPhase::Applying => (Phase::Applying, Progress::default()),
        WorkerPhase::Stopped => (Phase::Failed, Progress::default()),
        WorkerPhase::Idle => {
            let mut unfinished = status.semantic.iter().map(|semantic| semantic.coverage);
            match unfinished.rfind(|coverage| coverage.embedded < coverage.total) {
                Some(coverage) => (Phase::Embedding, progress(coverage.embedded, coverage.total)),
                None => (Phase::Idle, Progress::default()),
            }
        }
    }
}

/// What keeps a model from embedding: a failure, or something more important.
fn hindrance_of(semantic: &SemanticStatus) -> Option<String> {
    let paused = semantic.paused.as_ref().map(|reason| format!("paused: {reason}"));
    semantic.error.clone().or(paused)
}

fn watching_of(watch: contexd_indexer::worker::WatchState) -> Watching {
    use contexd_indexer::worker::WatchState;
    match watch {
        WatchState::Off => Watching::Off("changes are noticed on request only".to_owned()),
        WatchState::Watching { .. } => Watching::On,
        WatchState::Degraded { reason, every, .. } => {
            Watching::Degraded(format!("{reason}; the tree is compared every {every:?} instead"))
        }
    }
}

fn timings_of(report: &ScanReport) -> ScanTimings {
    ScanTimings {
        total: report.total,
        walk: report.times.walk.wall,
        read: report.times.read.wall,
        parse: report.times.parse.wall,
        embed: report.times.embed.wall,
        commit: report.times.commit.wall,
        files_read: report.files_read,
        files_parsed: report.parsed,
        files_changed: report.changed,
        files_removed: report.removed,
        bytes_read: report.bytes_read,
        chunks_embedded: report.chunks_embedded,
    }
}
