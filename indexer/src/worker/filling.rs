//! Embedding in the background, and when to try again what failed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use contexd_store::Generation;
use contexd_store::vectors::Coverage;

use super::SemanticStatus;
use crate::IndexerError;
use crate::embed::Embedder;
use crate::pipeline::{Fill, Pipeline};

/// Waiting time after a first failure; doubles with each further one.
const FIRST_RETRY: Duration = Duration::from_millis(250);
const LAST_RETRY: Duration = Duration::from_secs(60);

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
    pub(super) backoff: Backoff,
    /// Nothing was left to be done at this generation.
    complete_at: Option<Generation>,
}

impl Filling {
    pub(super) fn new(embedder: Arc<dyn Embedder>) -> Self {
        Self { fill: Fill::new(embedder), backoff: Backoff::default(), complete_at: None }
    }

    /// Whether there is something to do at `generation`, and no reason to wait.
    pub(super) fn is_due(&self, generation: Generation, now: Instant) -> bool {
        self.complete_at != Some(generation) && self.backoff.not_before.is_none_or(|then| then <= now)
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
        SemanticStatus { model, coverage: Coverage::default(), error: None }
    }
}
