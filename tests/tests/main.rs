//! The one integration-test binary: architecture checks on the sources, retrieval on small trees, the quality gate on
//! real ones, grep against ripgrep, end-to-end tests on the real program.

#![allow(clippy::unwrap_used, reason = "tests")]

mod e2e;
mod grep;
mod quality;
mod retrieval;
mod tidy;
