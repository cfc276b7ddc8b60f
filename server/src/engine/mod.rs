//! The open repositories of one process and the questions put to them. Knows no wire types.

mod ahead;
mod answer;
mod ask;
mod changes;
mod compute;
mod graph;
mod grep;
mod head;
mod history;
mod host;
mod models;
mod paths;
mod query_log;
mod questions;
mod registry;
mod relations;
mod repository;
mod restraint;
mod status;
mod verify;
mod why;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use contexd_retriever::Weights;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

pub use answer::{
    Address, Answer, AnswerMeta, Consistency, FoundExplanation, FoundPack, FoundPiece, FoundPieces,
    FoundSymbol, FoundSymbols, IgnoreRule, Notice, NoticeCode, Outline, PathFate, PathReport, Timings,
};
pub use grep::{GrepFileCount, GrepLine, GrepOutput, GrepPart, GrepQuery, GrepReply, GrepTotals, LetterCase};
pub use head::Head;
pub use models::{ModelOptions, Semantic, SemanticStep};
pub use query_log::{AskedMethod, AskedQuestion, LoggedAnswer, LoggedHit, QueryLogOptions};
pub use questions::SearchExtras;
pub(crate) use registry::create_private_dir;
pub use relations::{
    FileNeighbours, FoundMeanings, FoundReferences, FoundRelation, FoundRelations, ShownDefinition, ShownMap,
    ShownPlace, TargetQuery,
};
pub use restraint::Restraint;
pub use status::{Contents, Phase, Progress, RepositoryStatus, ScanTimings, Summary, Watching, WorkState};
pub use verify::ItemState;

use crate::error::ServiceError;
use compute::{ComputePool, run_blocking};
use host::{Host, HostOptions};
use models::Models;
use query_log::QueryLog;
use registry::{Note, Registry};
use repository::Repository;

/// How an engine runs.
#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// Where indexes are kept.
    pub cache_dir: PathBuf,
    /// Whether changes on disk are followed. Without it a repository is compared with the disk once, when it is
    /// opened, and again when a request asks for freshness.
    pub watch: bool,
    /// The embedding models.
    pub models: ModelOptions,
    /// Answers computed at once; 0 for one a processor.
    pub compute_slots: usize,
    /// Requests that may wait for a computing slot.
    pub max_waiting: usize,
    /// Whether past answers are kept.
    pub query_log: QueryLogOptions,
}

impl EngineOptions {
    /// The defaults of a daemon that keeps its indexes below `cache_dir`.
    #[must_use]
    pub fn new(cache_dir: PathBuf) -> Self {
        Self {
            cache_dir,
            watch: true,
            models: ModelOptions::default(),
            compute_slots: 0,
            max_waiting: 256,
            query_log: QueryLogOptions::default(),
        }
    }
}

/// The known repositories, and the means to answer from them.
pub struct Engine {
    options: EngineOptions,
    registry: Registry,
    models: OnceCell<Arc<Models>>,
    repositories: RwLock<BTreeMap<PathBuf, Arc<Repository>>>,
    compute: ComputePool,
    weights: ArcSwap<Weights>,
    query_log: Arc<QueryLog>,
    started: Instant,
    stopping: CancellationToken,
}

impl Engine {
    /// Reads which repositories are known. None is opened yet.
    ///
    /// # Errors
    /// When the cache directory cannot be created or read.
    pub fn new(options: EngineOptions) -> Result<Arc<Self>, ServiceError> {
        create_private_dir(&options.cache_dir)?;
        let registry = Registry::new(&options.cache_dir);
        let known = registry.load()?.into_iter().map(|note| {
            let repository = Arc::new(Repository::new(&registry, note));
            (repository.root().to_owned(), repository)
        });
        let repositories = RwLock::new(known.collect());
        Ok(Arc::new(Self {
            compute: ComputePool::new(compute_slots(&options), options.max_waiting),
            models: OnceCell::new(),
            weights: ArcSwap::from_pointee(Weights::built_in().clone()),
            query_log: Arc::new(QueryLog::new(&options.cache_dir, options.query_log)),
            repositories,
            registry,
            options,
            started: Instant::now(),
            stopping: CancellationToken::new(),
        }))
    }

    /// The numbers of the ranking.
    fn weights(&self) -> Arc<Weights> {
        self.weights.load_full()
    }

    /// Ranks by other numbers from now on.
    pub fn set_weights(&self, weights: Arc<Weights>) {
        self.weights.store(weights);
    }

    /// Time since the engine was made.
    #[must_use]
    pub fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    /// Whether changes on disk are followed.
    #[must_use]
    pub fn is_watching(&self) -> bool {
        self.options.watch
    }

    /// Cancelled when the engine begins to close.
    #[must_use]
    pub fn stopping(&self) -> CancellationToken {
        self.stopping.clone()
    }

    /// Makes the directory at `root` a known repository and opens it. The second value is false when it was known.
    ///
    /// # Errors
    /// When there is no such directory, when it is too broad, or when its index cannot be opened.
    pub async fn add(
        &self,
        root: &str,
        allow_broad_root: bool,
    ) -> Result<(RepositoryStatus, bool), ServiceError> {
        let root = canonical_root(root)?;
        let (repository, added) = self.register(&root, allow_broad_root);
        match self.open(&repository).await {
            Ok(_host) => {
                repository.save_note();
                Ok((self.status_of(repository).await?, added))
            }
            Err(error) => {
                if added {
                    self.forget(&root);
                }
                Err(error)
            }
        }
    }

    fn register(&self, root: &Path, allow_broad_root: bool) -> (Arc<Repository>, bool) {
        let mut repositories = self.repositories.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = repositories.get(root) {
            if allow_broad_root {
                known.allow_broad_root();
            }
            return (Arc::clone(known), false);
        }
        let repository = Arc::new(Repository::new(&self.registry, Note::new(root, allow_broad_root)));
        repositories.insert(root.to_owned(), Arc::clone(&repository));
        (repository, true)
    }

    fn forget(&self, root: &Path) {
        self.repositories.write().unwrap_or_else(PoisonError::into_inner).remove(root);
    }

    /// Stops following a repository, deletes its index and what the query log has about it. Gives its root and the bytes
    /// freed.
    ///
    /// # Errors
    /// When it is not known, or its index cannot be deleted.
    pub async fn remove(&self, key: &str) -> Result<(PathBuf, u64), ServiceError> {
        if key.is_empty() {
            return Err(ServiceError::invalid("repository", "must name the repository to remove"));
        }
        let repository = self.resolve(key)?;
        repository.close().await;
        let root = repository.root().to_owned();
        let query_log = Arc::clone(&self.query_log);
        let deleted = run_blocking(move || {
            if let Err(error) = query_log.forget(&repository.root().to_string_lossy()) {
                tracing::warn!(%error, "the query log still has answers about a repository that was removed");
            }
            repository.delete()
        })
        .await;
        self.forget(&root);
        let freed = deleted??;
        tracing::info!(root = %root.display(), freed, "repository removed");
        Ok((root, freed))
    }

    /// The known repositories in the order of their roots.
    #[must_use]
    pub fn list(&self) -> Vec<Summary> {
        self.repositories().iter().map(|repository| repository.summary()).collect()
    }

    /// Opens every known repository that is not open yet, one after the other. One that fails is reported in its
    /// status.
    pub async fn open_all(&self) {
        for repository in self.repositories() {
            if self.stopping.is_cancelled() {
                return;
            }
            if let Err(error) = self.open(&repository).await {
                tracing::warn!(repository = repository.id(), %error, "repository not opened");
            }
        }
    }

    /// Closes every repository. Requests that come later fail.
    pub async fn close(&self) {
        self.stopping.cancel();
        for repository in self.repositories() {
            repository.close().await;
        }
    }

    fn repositories(&self) -> Vec<Arc<Repository>> {
        let repositories = self.repositories.read().unwrap_or_else(PoisonError::into_inner);
        repositories.values().map(Arc::clone).collect()
    }

    /// The repository that `key` names: its id, its root or a path beneath it; for an empty key the only one.
    fn resolve(&self, key: &str) -> Result<Arc<Repository>, ServiceError> {
        let repositories = self.repositories();
        if key.is_empty() {
            return match repositories.as_slice() {
                [only] => Ok(Arc::clone(only)),
                [] => Err(ServiceError::NoRepository),
                several => Err(ServiceError::AmbiguousRepository { known: several.len() }),
            };
        }
        let unknown = || ServiceError::UnknownRepository { repository: key.to_owned() };
        if !key.starts_with('/') {
            let found = repositories.iter().find(|repository| repository.id() == key);
            return found.map(Arc::clone).ok_or_else(unknown);
        }
        innermost(&repositories, Path::new(key))
            .or_else(|| innermost(&repositories, &Path::new(key).canonicalize().ok()?))
            .ok_or_else(unknown)
    }

    async fn open(&self, repository: &Repository) -> Result<Arc<Host>, ServiceError> {
        let models = self.models().await?;
        repository.open(&models, HostOptions { watch: self.options.watch, allow_broad_root: false }).await
    }

    async fn models(&self) -> Result<Arc<Models>, ServiceError> {
        let (options, cache_dir) = (self.options.models.clone(), self.options.cache_dir.clone());
        let load = || run_blocking(move || Arc::new(Models::load(&options, &cache_dir)));
        self.models.get_or_try_init(load).await.map(Arc::clone)
    }

    async fn status_of(&self, repository: Arc<Repository>) -> Result<RepositoryStatus, ServiceError> {
        let models = self.models.get().map(Arc::clone);
        run_blocking(move || repository.status(models.as_deref())).await
    }
}

/// The repository with the longest root that `path` is or lies beneath.
fn innermost(repositories: &[Arc<Repository>], path: &Path) -> Option<Arc<Repository>> {
    let around = repositories.iter().filter(|repository| path.starts_with(repository.root()));
    around.max_by_key(|repository| repository.root().as_os_str().len()).map(Arc::clone)
}

fn canonical_root(given: &str) -> Result<PathBuf, ServiceError> {
    paths::check_length("root", given)?;
    let path = Path::new(given);
    if !path.is_absolute() {
        return Err(ServiceError::invalid("root", "must be an absolute path"));
    }
    let refused = |error: std::io::Error| ServiceError::NoSuchDirectory {
        path: path.to_owned(),
        detail: error.to_string(),
    };
    let root = path.canonicalize().map_err(refused)?;
    if !root.is_dir() {
        return Err(refused(std::io::ErrorKind::NotADirectory.into()));
    }
    if root.to_str().is_none() {
        return Err(ServiceError::invalid("root", "must be valid UTF-8"));
    }
    Ok(root)
}

fn compute_slots(options: &EngineOptions) -> usize {
    match options.compute_slots {
        0 => std::thread::available_parallelism().map_or(2, usize::from),
        slots => slots,
    }
}
