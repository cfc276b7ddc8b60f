//! The transaction that makes one generation durable.

use std::sync::Arc;

use rusqlite::{OptionalExtension, Transaction, params};

use super::Truth;
use super::payload::EncodedRecord;
use crate::{ContentHash, FileEntry, FileId, FileStat, Generation, SkippedFile, StoreError, TrigramFilter};

/// What one transaction writes. Everything expensive (encoding, compressing) was done before.
#[derive(Default)]
pub(crate) struct TruthChange {
    /// File versions that leave.
    pub(crate) removed: Vec<FileId>,
    /// Paths that are no longer skipped.
    pub(crate) unskipped: Vec<Arc<str>>,
    /// File versions that come.
    pub(crate) added: Vec<EncodedFile>,
    /// Paths that are skipped, newly or under another stat.
    pub(crate) skipped: Vec<Arc<SkippedFile>>,
    /// New stats of file versions that stay.
    pub(crate) touched: Vec<(FileId, FileStat)>,
    /// Vectors of file versions, new or present.
    pub(crate) vectors: Vec<EncodedVectors>,
}

/// A file version, ready to be written.
pub(crate) struct EncodedFile {
    pub(crate) entry: Arc<FileEntry>,
    pub(crate) record: EncodedRecord,
    pub(crate) text: Vec<u8>,
    pub(crate) trigrams: Arc<TrigramFilter>,
}

/// Vectors of a file version, ready to be written.
pub(crate) struct EncodedVectors {
    pub(crate) file: FileId,
    pub(crate) model: ContentHash,
    pub(crate) key: ContentHash,
    pub(crate) payload: Vec<u8>,
}

impl Truth {
    /// Writes `change` as `generation`, durably. Retirements that every projection has seen (up to `caught_up`)
    /// are forgotten.
    pub(crate) fn commit(
        &mut self,
        change: &TruthChange,
        generation: Generation,
        next_file_id: u32,
        caught_up: Generation,
    ) -> Result<(), StoreError> {
        let parser_version = self.parser_version;
        let transaction = self.connection.transaction()?;
        forget_retired(&transaction, caught_up)?;
        remove_files(&transaction, &change.removed, generation)?;
        remove_skipped(&transaction, &change.unskipped)?;
        for file in &change.added {
            add_file(&transaction, file, parser_version)?;
        }
        for file in &change.skipped {
            add_skipped(&transaction, file)?;
        }
        touch(&transaction, &change.touched)?;
        for vectors in &change.vectors {
            add_vectors(&transaction, vectors, generation)?;
        }
        set_counter(&transaction, "generation", generation.0)?;
        set_counter(&transaction, "next_file_id", u64::from(next_file_id))?;
        set_counter(&transaction, "retired_floor", caught_up.0)?;
        transaction.commit()?;
        self.generation = generation;
        self.next_file_id = next_file_id;
        self.retired_floor = caught_up;
        Ok(())
    }

    /// Whether the file version has these vectors already.
    pub(crate) fn has_vectors(
        &self,
        file: FileId,
        model: ContentHash,
        key: ContentHash,
    ) -> Result<bool, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT 1 FROM file_vectors JOIN vectors USING (vectors_id)
             WHERE file_id = ? AND file_vectors.model = ? AND key = ?",
        )?;
        Ok(statement.exists(params![file.0, model.0, key.0])?)
    }
}

fn forget_retired(transaction: &Transaction<'_>, caught_up: Generation) -> Result<(), StoreError> {
    let mut statement = transaction.prepare_cached("DELETE FROM retired WHERE generation <= ?")?;
    statement.execute([caught_up.0 as i64])?;
    Ok(())
}

fn remove_files(
    transaction: &Transaction<'_>,
    files: &[FileId],
    generation: Generation,
) -> Result<(), StoreError> {
    let mut delete = transaction.prepare_cached("DELETE FROM files WHERE file_id = ?")?;
    let mut delete_vectors = transaction.prepare_cached("DELETE FROM file_vectors WHERE file_id = ?")?;
    let mut retire = transaction.prepare_cached("INSERT INTO retired (file_id, generation) VALUES (?, ?)")?;
    for file in files {
        delete.execute([file.0])?;
        delete_vectors.execute([file.0])?;
        retire.execute(params![file.0, generation.0 as i64])?;
    }
    Ok(())
}

fn remove_skipped(transaction: &Transaction<'_>, paths: &[Arc<str>]) -> Result<(), StoreError> {
    let mut delete = transaction.prepare_cached("DELETE FROM skipped WHERE path = ?")?;
    for path in paths {
        delete.execute([&**path])?;
    }
    Ok(())
}

fn add_file(
    transaction: &Transaction<'_>,
    file: &EncodedFile,
    parser_version: u32,
) -> Result<(), StoreError> {
    let entry = &file.entry;
    let record_id = add_record(transaction, file, parser_version)?;
    transaction
        .prepare_cached(
            "INSERT INTO texts (blob, trigrams, payload) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        )?
        .execute(params![entry.blob.0, file.trigrams.to_bytes(), file.text])?;
    transaction
        .prepare_cached(
            "INSERT INTO files (file_id, path, size, modified_ns, blob, record_id, generation)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            entry.id.0,
            &*entry.path,
            entry.stat.size as i64,
            entry.stat.modified_ns,
            entry.blob.0,
            record_id,
            entry.generation.0 as i64,
        ])?;
    Ok(())
}

/// Writes the file's record unless the same is stored already; its row id either way.
fn add_record(
    transaction: &Transaction<'_>,
    file: &EncodedFile,
    parser_version: u32,
) -> Result<i64, StoreError> {
    let language = &*file.entry.record.language;
    let key = params![file.entry.blob.0, language, parser_version, file.record.hash.0];
    let stored = transaction
        .prepare_cached(
            "SELECT record_id FROM records
             WHERE blob = ? AND language = ? AND parser_version = ? AND hash = ?",
        )?
        .query_row(key, |row| row.get(0))
        .optional()?;
    if let Some(record_id) = stored {
        return Ok(record_id);
    }
    let record_id = transaction
        .prepare_cached(
            "INSERT INTO records (blob, language, parser_version, hash, payload) VALUES (?, ?, ?, ?, ?)",
        )?
        .insert(params![
            file.entry.blob.0,
            language,
            parser_version,
            file.record.hash.0,
            file.record.payload
        ])?;
    Ok(record_id)
}

fn add_skipped(transaction: &Transaction<'_>, file: &SkippedFile) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO skipped (path, size, modified_ns, reason, detail) VALUES (?, ?, ?, ?, ?)",
        )?
        .execute(params![
            &*file.path,
            file.stat.size as i64,
            file.stat.modified_ns,
            file.reason.as_str(),
            &*file.detail
        ])?;
    Ok(())
}

fn touch(transaction: &Transaction<'_>, touched: &[(FileId, FileStat)]) -> Result<(), StoreError> {
    let mut update =
        transaction.prepare_cached("UPDATE files SET size = ?, modified_ns = ? WHERE file_id = ?")?;
    for (file, stat) in touched {
        update.execute(params![stat.size as i64, stat.modified_ns, file.0])?;
    }
    Ok(())
}

fn add_vectors(
    transaction: &Transaction<'_>,
    vectors: &EncodedVectors,
    generation: Generation,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached("INSERT INTO vectors (key, model, payload) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")?
        .execute(params![vectors.key.0, vectors.model.0, vectors.payload])?;
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO file_vectors (file_id, model, vectors_id, generation)
             SELECT ?1, ?2, vectors_id, ?3 FROM vectors WHERE key = ?4 AND model = ?2",
        )?
        .execute(params![vectors.file.0, vectors.model.0, generation.0 as i64, vectors.key.0])?;
    Ok(())
}

fn set_counter(transaction: &Transaction<'_>, key: &str, value: u64) -> Result<(), StoreError> {
    let mut update = transaction.prepare_cached("UPDATE meta SET value = ? WHERE key = ?")?;
    update.execute(params![value as i64, key])?;
    Ok(())
}
