//! Reading the whole truth at start.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::Truth;
use super::payload::{corrupt, decode_hash, decode_record};
use crate::files::StoredFile;
use crate::{
    ContentHash, FileEntry, FileId, FileRecord, FileStat, Generation, SkipReason, SkippedFile, StoreError,
    TrigramFilter,
};

/// All files of the newest generation, each list in path order.
#[derive(Default)]
pub(crate) struct Loaded {
    pub(crate) indexed: Vec<StoredFile>,
    pub(crate) skipped: Vec<Arc<SkippedFile>>,
}

/// Decoded records by row id; files of the same content share one.
type Records = HashMap<i64, (Arc<FileRecord>, ContentHash)>;

/// Filters of the files' texts by blob; files of the same content share one.
type Filters = HashMap<ContentHash, Arc<TrigramFilter>>;

impl Truth {
    /// Reads and decodes every file.
    pub(super) fn load(&self) -> Result<Loaded, StoreError> {
        let records = self.load_records()?;
        let filters = self.load_filters()?;
        Ok(Loaded { indexed: self.load_files(&records, &filters)?, skipped: self.load_skipped()? })
    }

    fn load_records(&self) -> Result<Records, StoreError> {
        let mut statement = self.connection.prepare(
            "SELECT record_id, hash, payload FROM records WHERE record_id IN (SELECT record_id FROM files)",
        )?;
        let rows = statement
            .query_map([], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?, row.get::<_, Vec<u8>>(2)?)))?
            .collect::<Result<Vec<(i64, _, _)>, _>>()?;
        rows.into_par_iter()
            .map(|(record_id, hash, payload)| {
                let hash = decode_hash(&hash)?;
                Ok((record_id, (Arc::new(decode_record(&payload, hash)?), hash)))
            })
            .collect()
    }

    fn load_filters(&self) -> Result<Filters, StoreError> {
        let mut statement = self
            .connection
            .prepare("SELECT blob, trigrams FROM texts WHERE blob IN (SELECT blob FROM files)")?;
        let mut rows = statement.query([])?;
        let mut filters = Filters::new();
        while let Some(row) = rows.next()? {
            let bytes = |column| row.get_ref(column)?.as_blob().map_err(rusqlite::Error::from);
            let filter = TrigramFilter::from_bytes(bytes(1)?)
                .ok_or_else(|| corrupt("texts", "a filter of trigrams has an impossible length"))?;
            filters.insert(decode_hash(bytes(0)?)?, Arc::new(filter));
        }
        Ok(filters)
    }

    fn load_files(&self, records: &Records, filters: &Filters) -> Result<Vec<StoredFile>, StoreError> {
        let mut statement = self.connection.prepare(
            "SELECT file_id, path, size, modified_ns, blob, record_id, generation FROM files ORDER BY path",
        )?;
        let mut rows = statement.query([])?;
        let mut files = Vec::new();
        while let Some(row) = rows.next()? {
            files.push(stored_file(row, records, filters)?);
        }
        Ok(files)
    }

    fn load_skipped(&self) -> Result<Vec<Arc<SkippedFile>>, StoreError> {
        let mut statement = self
            .connection
            .prepare("SELECT path, size, modified_ns, reason, detail FROM skipped ORDER BY path")?;
        let mut rows = statement.query([])?;
        let mut files = Vec::new();
        while let Some(row) = rows.next()? {
            files.push(Arc::new(skipped_file(row)?));
        }
        Ok(files)
    }
}

fn stored_file(
    row: &rusqlite::Row<'_>,
    records: &Records,
    filters: &Filters,
) -> Result<StoredFile, StoreError> {
    let record_id: i64 = row.get(5)?;
    let (record, record_hash) =
        records.get(&record_id).ok_or_else(|| corrupt("files", format!("record {record_id} is missing")))?;
    let blob = decode_hash(row.get_ref(4)?.as_blob().map_err(rusqlite::Error::from)?)?;
    let trigrams =
        filters.get(&blob).ok_or_else(|| corrupt("files", format!("the text of {blob} is missing")))?;
    let entry = FileEntry {
        id: FileId(row.get(0)?),
        path: row.get::<_, String>(1)?.into(),
        blob,
        stat: FileStat { size: row.get::<_, i64>(2)? as u64, modified_ns: row.get(3)? },
        record: Arc::clone(record),
        generation: Generation(row.get::<_, i64>(6)? as u64),
    };
    Ok(StoredFile { entry: Arc::new(entry), record_hash: *record_hash, trigrams: Arc::clone(trigrams) })
}

fn skipped_file(row: &rusqlite::Row<'_>) -> Result<SkippedFile, StoreError> {
    let reason: String = row.get(3)?;
    Ok(SkippedFile {
        path: row.get::<_, String>(0)?.into(),
        stat: FileStat { size: row.get::<_, i64>(1)? as u64, modified_ns: row.get(2)? },
        reason: SkipReason::from_name(&reason)
            .ok_or_else(|| corrupt("skipped", format!("unknown reason {reason}")))?,
        detail: row.get::<_, String>(4)?.into(),
    })
}
