//! From a snapshot and a query to ranked hits and budgeted packs.
//!
//! Everything here is a pure function of the [`Snapshot`](contexd_store::Snapshot), the query and the
//! [`Weights`]: no file system, no clock, no environment, no threads. The same inputs give the same bytes.

mod error;
mod filter;
mod pack;
mod path_class;
mod query;
mod result;
mod weights;

pub use error::RetrieveError;
pub use filter::{Filter, FilterSpec};
pub use pack::{
    Format, Omitted, OmittedReason, Pack, PackItem, PackLevel, PackRequest, PackRole, assemble, count_tokens,
};
pub use query::{DenseQuery, Focus, Query, QueryKind};
pub use result::{
    Hit, SearchResult, SymbolHit, SymbolMatch, SymbolQuery, SymbolResult, search, search_symbols,
};
pub use weights::Weights;
