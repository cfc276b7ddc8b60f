//! The harness of the end-to-end tests and the architecture checks: what they share, without any test of its own.

pub mod client;
pub mod program;
pub mod rust_source;
pub mod sandbox;
pub mod tree;
pub mod workspace;
