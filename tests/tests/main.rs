//! The one integration-test binary: architecture checks on the sources, retrieval on small trees, end-to-end tests on
//! the real program.

#![allow(clippy::unwrap_used, reason = "tests")]

mod e2e;
mod retrieval;
mod tidy;
