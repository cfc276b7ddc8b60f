//! How definitions hang together: what a name means, who uses it, what stands at the other end of its edges, and
//! the shape that the whole makes. All of it is read from the [graph](contexd_graph) of a generation.

mod definition;
mod map;
mod references;
mod related;

use std::sync::Arc;

use contexd_graph::{Confidence, Graph};
use contexd_store::{FileEntry, Snapshot, SymbolId, SymbolRecord};

pub use definition::{Meanings, define};
pub use map::{MapOptions, Module, ModuleUse, RepositoryMap, UsedSymbol, draw_map};
pub use references::{FoundUse, FoundUses, UseKind, find_references};
pub use related::{Related, RelatedSymbol, Relation, find_related};

/// A snapshot with the graph of its generation.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The files and symbols.
    pub snapshot: &'a Snapshot,
    /// What hangs together with what.
    pub graph: &'a Graph,
}

/// A definition that is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A place where its name stands: the definition itself or a use.
    Position {
        /// Path relative to the root.
        path: String,
        /// Line, 1-based.
        line: u32,
        /// Column, 1-based, in bytes; 0 for every use in the line.
        column: u32,
    },
    /// Its name, qualified or not.
    Name(String),
}

/// A symbol with the file that it stands in.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The file.
    pub file: Arc<FileEntry>,
    /// Position in the file's record.
    pub ordinal: u32,
}

impl Definition {
    /// What the parser says of it.
    #[must_use]
    pub fn record(&self) -> &SymbolRecord {
        &self.file.record.symbols[self.ordinal as usize]
    }

    /// Its id in the snapshot.
    #[must_use]
    pub fn id(&self) -> SymbolId {
        SymbolId { file: self.file.id, ordinal: self.ordinal }
    }
}

/// Where a name stands.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub file: Arc<FileEntry>,
    /// Line, 1-based.
    pub line: u32,
    /// Offset of the name's first byte.
    pub start_byte: u32,
}

/// What a name means, and how sure that is.
#[derive(Clone, Debug)]
pub struct Meaning {
    /// The definition.
    pub definition: Definition,
    /// How sure it is.
    pub confidence: Confidence,
    /// The use that means it; `None` where the name was given by itself or is the definition's own.
    pub used_at: Option<Place>,
}

impl View<'_> {
    fn definition(&self, id: SymbolId) -> Option<Definition> {
        let symbol = self.snapshot.symbol(id)?;
        Some(Definition { file: Arc::clone(symbol.file), ordinal: id.ordinal })
    }
}
