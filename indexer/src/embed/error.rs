//! Why an embedder could not be made, or could not embed.

use std::path::PathBuf;

/// Failure of an embedding model; the variants differ in what the user can do about them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbedError {
    /// The ONNX Runtime library is absent or unusable: install one, or point the configuration at it.
    #[error("cannot use the onnx runtime{}: {reason} (hint: {hint})", at(.path))]
    Runtime {
        /// Library that was tried, where one was found or named.
        path: Option<PathBuf>,
        /// What went wrong.
        reason: String,
        /// What to do.
        hint: String,
    },
    /// A file of the model is absent, unreadable or not what it should be: install the model again or correct it.
    #[error("cannot use the embedding model at {}: {reason} (hint: {hint})", .path.display())]
    Model {
        /// File or directory of the model.
        path: PathBuf,
        /// What went wrong.
        reason: String,
        /// What to do.
        hint: String,
    },
    /// The built-in model's bytes do not have the layout they should have.
    #[error("the static embedding model is damaged: {0}")]
    StaticModel(String),
    /// A loaded model failed on some texts.
    #[error("the embedding model {model} failed: {reason}")]
    Inference {
        /// Name of the model.
        model: String,
        /// What went wrong.
        reason: String,
    },
}

fn at(path: &Option<PathBuf>) -> String {
    path.as_ref().map_or_else(String::new, |path| format!(" at {}", path.display()))
}
