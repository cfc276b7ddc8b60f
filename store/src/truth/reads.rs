//! Reads beside the writer: a pool of connections, and a small cache of texts.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use super::payload::{corrupt, decode_hash, decode_record, decode_text, decode_vectors};
use super::{DatabaseSource, schema};
use crate::vectors::FileVectors;
use crate::{ContentHash, FileRecord, RecordKey, StoreError};

/// Idle connections that are kept; more are opened when more threads read at once.
const IDLE_CONNECTIONS: usize = 8;

/// Bytes of text that one half of the cache holds.
const CACHE_HALF_BYTES: usize = 16 << 20;

/// Connections that read, shared by all snapshots of one index.
pub(crate) struct ReadPool {
    source: DatabaseSource,
    idle: Mutex<Vec<Connection>>,
    texts: Mutex<TextCache>,
}

impl ReadPool {
    /// A pool over an existing database. Opens its first connection, which keeps an in-memory database alive.
    pub(crate) fn open(source: DatabaseSource) -> Result<Self, StoreError> {
        let pool = Self { source, idle: Mutex::default(), texts: Mutex::default() };
        let first = pool.connect()?;
        lock(&pool.idle).push(first);
        Ok(pool)
    }

    /// The text of `blob`.
    pub(crate) fn text(&self, blob: ContentHash) -> Result<Arc<str>, StoreError> {
        if let Some(text) = lock(&self.texts).get(blob) {
            return Ok(text);
        }
        let payload: Option<Vec<u8>> = self.with_connection(|connection| {
            let mut statement = connection.prepare_cached("SELECT payload FROM texts WHERE blob = ?")?;
            Ok(statement.query_row([blob.0], |row| row.get(0)).optional()?)
        })?;
        let payload = payload.ok_or_else(|| corrupt("texts", format!("the text of {blob} is missing")))?;
        let text = decode_text(&payload)?;
        lock(&self.texts).insert(blob, Arc::clone(&text));
        Ok(text)
    }

    /// The newest stored record of each key.
    pub(crate) fn records(&self, keys: &[RecordKey]) -> Result<Vec<Option<Arc<FileRecord>>>, StoreError> {
        let rows = self.with_connection(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT hash, payload FROM records WHERE blob = ? AND language = ? AND parser_version = ?
                 ORDER BY record_id DESC LIMIT 1",
            )?;
            keys.iter()
                .map(|key| {
                    let values = params![key.blob.0, &*key.language, key.parser_version];
                    let row = statement.query_row(values, |row| Ok((row.get(0)?, row.get(1)?)));
                    Ok(row.optional()?)
                })
                .collect::<Result<Vec<Option<(Vec<u8>, Vec<u8>)>>, StoreError>>()
        })?;
        rows.into_par_iter()
            .map(|row| {
                row.map(|(hash, payload)| Ok(Arc::new(decode_record(&payload, decode_hash(&hash)?)?)))
                    .transpose()
            })
            .collect()
    }

    /// The stored vectors of `model` for each key.
    pub(crate) fn vectors(
        &self,
        model: ContentHash,
        keys: &[ContentHash],
    ) -> Result<Vec<Option<Arc<FileVectors>>>, StoreError> {
        self.with_connection(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT payload FROM vectors WHERE key = ? AND model = ?")?;
            keys.iter()
                .map(|&key| {
                    let payload: Option<Vec<u8>> =
                        statement.query_row(params![key.0, model.0], |row| row.get(0)).optional()?;
                    payload.map(|bytes| Ok(Arc::new(decode_vectors(&bytes, model, key)?))).transpose()
                })
                .collect()
        })
    }

    fn with_connection<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let idle = lock(&self.idle).pop();
        let connection = idle.map_or_else(|| self.connect(), Ok)?;
        let result = read(&connection);
        let mut idle = lock(&self.idle);
        if idle.len() < IDLE_CONNECTIONS {
            idle.push(connection);
        }
        result
    }

    fn connect(&self) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = match &self.source {
            DatabaseSource::File(path) => Connection::open_with_flags(path, flags)?,
            DatabaseSource::Memory(uri) => {
                Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)?
            }
        };
        schema::configure_reader(&connection)?;
        Ok(connection)
    }
}

/// Recently read texts in two halves: what is used moves to the young half; when that is full, the old half is
/// dropped and the young one takes its place.
#[derive(Default)]
struct TextCache {
    young: HashMap<ContentHash, Arc<str>>,
    old: HashMap<ContentHash, Arc<str>>,
    young_bytes: usize,
}

impl TextCache {
    fn get(&mut self, blob: ContentHash) -> Option<Arc<str>> {
        if let Some(text) = self.young.get(&blob) {
            return Some(Arc::clone(text));
        }
        let text = self.old.remove(&blob)?;
        self.insert(blob, Arc::clone(&text));
        Some(text)
    }

    fn insert(&mut self, blob: ContentHash, text: Arc<str>) {
        if self.young_bytes + text.len() > CACHE_HALF_BYTES {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        let bytes = text.len();
        if self.young.insert(blob, text).is_none() {
            self.young_bytes += bytes;
        }
    }
}

/// Locks; a panic of another thread while it held the lock leaves nothing half done here.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
