//! Under construction.

mod chunk;
pub mod content;
pub mod embed;
mod error;
pub mod lang;
mod lines;
mod parse;
pub mod pipeline;
pub mod scan;
pub mod scope;
mod symbols;
mod watch;
pub mod worker;

pub use error::IndexerError;
pub use parse::{PARSER_VERSION, ParseBudget, parse, parse_file};
