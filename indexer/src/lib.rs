//! From bytes to records to batches: which files belong to the index, what they say, what changed in them.
//!
//! Knows no gRPC, no query and no score: what it makes goes into the store's
//! [`Batch`](contexd_store::Batch), and what others read comes out of the store's snapshots.

mod chunk;
pub mod content;
pub mod embed;
mod error;
pub mod history;
pub mod lang;
mod lines;
mod manifest;
mod mask;
mod parse;
pub mod pipeline;
pub mod scan;
pub mod scope;
mod symbols;
mod watch;
pub mod worker;

pub use error::IndexerError;
pub use parse::{PARSER_VERSION, ParseBudget, Stage, parse, parse_as_far_as, parse_file};
