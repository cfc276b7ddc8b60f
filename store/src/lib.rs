//! The index of one repository: truth in SQLite, keyword and vector projections, immutable snapshots.
//!
//! Knows no parser, no network and no async runtime. Everything written goes through [`Writer`], everything
//! read comes from a [`Snapshot`] of one [`Generation`].

mod batch;
pub mod document;
mod error;
mod files;
pub mod format;
mod ids;
pub mod keyword;
mod layout;
mod open;
pub mod parallel;
mod plan;
mod projections;
mod record;
mod snapshot;
mod symbol_table;
mod tables;
#[cfg(test)]
mod tests;
pub mod tokenizer;
mod top_k;
mod trigrams;
mod truth;
mod vector_cache;
pub mod vectors;
mod writer;

pub use batch::{Batch, FileChange, FileContent, FileStat, FileUpsert, IndexedContent, VectorFill};
pub use error::StoreError;
pub use ids::{ChunkId, ContentHash, FileId, Generation, SymbolId};
pub use layout::disk_bytes;
pub use open::{OpenReport, open, open_in_memory, open_reporting};
pub use projections::Recovery;
pub use record::{
    BindingRecord, ChunkKind, ChunkRecord, FileRecord, ImportRecord, ModuleRoot, ParameterRecord, Problem,
    ReferenceKind, ReferenceRecord, SkipReason, Span, SymbolKind, SymbolRecord, Visibility,
};
pub use snapshot::{Chunk, Counts, Fate, FileEntry, SkippedFile, Snapshot, Symbol};
pub use trigrams::{Trigram, TrigramFilter};
pub use vector_cache::{CachedRow, VectorCache};
pub use writer::{Reader, RecordKey, StoreOptions, Writer};
