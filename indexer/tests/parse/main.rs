//! The parsing half of the indexer: what it finds in each language, and what always holds.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]

mod chunks;
mod fixtures;
mod invariants;
mod record_rules;
mod robustness;
mod tests_found;
