//! Texts to vectors: one [`Embedder`] interface, two tiers behind it.
//!
//! [`StaticModel`] is compiled into the program and needs nothing from the machine. [`FastembedModel`] runs an ONNX
//! text-embedding model out of a directory that the user installed. Both give unit vectors, both are deterministic,
//! and each names itself by a fingerprint, so that vectors of different models are never compared.

mod accumulate;
mod error;
mod fastembed_model;
mod model_dir;
mod onnx_runtime;
mod rows;
mod shared_library;
mod static_file;
mod static_model;
mod vocabulary;
mod words;

use contexd_store::ContentHash;

pub use error::EmbedError;
pub use fastembed_model::{FastembedModel, FastembedOptions};
pub use rows::embed_file;
pub use static_model::StaticModel;

/// What names a model: two models with the same fingerprint give the same vector for the same text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelInfo {
    /// Name to show, such as `contexd-static` or `gte-small`.
    pub name: String,
    /// Hash over everything that decides a vector: weights, tokenizer, pooling, prefixes, maximum length.
    pub fingerprint: ContentHash,
    /// Length of every vector.
    pub dimension: usize,
    /// Tokens of a text that are read; the rest of a longer text has no influence.
    pub max_tokens: usize,
}

/// Turns texts into vectors of one model.
///
/// Every vector is finite and has length 1, or is all zeros where the text holds nothing that the model knows.
/// The same text gives the same vector whatever else is in the call.
pub trait Embedder: Send + Sync {
    /// The model behind this embedder.
    fn model(&self) -> &ModelInfo;

    /// One vector a text, in the order of `texts`.
    fn embed_documents(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError>;

    /// The vector of a question, to be compared with those of documents.
    fn embed_query(&self, text: &str) -> Result<Vec<f32>, EmbedError>;
}
