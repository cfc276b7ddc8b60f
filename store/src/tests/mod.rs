//! Tests of the store as a whole: batches in, snapshots out, crashes between.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod basics;
mod crash;
mod fixture;
mod incremental;
