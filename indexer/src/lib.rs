//! Under construction.

pub mod embed;
mod error;
pub mod scan;
pub mod scope;

pub use error::IndexerError;
