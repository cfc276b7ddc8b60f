//! Under construction.

pub mod embed;
