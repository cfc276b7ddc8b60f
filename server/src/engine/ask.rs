//! The way of every question: find the repository, wait for the freshness asked for, compute, say how it went.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use contexd_graph::Graph;
use contexd_indexer::history::CoChange;
use contexd_retriever::{FilterSpec, SearchResult, SentPiece, Weights};
use contexd_store::{Generation, Snapshot};

use super::answer::{Address, Answer, AnswerMeta, Consistency, Notice, NoticeCode, Timings};
use super::host::Host;
use super::models::Models;
use super::query_log::{AskedQuestion, LoggedAnswer, QueryLog};
use super::repository::Repository;
use super::status::{Phase, RepositoryStatus, Watching, WorkState};
use super::{Engine, changes, verify::Verifier};
use crate::error::ServiceError;

/// Longest wait for a generation.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// What the computation of an answer works with.
pub(super) struct Desk {
    pub(super) snapshot: Arc<Snapshot>,
    host: Arc<Host>,
    pub(super) models: Arc<Models>,
    pub(super) weights: Arc<Weights>,
    pub(super) repository: Arc<Repository>,
    pub(super) timings: Timings,
    pub(super) notices: Vec<Notice>,
    pub(super) changed_since: String,
    query_log: Arc<QueryLog>,
    query_id: String,
}

impl Desk {
    pub(super) fn root(&self) -> &Path {
        self.repository.root()
    }

    /// Narrows `filter` to the files that were changed since what the question names.
    pub(super) fn restrict(&self, filter: &mut FilterSpec) -> Result<(), ServiceError> {
        if !self.changed_since.is_empty() {
            let changed = changes::changed_files(self.root(), &self.snapshot, &self.changed_since)?;
            filter.paths = Some(Arc::new(changed));
        }
        Ok(())
    }

    /// The graph of the snapshot.
    pub(super) fn graph(&self) -> Arc<Graph> {
        self.host.graph_of(&self.snapshot)
    }

    /// The files that commits change together with `path`, and why the history says nothing if so.
    pub(super) fn changed_with(&self, path: &str, limit: usize) -> (Vec<CoChange>, String) {
        match self.host.changed_with(&self.repository.head().commit, path, limit) {
            Ok(files) => (files, String::new()),
            Err(reason) => (Vec::new(), reason),
        }
    }

    /// Notes that the answer names these paths, the best first; only vectors that are made later depend on it.
    pub(super) fn names<'a>(&self, paths: impl DoubleEndedIterator<Item = &'a Arc<str>>) {
        if self.models.has_background() {
            self.host.asked_for(paths.rev());
        }
    }

    pub(super) fn notice(&mut self, code: NoticeCode, message: impl Into<String>) {
        self.notices.push(Notice { code, message: message.into() });
    }

    /// Names the answer to `asked`, and keeps it where answers are kept. `sent` are the pieces that the caller of a pack
    /// has already.
    pub(super) fn log(&mut self, asked: &AskedQuestion, sent: &[SentPiece], result: Option<&SearchResult>) {
        let root = self.root().display().to_string();
        let generation = self.snapshot.generation();
        self.query_id = asked.id(&root, generation, sent);
        if !self.query_log.is_on() {
            return;
        }
        let answer = LoggedAnswer::new(self.query_id.clone(), root, generation, asked, result, &self.weights);
        if let Err(error) = self.query_log.add(&answer) {
            tracing::warn!(%error, "an answer is missing in the query log");
        }
    }

    /// Runs `look` with a verifier and counts its time.
    pub(super) fn verify<T>(&mut self, look: impl FnOnce(&Snapshot, &mut Verifier<'_>) -> T) -> T {
        let began = Instant::now();
        let result = look(&self.snapshot, &mut Verifier::new(self.repository.root()));
        self.timings.verify += began.elapsed();
        result
    }
}

impl Engine {
    /// Answers a question: `work` computes the answer on the newest snapshot that satisfies the address.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        address: &Address,
        work: impl FnOnce(&mut Desk) -> Result<T, ServiceError> + Send + 'static,
    ) -> Result<Answer<T>, ServiceError> {
        let arrived = Instant::now();
        let repository = self.resolve(&address.repository)?;
        repository.mark_used();
        let host = self.open(&repository).await?;
        let notices = self.settle(&host, address.consistency).await?;
        let timings = Timings { wait: arrived.elapsed(), ..Timings::default() };
        let models = self.models().await?;
        let mut desk = Desk {
            snapshot: host.snapshot(),
            host: Arc::clone(&host),
            models,
            weights: self.weights(),
            repository,
            timings,
            notices,
            changed_since: address.changed_since.clone(),
            query_log: Arc::clone(&self.query_log),
            query_id: String::new(),
        };
        let compute = move || {
            let value = work(&mut desk);
            (value, desk)
        };
        let ((value, mut desk), queued) = self.compute.run(compute).await?;
        desk.timings.queue = queued;
        let value = value?;
        Ok(Answer { value, meta: describe(desk, &host, arrived) })
    }

    /// Waits until `host` is as fresh as asked, and gives what is to be said about it.
    async fn settle(&self, host: &Arc<Host>, consistency: Consistency) -> Result<Vec<Notice>, ServiceError> {
        let mut notices = Vec::new();
        match consistency {
            Consistency::Newest if self.is_watching() => {}
            Consistency::Newest => host.first_scan().await?,
            Consistency::AtLeast(wanted) => self.reach(host, wanted).await?,
            Consistency::Disk(limit) => {
                if !host.wait_for_disk(limit).await? {
                    let message = format!("the index was not up to date with the disk within {limit:?}");
                    notices.push(Notice { code: NoticeCode::WaitExpired, message });
                }
            }
        }
        notices.extend(condition(&host.work_state(), host.first_scan_done()));
        Ok(notices)
    }

    async fn reach(&self, host: &Host, wanted: Generation) -> Result<(), ServiceError> {
        match tokio::time::timeout(LONGEST_WAIT, host.wait_for_generation(wanted)).await {
            Ok(outcome) => outcome,
            Err(_elapsed) => {
                let present = host.snapshot().generation().0;
                Err(ServiceError::GenerationNotReached { wanted: wanted.0, present })
            }
        }
    }

    /// Status of one repository, or of all for an empty key.
    ///
    /// # Errors
    /// When the repository is not known or cannot be made as fresh as asked.
    pub async fn status(&self, address: &Address) -> Result<Vec<RepositoryStatus>, ServiceError> {
        let wanted = match address.repository.as_str() {
            "" => self.repositories(),
            key => vec![self.resolve(key)?],
        };
        let mut statuses = Vec::with_capacity(wanted.len());
        for repository in wanted {
            if address.consistency != Consistency::Newest {
                let host = self.open(&repository).await?;
                self.settle(&host, address.consistency).await?;
            }
            statuses.push(self.status_of(repository).await?);
        }
        Ok(statuses)
    }

    /// Status of one repository as it is now; opens the repository if need be.
    ///
    /// # Errors
    /// When it is not known or cannot be opened.
    pub async fn status_now(&self, key: &str) -> Result<RepositoryStatus, ServiceError> {
        let repository = self.resolve(key)?;
        self.open(&repository).await?;
        self.status_of(repository).await
    }

    /// Compares a repository with the disk again and waits for it, `limit` at most. The second value says whether
    /// the comparison was complete then.
    ///
    /// # Errors
    /// When the repository is not known or cannot be opened.
    pub async fn reindex(
        &self,
        key: &str,
        limit: Duration,
    ) -> Result<(RepositoryStatus, bool), ServiceError> {
        let repository = self.resolve(key)?;
        let host = self.open(&repository).await?;
        host.request_rescan();
        let complete = !limit.is_zero() && host.wait_for_disk(limit).await?;
        Ok((self.status_of(repository).await?, complete))
    }

    /// Waits for the first scan of a repository, `limit` at most, and gives its status.
    ///
    /// # Errors
    /// When the repository is not known or cannot be opened.
    pub async fn await_first_scan(
        &self,
        key: &str,
        limit: Duration,
    ) -> Result<RepositoryStatus, ServiceError> {
        let repository = self.resolve(key)?;
        let host = self.open(&repository).await?;
        match tokio::time::timeout(limit, host.first_scan()).await {
            Ok(outcome) => outcome?,
            Err(_elapsed) => {}
        }
        self.status_of(repository).await
    }
}

/// What is to be said about answers while the indexer is in this state.
fn condition(work: &WorkState, first_scan_done: bool) -> Option<Notice> {
    let (code, message) = match (&work.watching, work.phase) {
        (_, Phase::Failed) => {
            let detail = work.last_error.clone().unwrap_or_default();
            (NoticeCode::Degraded, format!("the indexer has stopped: {detail}"))
        }
        _ if !first_scan_done => {
            let message =
                "the first scan since the start is not finished: files may be missing or out of date";
            (NoticeCode::FirstScan, message.to_owned())
        }
        (Watching::Degraded(reason), _) => {
            (NoticeCode::Degraded, format!("changes may be noticed late: {reason}"))
        }
        (Watching::On | Watching::Off(_), _) => return None,
    };
    Some(Notice { code, message })
}

fn describe(desk: Desk, host: &Host, arrived: Instant) -> AnswerMeta {
    let work = host.work_state();
    let semantic = desk.models.semantic(&desk.snapshot, work.hindrance.as_deref());
    let head = desk.repository.head();
    let mut timings = desk.timings;
    timings.total = arrived.elapsed();
    AnswerMeta {
        root: desk.repository.root().display().to_string(),
        generation: desk.snapshot.generation(),
        head,
        pending: work.pending,
        semantic,
        timings,
        notices: desk.notices,
        query_id: desk.query_id,
    }
}
