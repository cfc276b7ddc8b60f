//! What the projections see of a chunk: its fields for the keyword index and its text for embedding.
//!
//! Pure functions of (path, record, text), so that a projection can be rebuilt from the database of truth.

use crate::keyword::Field;
use crate::{ContentHash, FileRecord};

/// The field texts of one chunk, by `Field as usize`.
pub type ChunkFields = [String; Field::COUNT];

/// The field texts of chunk `ordinal`.
#[must_use]
pub fn chunk_fields(_path: &str, _record: &FileRecord, _text: &str, _ordinal: usize) -> ChunkFields {
    todo!()
}

/// The capsule of chunk `ordinal`: path words, enclosing types, signature, imports. Searched, never shown.
#[must_use]
pub fn capsule(_path: &str, _record: &FileRecord, _ordinal: usize) -> String {
    todo!()
}

/// The text of chunk `ordinal` that is embedded: capsule, then body.
#[must_use]
pub fn embedding_text(_path: &str, _record: &FileRecord, _text: &str, _ordinal: usize) -> String {
    todo!()
}

/// Hash over the embedding texts of a file, in order: the key of the vector cache.
#[must_use]
pub fn embedding_key(_texts: &[String]) -> ContentHash {
    todo!()
}
