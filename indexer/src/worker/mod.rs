//! One thread a repository that keeps its index at the state of the tree, and the handle to it.

mod filling;
mod run;
mod status;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use contexd_store::{Generation, Reader, VectorCache, Writer};
use crossbeam_channel::{RecvTimeoutError, Sender, bounded, unbounded};

pub use status::{Phase, SemanticStatus, WatchState, WorkerStatus};

use crate::IndexerError;
use crate::embed::Embedder;
use crate::pipeline::{Asked, Pipeline, PipelineOptions, Progress};
use crate::scope::Scope;
use crate::watch::Inbox;
use run::Worker;

/// Makes the scope of a repository; asked again whenever a file that shapes it changed.
pub type ScopeSource = Box<dyn Fn() -> Result<Scope, IndexerError> + Send>;

/// What a worker works on, and how.
pub struct WorkerConfig {
    /// Makes the scope, from the configuration as it is at the time.
    pub scope: ScopeSource,
    /// The open index.
    pub store: (Writer, Reader),
    /// Embeds every chunk before it is committed; a fast model.
    pub embedder: Option<Arc<dyn Embedder>>,
    /// Limits of the pipeline.
    pub pipeline: PipelineOptions,
    /// How changes are noticed; without, only [`RepositoryHandle::request_rescan`] and barriers bring the index up.
    pub watch: Option<WatchOptions>,
}

/// How changes are noticed.
#[derive(Clone, Debug)]
pub struct WatchOptions {
    /// A directory of the worker's own outside the repository, for instance inside the index directory.
    pub cookie_directory: PathBuf,
    /// Changes are applied when none has come for this long.
    pub quiet: Duration,
    /// Changes are applied this long after the first of them at the latest.
    pub patience: Duration,
    /// Time between two comparisons of the whole tree when the watcher cannot be relied on. A tree that takes long
    /// to compare is compared less often.
    pub reconcile_every: Duration,
    /// Most directories that are watched; in a larger tree the watcher is not relied on.
    pub max_directories: usize,
}

impl WatchOptions {
    /// The default times and limits.
    #[must_use]
    pub fn new(cookie_directory: PathBuf) -> Self {
        Self {
            cookie_directory,
            quiet: Duration::from_millis(50),
            patience: Duration::from_secs(1),
            reconcile_every: Duration::from_secs(10),
            max_directories: 200_000,
        }
    }
}

/// Says why work that can wait should wait now, for instance `the machine runs on battery`; `None` when it need not.
pub type Pause = Arc<dyn Fn() -> Option<String> + Send + Sync>;

/// A model whose vectors are made while there is nothing else to do.
#[derive(Clone)]
pub struct BackgroundModel {
    /// The model.
    pub embedder: Arc<dyn Embedder>,
    /// Keeps the vectors of texts, for this index and others.
    pub cache: Option<Arc<VectorCache>>,
    /// Asked every few seconds while there is something to embed.
    pub pause: Option<Pause>,
}

/// Why a barrier was not reached.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BarrierError {
    /// The index did not come up in time.
    #[error("the index has not caught up with the files within {0:?}")]
    Timeout(Duration),
    /// The worker has ended.
    #[error("the repository is no longer being indexed")]
    Stopped,
    /// The changes could not be committed.
    #[error("cannot bring the index up to the files: {0}")]
    Failed(String),
}

/// Starts workers.
pub struct RepositoryWorker;

/// Called with each new generation, on the worker's thread.
type Listener = Box<dyn Fn(Generation) + Send + Sync>;

/// The worker's side of a barrier.
type BarrierReply = Sender<Result<Generation, BarrierError>>;

enum Command {
    Rescan,
    FillWith(BackgroundModel),
    Barrier(BarrierReply),
    Stop,
}

/// What handle and worker share.
struct Shared {
    reader: Reader,
    progress: Arc<Progress>,
    inbox: Arc<Inbox>,
    asked: Arc<Asked>,
    status: Mutex<WorkerStatus>,
    listeners: Mutex<Vec<Listener>>,
    /// The last generation that listeners were told of.
    told: AtomicU64,
}

impl Shared {
    fn status(&self) -> MutexGuard<'_, WorkerStatus> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the listeners of a generation, unless they know.
    fn tell(&self, generation: Generation) {
        if self.told.fetch_max(generation.0, Ordering::Relaxed) >= generation.0 {
            return;
        }
        let listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.iter().for_each(|listener| listener(generation));
    }
}

/// A running worker. Cheap to clone; the worker ends when the last clone is dropped.
#[derive(Clone)]
pub struct RepositoryHandle {
    inner: Arc<Inner>,
}

struct Inner {
    shared: Arc<Shared>,
    commands: Sender<Command>,
    stop: Arc<AtomicBool>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl RepositoryWorker {
    /// Starts a worker, which begins by comparing the whole tree with the index.
    ///
    /// # Errors
    /// When the scope cannot be made or no thread can be started.
    pub fn spawn(config: WorkerConfig) -> Result<RepositoryHandle, IndexerError> {
        let scope = (config.scope)()?;
        let root = scope.root().to_owned();
        let reader = config.store.1.clone();
        let opened_at = reader.snapshot().generation().0;
        let pipeline = Pipeline::new(scope, config.store, config.embedder.clone(), config.pipeline);
        let (commands, command_receiver) = unbounded();
        let (wake, wake_receiver) = bounded(1);
        let shared = Arc::new(Shared {
            reader,
            progress: pipeline.progress(),
            inbox: Arc::new(Inbox::new(wake)),
            asked: Arc::default(),
            status: Mutex::default(),
            listeners: Mutex::default(),
            told: AtomicU64::new(opened_at),
        });
        let stop = pipeline.stop_flag();
        let mut worker = Worker::new(
            (pipeline, config.scope, config.watch),
            config.embedder,
            Arc::clone(&shared),
            (command_receiver, wake_receiver),
        );
        let thread = thread::Builder::new()
            .name("contexd-indexer".to_owned())
            .spawn(move || worker.run())
            .map_err(|source| IndexerError::Thread { path: root, source })?;
        let thread = Mutex::new(Some(thread));
        Ok(RepositoryHandle { inner: Arc::new(Inner { shared, commands, stop, thread }) })
    }
}

impl RepositoryHandle {
    /// What hands out snapshots of the index.
    #[must_use]
    pub fn reader(&self) -> Reader {
        self.inner.shared.reader.clone()
    }

    /// What the worker does and how the index stands.
    #[must_use]
    pub fn status(&self) -> WorkerStatus {
        let shared = &self.inner.shared;
        let mut status = shared.status().clone();
        if let Phase::Scanning(counts) = &mut status.phase {
            *counts = shared.progress.counts();
        }
        let snapshot = shared.reader.snapshot();
        let counts = snapshot.counts();
        status.pending += shared.inbox.pending();
        status.generation = snapshot.generation();
        status.files_walked = counts.files_indexed + counts.files_skipped.values().sum::<usize>();
        for semantic in &mut status.semantic {
            semantic.coverage = snapshot.vector_coverage(semantic.model.fingerprint);
        }
        status
    }

    /// Asks the worker to compare the whole tree with the index.
    pub fn request_rescan(&self) {
        let _ = self.inner.commands.send(Command::Rescan);
    }

    /// Lets the worker embed, while it has nothing else to do, what `model` has no vectors of. Replaces a model given
    /// before.
    pub fn fill_with(&self, model: BackgroundModel) {
        let _ = self.inner.commands.send(Command::FillWith(model));
    }

    /// Notes that an answer named these paths (relative to the root): what is embedded later is embedded of them first,
    /// the last one before the others.
    pub fn asked_for<'a>(&self, paths: impl IntoIterator<Item = &'a Arc<str>>) {
        self.inner.shared.asked.add(paths);
    }

    /// Waits until the index holds everything that was on the disk when this was called.
    ///
    /// # Errors
    /// When that takes longer than `timeout`, cannot be done, or the worker has ended.
    pub fn barrier(&self, timeout: Duration) -> Result<Generation, BarrierError> {
        let (reply, answer) = bounded(1);
        self.inner.commands.send(Command::Barrier(reply)).map_err(|_| BarrierError::Stopped)?;
        match answer.recv_timeout(timeout) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Timeout) => Err(BarrierError::Timeout(timeout)),
            Err(RecvTimeoutError::Disconnected) => Err(BarrierError::Stopped),
        }
    }

    /// Calls `listener` with each new generation from now on, on the worker's thread: it must be quick.
    pub fn on_commit(&self, listener: impl Fn(Generation) + Send + Sync + 'static) {
        let listeners = &self.inner.shared.listeners;
        listeners.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(listener));
    }

    /// Ends the worker, after the commit that it is in at most, and waits for that.
    pub fn shutdown(&self) {
        self.inner.stop();
        let thread = self.inner.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("an indexing thread had panicked");
        }
    }
}

impl Inner {
    fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = self.commands.send(Command::Stop);
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop();
    }
}
