//! Embedding in the background, and when to try again what failed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use contexd_store::Generation;
use contexd_store::vectors::Coverage;

use super::{BackgroundModel, Pause, SemanticStatus};
use crate::IndexerError;
use crate::embed::Embedder;
use crate::pipeline::{Asked, Fill, Pipeline};

/// Waiting time after a first failure; doubles with each further one.
const FIRST_RETRY: Duration = Duration::from_millis(250);
const LAST_RETRY: Duration = Duration::from_secs(60);
/// Time between two questions whether to pause.
const PAUSE_LOOK: Duration = Duration::from_secs(5);

/// Keeps trying, less and less often.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
    not_before: Option<Instant>,
}

impl Backoff {
    pub(super) fn failed(&mut self) {
        let wait = FIRST_RETRY.saturating_mul(1 << self.failures.min(16)).min(LAST_RETRY);
        self.failures += 1;
        self.not_before = Some(Instant::now() + wait);
    }

    pub(super) fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// When to try again; `None` when the last try did not fail.
    pub(super) fn not_before(&self) -> Option<Instant> {
        self.not_before
    }
}

/// A model whose vectors are filled in.
pub(super) struct Filling {
    fill: Fill,
    backoff: Backoff,
    /// Nothing was left to be done at this generation.
    complete_at: Option<Generation>,
    pause: Option<Pause>,
    /// Why nothing is embedded at the moment although there is something to embed.
    paused: Option<String>,
    /// When to ask again whether to pause.
    next_question: Option<Instant>,
}

impl Filling {
    /// For the model that embeds before the commit: what it left out, if anything.
    pub(super) fn serving(embedder: Arc<dyn Embedder>) -> Self {
        Self::new(Fill::new(embedder, None, Arc::default()), None)
    }

    /// For a model that embeds later; files in `asked` come first.
    pub(super) fn background(model: BackgroundModel, asked: Arc<Asked>) -> Self {
        Self::new(Fill::new(model.embedder, model.cache, asked), model.pause)
    }

    fn new(fill: Fill, pause: Option<Pause>) -> Self {
        let backoff = Backoff::default();
        Self { fill, backoff, complete_at: None, pause, paused: None, next_question: None }
    }

    /// Whether there is something to do at `generation`, and no reason to wait.
    pub(super) fn is_due(&mut self, generation: Generation, now: Instant) -> bool {
        let has_work = self.complete_at != Some(generation);
        let may_try = self.backoff.not_before.is_none_or(|then| then <= now);
        has_work && may_try && !self.is_paused(now)
    }

    /// Whether something more important goes on; asked now and then only.
    fn is_paused(&mut self, now: Instant) -> bool {
        let Some(pause) = &self.pause else { return false };
        if self.next_question.is_none_or(|then| then <= now) {
            self.paused = pause();
            self.next_question = Some(now + PAUSE_LOOK);
        }
        self.paused.is_some()
    }

    /// Why nothing is embedded although there is something to embed.
    pub(super) fn paused(&self) -> Option<&str> {
        self.paused.as_deref()
    }

    /// When to look again whether there is something to do, if that is not now.
    pub(super) fn next_look(&self, now: Instant) -> Option<Instant> {
        let question = self.next_question.filter(|_| self.paused.is_some());
        [self.backoff.not_before(), question].into_iter().flatten().filter(|then| *then > now).max()
    }

    /// Embeds a slice.
    pub(super) fn step(&mut self, pipeline: &mut Pipeline) -> Result<(), IndexerError> {
        match pipeline.step(&mut self.fill) {
            Ok(is_more_left) => {
                self.backoff.succeeded();
                self.complete_at = (!is_more_left).then(|| pipeline.reader().snapshot().generation());
                Ok(())
            }
            Err(error) => {
                self.backoff.failed();
                Err(error)
            }
        }
    }

    /// What is told of the model; its coverage is filled in when someone asks.
    pub(super) fn status(&self) -> SemanticStatus {
        let model = self.fill.embedder().model().clone();
        SemanticStatus { model, coverage: Coverage::default(), error: None, paused: None }
    }
}
