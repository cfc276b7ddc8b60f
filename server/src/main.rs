//! The contexd binary.
fn main() {}
