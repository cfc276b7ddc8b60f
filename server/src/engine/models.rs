//! The embedding models that questions are put to, and how far their vectors cover an index.

use std::path::PathBuf;
use std::sync::Arc;

use contexd_indexer::embed::{Embedder, FastembedModel, FastembedOptions, StaticModel};
use contexd_retriever::DenseQuery;
use contexd_store::Snapshot;

/// Which models there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelOptions {
    /// Directory of an ONNX text-embedding model; without one the built-in model serves alone.
    pub model_dir: Option<PathBuf>,
    /// The ONNX Runtime library, or the folder that holds it; searched for when absent.
    pub onnxruntime: Option<PathBuf>,
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
}

impl Models {
    /// Loads what `options` name. A model that cannot be loaded is reported with every answer, and does not keep the
    /// built-in one from serving.
    pub(crate) fn load(options: &ModelOptions) -> Self {
        let built_in: Arc<dyn Embedder> = Arc::new(StaticModel::built_in());
        let Some(directory) = &options.model_dir else {
            return Self { built_in, installed: None, failure: None };
        };
        let fastembed =
            FastembedOptions { runtime: options.onnxruntime.clone(), ..FastembedOptions::default() };
        match FastembedModel::open(directory, &fastembed) {
            Ok(model) => {
                tracing::info!(model = %model.model().name, dimension = model.model().dimension, "model loaded");
                Self { built_in, installed: Some(Arc::new(model)), failure: None }
            }
            Err(error) => {
                tracing::warn!(%error, "embedding model not usable, the built-in one serves alone");
                Self { built_in, installed: None, failure: Some(error.to_string()) }
            }
        }
    }

    /// The built-in model.
    pub(crate) fn built_in(&self) -> &Arc<dyn Embedder> {
        &self.built_in
    }

    /// The installed model, if there is one.
    pub(crate) fn installed(&self) -> Option<&Arc<dyn Embedder>> {
        self.installed.as_ref()
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

fn semantic_installed(snapshot: &Snapshot, model: &dyn Embedder, error: Option<&str>) -> Semantic {
    let percent = percent_covered(snapshot, model);
    let (state, reason) = match percent {
        100 => (SemanticStep::Ready, ""),
        _ => (SemanticStep::Partial, "vectors are being made; the built-in model serves in the meantime"),
    };
    let reason = error.unwrap_or(reason).to_owned();
    Semantic { state, percent, reason, model: model.model().name.clone() }
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
