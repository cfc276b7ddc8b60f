//! The index of one repository: truth in SQLite, keyword and vector projections, immutable snapshots.
//!
//! Knows no parser, no network and no async runtime. Everything written goes through [`Writer`], everything
//! read comes from a [`Snapshot`] of one [`Generation`].

mod ids;
mod record;

pub use ids::{ChunkId, ContentHash, FileId, Generation, SymbolId};
pub use record::{
    ChunkKind, ChunkRecord, FileRecord, ImportRecord, Problem, ReferenceKind, ReferenceRecord, SkipReason,
    Span, SymbolKind, SymbolRecord, Visibility,
};
