//! The embedding models that questions are put to, and how far their vectors cover an index.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use contexd_indexer::embed::{Embedder, FastembedModel, FastembedOptions, StaticModel};
use contexd_indexer::worker::BackgroundModel;
use contexd_retriever::DenseQuery;
use contexd_store::{Snapshot, VectorCache};

use super::restraint::Restraint;

/// File below the cache directory that keeps the vectors of texts, for all repositories.
const VECTOR_CACHE: &str = "vectors.sqlite";

/// Which models there are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelOptions {
    /// Directory of an ONNX text-embedding model; without one the built-in model serves alone.
    pub model_dir: Option<PathBuf>,
    /// The ONNX Runtime library, or the folder that holds it; searched for when absent.
    pub onnxruntime: Option<PathBuf>,
    /// Threads that the ONNX model may use at once, in all repositories together; half of the processors when absent.
    pub threads: Option<usize>,
    /// When the making of the ONNX model's vectors waits.
    pub restraint: Restraint,
}

impl ModelOptions {
    /// How the ONNX model is run.
    #[must_use]
    pub fn fastembed(&self) -> FastembedOptions {
        let half = || {
            std::thread::available_parallelism().map_or(1, |processors| usize::from(processors).div_ceil(2))
        };
        FastembedOptions {
            runtime: self.onnxruntime.clone(),
            threads: Some(self.threads.unwrap_or_else(half).max(1)),
        }
    }
}

/// How far semantic search takes part in the answers of one index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Semantic {
    /// The step.
    pub state: SemanticStep,
    /// Chunks that have a vector of `model`, in percent.
    pub percent: u32,
    /// Why it is not better than it is; empty when there is nothing to say.
    pub reason: String,
    /// Name of the model that `percent` speaks of; empty when off.
    pub model: String,
}

/// The steps from no vectors to all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SemanticStep {
    /// No vectors.
    Off,
    /// The built-in model serves alone.
    Static,
    /// The installed model's vectors are being made.
    Partial,
    /// The installed model's vectors are complete.
    Ready,
}

/// The loaded models.
pub(crate) struct Models {
    built_in: Arc<dyn Embedder>,
    installed: Option<Arc<dyn Embedder>>,
    /// Why there is no installed model although one is configured.
    failure: Option<String>,
    /// Vectors of the installed model by text.
    cache: Option<Arc<VectorCache>>,
    restraint: Restraint,
}

impl Models {
    /// Loads what `options` name. A model that cannot be loaded is reported with every answer, and does not keep the
    /// built-in one from serving. Vectors of texts are kept below `cache_dir`.
    pub(crate) fn load(options: &ModelOptions, cache_dir: &Path) -> Self {
        let built_in: Arc<dyn Embedder> = Arc::new(StaticModel::built_in());
        let restraint = options.restraint;
        let alone = Self { built_in, installed: None, failure: None, cache: None, restraint };
        let Some(directory) = &options.model_dir else { return alone };
        match FastembedModel::open(directory, &options.fastembed()) {
            Ok(model) => {
                tracing::info!(model = %model.model().name, dimension = model.model().dimension, "model loaded");
                let cache = open_cache(&cache_dir.join(VECTOR_CACHE));
                Self { installed: Some(Arc::new(model)), cache, ..alone }
            }
            Err(error) => {
                tracing::warn!(%error, "embedding model not usable, the built-in one serves alone");
                Self { failure: Some(error.to_string()), ..alone }
            }
        }
    }

    /// What makes the installed model's vectors in the background, if there is such a model.
    pub(crate) fn background(&self) -> Option<BackgroundModel> {
        let restraint = self.restraint;
        Some(BackgroundModel {
            embedder: Arc::clone(self.installed.as_ref()?),
            cache: self.cache.clone(),
            pause: Some(Arc::new(move || restraint.reason_to_wait())),
        })
    }

    /// Whether some vectors are made in the background.
    pub(crate) fn has_background(&self) -> bool {
        self.installed.is_some()
    }

    /// The built-in model.
    pub(crate) fn built_in(&self) -> &Arc<dyn Embedder> {
        &self.built_in
    }

    /// The question's vectors from every model that has vectors in `snapshot`. The second value says what failed.
    pub(crate) fn embed_query(&self, snapshot: &Snapshot, text: &str) -> (Vec<DenseQuery>, Option<String>) {
        let indexed = snapshot.vector_models();
        let mut vectors = Vec::new();
        let mut failure = None;
        let tiers = [(Some(&self.built_in), true), (self.installed.as_ref(), false)];
        for (embedder, built_in) in tiers {
            let Some(embedder) = embedder else { continue };
            let model = embedder.model().fingerprint;
            if !indexed.contains(&model) {
                continue;
            }
            match embedder.embed_query(text) {
                Ok(vector) if has_direction(&vector) => vectors.push(DenseQuery { model, vector, built_in }),
                Ok(_nothing_known) => {}
                Err(error) => failure = Some(error.to_string()),
            }
        }
        (vectors, failure)
    }

    /// How far semantic search takes part in answers from `snapshot`.
    /// `error` is why the indexer embeds nothing at the moment.
    pub(crate) fn semantic(&self, snapshot: &Snapshot, error: Option<&str>) -> Semantic {
        match &self.installed {
            Some(model) => semantic_installed(snapshot, model.as_ref(), error),
            None => self.semantic_built_in(snapshot, error),
        }
    }

    fn semantic_built_in(&self, snapshot: &Snapshot, error: Option<&str>) -> Semantic {
        let percent = percent_covered(snapshot, self.built_in.as_ref());
        let failure = self.failure.as_deref().or(error).unwrap_or_default().to_owned();
        if percent == 0 {
            let reason = if failure.is_empty() { "no vectors yet".to_owned() } else { failure };
            return Semantic { state: SemanticStep::Off, percent, reason, model: String::new() };
        }
        let model = self.built_in.model().name.clone();
        Semantic { state: SemanticStep::Static, percent, reason: failure, model }
    }
}

fn semantic_installed(snapshot: &Snapshot, model: &dyn Embedder, hindrance: Option<&str>) -> Semantic {
    let percent = percent_covered(snapshot, model);
    let (state, reason) = match (percent, hindrance) {
        (100, _) => (SemanticStep::Ready, ""),
        (_, Some(hindrance)) => (SemanticStep::Partial, hindrance),
        (_, None) => {
            (SemanticStep::Partial, "vectors are being made; the built-in model serves in the meantime")
        }
    };
    Semantic { state, percent, reason: reason.to_owned(), model: model.model().name.clone() }
}

/// Without the cache more is computed, and nothing else is different.
fn open_cache(path: &Path) -> Option<Arc<VectorCache>> {
    match VectorCache::open(path) {
        Ok(cache) => Some(Arc::new(cache)),
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "vector cache not usable");
            None
        }
    }
}

fn has_direction(vector: &[f32]) -> bool {
    vector.iter().any(|component| *component != 0.0)
}

/// Share of the chunks that have a vector, rounded down, so that 100 means all.
fn percent_covered(snapshot: &Snapshot, model: &dyn Embedder) -> u32 {
    let coverage = snapshot.vector_coverage(model.model().fingerprint);
    let percent = (coverage.embedded * 100).checked_div(coverage.total).unwrap_or(100);
    u32::try_from(percent).unwrap_or(100)
}
