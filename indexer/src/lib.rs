//! Under construction.

pub mod embed;
mod error;
pub mod pipeline;
pub mod scan;
pub mod scope;
mod watch;
pub mod worker;

pub use error::IndexerError;
