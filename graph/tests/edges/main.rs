//! Edges of small repositories in many languages, and that following edits gives what building anew gives.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]

mod fixture;
mod imports;
mod incremental;
mod members;
mod names;
