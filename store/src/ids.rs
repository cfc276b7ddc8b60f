//! Identifiers: what names a file version, a chunk, a state of the index, a piece of content.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Number of a committed state of the index. Starts at 0 (empty) and grows by one with every commit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Generation(pub u64);

impl Generation {
    /// The generation that the next commit publishes.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One version of one file: a path together with one content of it.
///
/// An edit gives the path a new `FileId` and retires the old one, so that everything a projection holds for a
/// file version (keyword documents, vectors, symbols) is deleted by this one number. Never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileId(pub u32);

/// One chunk of one file version: the file and the chunk's ordinal in its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ChunkId {
    /// The file version that the chunk belongs to.
    pub file: FileId,
    /// Position in [`FileRecord::chunks`](crate::FileRecord::chunks).
    pub ordinal: u32,
}

impl ChunkId {
    /// Packs the id into one integer, file in the upper half, so that integer order is (file, ordinal) order.
    #[must_use]
    pub fn to_u64(self) -> u64 {
        (u64::from(self.file.0) << 32) | u64::from(self.ordinal)
    }

    /// The inverse of [`ChunkId::to_u64`].
    #[must_use]
    pub fn from_u64(packed: u64) -> Self {
        Self { file: FileId((packed >> 32) as u32), ordinal: packed as u32 }
    }
}

/// One symbol of one file version: the file and the symbol's position in its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SymbolId {
    /// The file version that the symbol belongs to.
    pub file: FileId,
    /// Position in [`FileRecord::symbols`](crate::FileRecord::symbols).
    pub ordinal: u32,
}

/// BLAKE3 hash of some content: a file's bytes, a record, the inputs of an embedding.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ContentHash(pub [u8; 32]);

impl ContentHash {
    /// Hashes `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentHash({self})")
    }
}
