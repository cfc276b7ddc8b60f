//! One known repository: opened when it is needed, closed once, and what it says of itself.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwapOption;
use contexd_store::Generation;

use super::compute::run_blocking;
use super::head::{Head, HeadReader};
use super::host::{Host, HostOptions};
use super::models::{Models, Semantic, SemanticStep};
use super::registry::{Note, Registry, disk_bytes, repository_id, unix_ms};
use super::status::{Contents, Phase, Progress, RepositoryStatus, Summary, Watching, WorkState};
use crate::error::ServiceError;

/// Milliseconds after which a new time of last use is written down.
const USE_NOTED_EVERY_MS: i64 = 10 * 60 * 1000;

/// A known repository.
pub(crate) struct Repository {
    id: String,
    registry: Registry,
    note: Mutex<Note>,
    /// Last use that was written down.
    noted_use: Mutex<i64>,
    root: PathBuf,
    head: HeadReader,
    /// Held while opening and closing; true once closed for good.
    closed: tokio::sync::Mutex<bool>,
    host: ArcSwapOption<Host>,
    open_error: Mutex<Option<String>>,
    contents: Mutex<Contents>,
}

impl Repository {
    /// The repository that `note` speaks of; not opened yet.
    pub(crate) fn new(registry: &Registry, note: Note) -> Self {
        let root = note.root.clone();
        Self {
            id: repository_id(&root),
            registry: registry.clone(),
            noted_use: Mutex::new(note.last_used_unix_ms),
            note: Mutex::new(note),
            head: HeadReader::new(&root),
            root,
            closed: tokio::sync::Mutex::new(false),
            host: ArcSwapOption::empty(),
            open_error: Mutex::new(None),
            contents: Mutex::new(Contents::default()),
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn head(&self) -> Head {
        self.head.read()
    }

    /// The host, opened now if it is not open yet.
    ///
    /// # Errors
    /// When the index cannot be opened, or the repository is being removed.
    pub(crate) async fn open(
        &self,
        models: &Arc<Models>,
        options: HostOptions,
    ) -> Result<Arc<Host>, ServiceError> {
        if let Some(host) = self.host.load_full() {
            return Ok(host);
        }
        let closed = self.closed.lock().await;
        if *closed {
            return Err(ServiceError::ShuttingDown { what: self.root.display().to_string() });
        }
        if let Some(host) = self.host.load_full() {
            return Ok(host);
        }
        let opened = self.open_host(Arc::clone(models), options).await;
        *lock(&self.open_error) = opened.as_ref().err().map(ToString::to_string);
        let host = Arc::new(opened?);
        self.host.store(Some(Arc::clone(&host)));
        Ok(host)
    }

    async fn open_host(&self, models: Arc<Models>, mut options: HostOptions) -> Result<Host, ServiceError> {
        options.allow_broad_root = lock(&self.note).allow_broad_root;
        let root = self.root.clone();
        let index_dir = self.registry.index_dir(&self.id);
        run_blocking(move || Host::open(&root, &index_dir, &models, &options)).await?
    }

    /// The host, if it is open.
    pub(crate) fn host(&self) -> Option<Arc<Host>> {
        self.host.load_full()
    }

    /// Stops the indexer and refuses to open again. Returns when nothing writes to the index any more.
    pub(crate) async fn close(&self) {
        let mut closed = self.closed.lock().await;
        *closed = true;
        let Some(host) = self.host.swap(None) else { return };
        if let Err(error) = run_blocking(move || host.shutdown()).await {
            tracing::error!(repository = %self.id, %error, "indexer did not stop in order");
        }
        self.save_note();
    }

    /// Deletes the index. The repository must be closed.
    pub(crate) fn delete(&self) -> Result<u64, ServiceError> {
        let freed = disk_bytes(&self.registry.index_dir(&self.id));
        self.registry.delete(&self.id)?;
        Ok(freed)
    }

    /// Notes that the repository answers a request now.
    pub(crate) fn mark_used(&self) {
        let now = unix_ms();
        lock(&self.note).last_used_unix_ms = now;
        if now - *lock(&self.noted_use) > USE_NOTED_EVERY_MS {
            self.save_note();
        }
    }

    /// Writes the note down.
    pub(crate) fn save_note(&self) {
        let note = lock(&self.note).clone();
        *lock(&self.noted_use) = note.last_used_unix_ms;
        if let Err(error) = self.registry.save(&self.id, &note) {
            tracing::warn!(repository = %self.id, %error, "note not written");
        }
    }

    /// Lets `/` or a home directory be this repository's root from now on.
    pub(crate) fn allow_broad_root(&self) {
        lock(&self.note).allow_broad_root = true;
        self.save_note();
    }

    pub(crate) fn summary(&self) -> Summary {
        let note = lock(&self.note);
        Summary {
            id: self.id.clone(),
            root: self.root.clone(),
            open: self.host.load().is_some(),
            added_unix_ms: note.added_unix_ms,
            last_used_unix_ms: note.last_used_unix_ms,
        }
    }

    /// Everything there is to know. Looks at the disk: not for the threads that serve connections.
    pub(crate) fn status(&self, models: Option<&Models>) -> RepositoryStatus {
        let host = self.host();
        let contents = host.as_ref().map_or_else(Contents::default, |host| self.contents(host));
        let work = host.as_ref().map_or_else(|| self.state_of_closed(), |host| host.work_state());
        let semantic = match (&host, models) {
            (Some(host), Some(models)) => models.semantic(&host.snapshot(), work.hindrance.as_deref()),
            _ => semantic_of_closed(),
        };
        RepositoryStatus {
            summary: self.summary(),
            index_dir: self.registry.index_dir(&self.id),
            contents,
            work,
            semantic,
            head: self.head(),
        }
    }

    /// What the newest generation holds; computed once a generation.
    fn contents(&self, host: &Host) -> Contents {
        let snapshot = host.snapshot();
        let mut known = lock(&self.contents);
        let is_current = known.digest.is_some() && known.generation == snapshot.generation();
        if !is_current || snapshot.generation() == Generation::default() {
            *known = Contents::of(&snapshot, disk_bytes(host.index_dir()));
        }
        known.clone()
    }

    fn state_of_closed(&self) -> WorkState {
        let last_error = lock(&self.open_error).clone();
        WorkState {
            phase: if last_error.is_some() { Phase::Failed } else { Phase::Opening },
            progress: Progress::default(),
            pending: 0,
            watching: Watching::Off("the index is not open".to_owned()),
            last_scan: None,
            last_error,
            hindrance: None,
        }
    }
}

fn semantic_of_closed() -> Semantic {
    let reason = "the index is not open".to_owned();
    Semantic { state: SemanticStep::Off, percent: 0, reason, model: String::new() }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
