//! What a projection that fell behind has missed.

use std::sync::Arc;

use rusqlite::params;

use super::Truth;
use super::payload::{corrupt, decode_hash, decode_text, decode_vectors};
use crate::vectors::FileVectors;
use crate::{ContentHash, FileId, Generation, StoreError};

impl Truth {
    /// Whether the retired log reaches back far enough to replay what came after `generation`.
    pub(crate) fn can_replay_from(&self, generation: Generation) -> bool {
        self.retired_floor <= generation && generation <= self.generation
    }

    /// File versions that left after `generation`.
    pub(crate) fn retired_after(&self, generation: Generation) -> Result<Vec<FileId>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT file_id FROM retired WHERE generation > ? ORDER BY file_id")?;
        let files = statement.query_map([generation.0 as i64], |row| row.get(0).map(FileId))?;
        Ok(files.collect::<Result<_, _>>()?)
    }

    /// Vectors that present file versions got after `generation`.
    pub(crate) fn vectors_after(
        &self,
        generation: Generation,
    ) -> Result<Vec<(FileId, Arc<FileVectors>)>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT file_id, vectors.model, key, payload FROM file_vectors JOIN vectors USING (vectors_id)
             WHERE generation > ? ORDER BY file_id, vectors.model",
        )?;
        let mut rows = statement.query([generation.0 as i64])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let blob = |column| row.get_ref(column)?.as_blob().map_err(rusqlite::Error::from);
            let vectors = decode_vectors(blob(3)?, decode_hash(blob(1)?)?, decode_hash(blob(2)?)?)?;
            found.push((FileId(row.get(0)?), Arc::new(vectors)));
        }
        Ok(found)
    }

    /// The text of `blob`.
    pub(crate) fn text(&self, blob: ContentHash) -> Result<Arc<str>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT payload FROM texts WHERE blob = ?")?;
        let mut rows = statement.query(params![blob.0])?;
        let row = rows.next()?.ok_or_else(|| corrupt("texts", format!("the text of {blob} is missing")))?;
        decode_text(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)
    }
}
