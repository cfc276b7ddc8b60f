//! Who uses what: the uses and imports of a repository's files, resolved to definitions, each with a confidence.
//!
//! Everything is derived from the records of the [store](contexd_store): there is no parser here and no file
//! system. A use is resolved through scopes, imports, receivers and written types, and, where these do not tell,
//! by its name, which is then said. A [`Graph`] belongs to one generation and never changes; the next one is made
//! from it by resolving only what the changed files define and what was derived from that.

mod chain;
mod dependency;
mod edge;
mod graph;
mod index;
mod paths;
mod resolve;
mod rules;

pub use edge::{Confidence, MAX_TARGETS, Resolution};
pub use graph::{Graph, UpdateReport, Use};
pub use index::dotted;
