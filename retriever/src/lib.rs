//! From a snapshot and a query to ranked hits and budgeted packs.
//!
//! Everything here is a pure function of the [`Snapshot`](contexd_store::Snapshot), the query and the
//! [`Weights`]: no file system, no clock, no environment, no threads. The same inputs give the same bytes.

mod candidates;
mod error;
mod explain;
mod filter;
mod grep;
mod names;
mod pack;
mod path_class;
mod query;
pub mod relate;
mod result;
mod score;
mod search;
mod signals;
mod symbol_search;
mod understand;
mod verbatim;
mod weights;
mod wildcard;

pub use error::RetrieveError;
pub use explain::{Explanation, explain};
pub use filter::{Filter, FilterSpec};
pub use grep::{GrepFile, GrepPattern, Needs, grep_files, withheld_files};
pub use pack::{
    Format, MAX_BUDGET, MIN_BUDGET, Omitted, OmittedReason, Pack, PackItem, PackLevel, PackRequest, PackRole,
    SentPiece, TOKENIZER, assemble, count_tokens,
};
pub use path_class::PathClass;
pub use query::{DenseQuery, Focus, Nearness, Query, QueryKind};
pub use result::{Hit, SearchResult, SymbolHit, SymbolMatch, SymbolQuery, SymbolResult};
pub use score::{Breakdown, Part};
pub use search::{MAX_LIMIT, search};
pub use signals::Signals;
pub use symbol_search::search_symbols;
pub use understand::text_to_embed;
pub use weights::Weights;
