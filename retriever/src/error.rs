//! Why a question cannot be answered.

use contexd_store::StoreError;

/// Why a question cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum RetrieveError {
    /// The question itself is at fault: the caller can mend it.
    #[error("invalid {field}: {detail}")]
    InvalidArgument {
        /// Name of the argument, as in the wire protocol.
        field: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// The index could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}
