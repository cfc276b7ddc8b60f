//! Between wire types and the engine's: the only place that knows both.
//!
//! What comes in is checked here against the limits that the protocol documents; what goes out is plain copying.

mod context;
mod graph;
mod grep;
mod meta;
mod past;
mod repository;
mod request;
mod search;

pub(crate) use context::{explain_query, explain_response, pack_parts, pack_request, pack_response};
pub(crate) use graph::{
    definition_query, definition_response, map_options, map_response, neighbour_limit, neighbours_response,
    reference_query, references_response, related_query, related_response,
};
pub(crate) use grep::{grep_query, grep_response, grep_summary};
pub(crate) use past::{past_limit, past_response, past_responses};
pub(crate) use repository::{list_response, status, status_response, wait, watch_interval, why_response};
pub(crate) use request::{address, filtered_address, refuse_session};
pub(crate) use search::{
    outline_response, search_extras, search_query, search_response, symbol_query, symbols_response,
};
