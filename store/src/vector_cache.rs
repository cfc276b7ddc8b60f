//! Vectors by the text and the model that they came from: one database beside the indexes, shared by all of them.
//!
//! A model that takes milliseconds a text is asked once for each text, whatever file, branch or repository the text
//! stands in, and whatever happens to the process afterwards: rows are durable before they are in any index. It is a
//! cache: the rows that came first go when there are too many, and a file that is no database is replaced.

use std::fs;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OptionalExtension, params};

use crate::{ContentHash, StoreError};

/// Rows that are kept; a row of 384 numbers takes half a kilobyte, so that the file stays below half a gigabyte.
const MAX_ROWS: u64 = 1_000_000;
/// How long to wait for another process that writes.
const PATIENCE: Duration = Duration::from_secs(5);

const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS rows (
        row_id INTEGER PRIMARY KEY,
        key BLOB NOT NULL UNIQUE,
        scale REAL NOT NULL,
        codes BLOB NOT NULL
    );
";

/// The vector of one text, as int8 numbers and their scale: a row of [`FileVectors`](crate::vectors::FileVectors).
#[derive(Clone, Debug, PartialEq)]
pub struct CachedRow {
    /// What the codes are to be multiplied by.
    pub scale: f32,
    /// One number a dimension.
    pub codes: Vec<i8>,
}

/// The cache. Several processes may have the same one open.
pub struct VectorCache {
    connection: Mutex<Connection>,
}

impl VectorCache {
    /// Opens the cache at `path`, and makes an empty one where there is none or no database.
    ///
    /// # Errors
    /// When the file can be neither opened nor replaced.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_with(path, MAX_ROWS)
    }

    fn open_with(path: &Path, max_rows: u64) -> Result<Self, StoreError> {
        let opened = match connect(path) {
            Err(error) if is_no_database(&error) => {
                tracing::warn!(path = %path.display(), %error, "starting an empty vector cache");
                let removed = fs::remove_file(path);
                removed.map_err(|source| StoreError::Io {
                    action: "remove",
                    path: path.to_owned(),
                    source,
                })?;
                connect(path)
            }
            opened => opened,
        };
        let connection = opened?;
        forget_oldest(&connection, max_rows)?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    /// What names the vector that `model` gives for `text`.
    #[must_use]
    pub fn key(model: ContentHash, text: &str) -> ContentHash {
        ContentHash::of(&[&model.0[..], text.as_bytes()].concat())
    }

    /// The rows of `keys`, in their order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn find(&self, keys: &[ContentHash]) -> Result<Vec<Option<CachedRow>>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached("SELECT scale, codes FROM rows WHERE key = ?")?;
        let mut rows = Vec::with_capacity(keys.len());
        for key in keys {
            let found = select.query_row([key.0], |row| Ok((row.get::<_, f64>(0)?, row.get(1)?)));
            rows.push(found.optional()?.map(|(scale, codes): (f64, Vec<u8>)| CachedRow {
                scale: scale as f32,
                codes: codes.into_iter().map(u8::cast_signed).collect(),
            }));
        }
        Ok(rows)
    }

    /// Adds rows, all or none. One that is there stays.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn insert(&self, rows: &[(ContentHash, CachedRow)]) -> Result<(), StoreError> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        {
            let mut insert = transaction.prepare_cached(
                "INSERT INTO rows (key, scale, codes) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            )?;
            for (key, row) in rows {
                let codes: Vec<u8> = row.codes.iter().copied().map(i8::cast_unsigned).collect();
                insert.execute(params![key.0, f64::from(row.scale), codes])?;
            }
        }
        Ok(transaction.commit()?)
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A commit survives the end of the process; one that a power failure takes with it is computed again.
fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.execute_batch(TABLE)?;
    Ok(connection)
}

fn is_no_database(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt))
}

/// Deletes the rows that came first where there are more than `max_rows`, and a tenth of those besides.
fn forget_oldest(connection: &Connection, max_rows: u64) -> Result<(), StoreError> {
    let count: i64 = connection.query_row("SELECT COUNT(*) FROM rows", [], |row| row.get(0))?;
    if count.cast_unsigned() <= max_rows {
        return Ok(());
    }
    let kept = (max_rows - max_rows / 10).cast_signed();
    connection.execute(
        "DELETE FROM rows WHERE row_id <= (SELECT row_id FROM rows ORDER BY row_id DESC LIMIT 1 OFFSET ?)",
        [kept],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn row(number: i8) -> CachedRow {
        CachedRow { scale: f32::from(number) / 3.0, codes: vec![number, -number, 127, -128] }
    }

    fn key(number: i8) -> ContentHash {
        VectorCache::key(ContentHash::of(b"model"), &number.to_string())
    }

    #[test]
    fn rows_come_back_by_text_and_model_after_reopening() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vectors.sqlite");
        let cache = VectorCache::open(&path).unwrap();
        cache.insert(&[(key(1), row(1)), (key(2), row(2))]).unwrap();
        cache.insert(&[(key(1), row(9))]).unwrap();
        let again = VectorCache::open(&path).unwrap();
        let other_model = VectorCache::key(ContentHash::of(b"other"), "1");
        let found = again.find(&[key(2), other_model, key(1)]).unwrap();
        assert_eq!(found, [Some(row(2)), None, Some(row(1))]);
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vectors.sqlite");
        let rows: Vec<_> = (0..30).map(|number| (key(number), row(number))).collect();
        VectorCache::open(&path).unwrap().insert(&rows).unwrap();
        let keys: Vec<_> = (0..30).map(key).collect();
        let kept = VectorCache::open_with(&path, 20).unwrap().find(&keys).unwrap();
        let expected: Vec<bool> = (0..30).map(|number| number >= 12).collect();
        assert_eq!(kept.iter().map(Option::is_some).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_file_that_is_no_database_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vectors.sqlite");
        fs::write(&path, "nothing of the sort ".repeat(100)).unwrap();
        let cache = VectorCache::open(&path).unwrap();
        cache.insert(&[(key(3), row(3))]).unwrap();
        assert_eq!(cache.find(&[key(3)]).unwrap(), [Some(row(3))]);
    }
}
