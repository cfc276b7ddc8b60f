//! The tables of the database of truth, and how a connection to it is set up.

use rusqlite::Connection;

use crate::{StoreError, format};

/// The tables. Payload encodings are in the payload module; `unused_since` (seconds since the Unix epoch) is
/// written by the garbage collector only.
const TABLES: &str = "
    CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

    CREATE TABLE files (
        file_id INTEGER PRIMARY KEY,
        path TEXT NOT NULL UNIQUE,
        size INTEGER NOT NULL,
        modified_ns INTEGER NOT NULL,
        blob BLOB NOT NULL,
        record_id INTEGER NOT NULL,
        generation INTEGER NOT NULL
    );

    CREATE TABLE skipped (
        path TEXT PRIMARY KEY,
        size INTEGER NOT NULL,
        modified_ns INTEGER NOT NULL,
        reason TEXT NOT NULL,
        detail TEXT NOT NULL
    ) WITHOUT ROWID;

    CREATE TABLE records (
        record_id INTEGER PRIMARY KEY,
        blob BLOB NOT NULL,
        language TEXT NOT NULL,
        parser_version INTEGER NOT NULL,
        hash BLOB NOT NULL,
        unused_since INTEGER,
        payload BLOB NOT NULL,
        UNIQUE (blob, language, parser_version, hash)
    );

    CREATE TABLE texts (
        text_id INTEGER PRIMARY KEY,
        blob BLOB NOT NULL UNIQUE,
        unused_since INTEGER,
        trigrams BLOB NOT NULL,
        payload BLOB NOT NULL
    );

    CREATE TABLE vectors (
        vectors_id INTEGER PRIMARY KEY,
        key BLOB NOT NULL,
        model BLOB NOT NULL,
        unused_since INTEGER,
        payload BLOB NOT NULL,
        UNIQUE (key, model)
    );

    CREATE TABLE file_vectors (
        file_id INTEGER NOT NULL,
        model BLOB NOT NULL,
        vectors_id INTEGER NOT NULL,
        generation INTEGER NOT NULL,
        PRIMARY KEY (file_id, model)
    ) WITHOUT ROWID;

    CREATE TABLE retired (file_id INTEGER PRIMARY KEY, generation INTEGER NOT NULL);

    INSERT INTO meta (key, value) VALUES
        ('generation', 0), ('next_file_id', 0), ('retired_floor', 0), ('parser_version', 0);
";

/// Statements that the store prepares on one connection; all of them stay cached.
const STATEMENT_CACHE: usize = 64;

/// Pages of write-ahead log after which a commit copies them into the database.
const CHECKPOINT_PAGES: i64 = 4096;

/// Creates the tables in an empty database.
pub(super) fn create(connection: &mut Connection) -> Result<(), StoreError> {
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    connection.pragma_update(None, "page_size", 8192)?;
    configure_writer(connection)?;
    let transaction = connection.transaction()?;
    transaction.execute_batch(TABLES)?;
    transaction.pragma_update(None, "application_id", format::APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", format::CURRENT)?;
    transaction.commit()?;
    Ok(())
}

/// The format version of an existing database; `None` when the database is empty or not ours.
pub(super) fn version(connection: &Connection) -> Result<Option<u32>, StoreError> {
    let application: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok((application == format::APPLICATION_ID).then_some(version))
}

/// Sets up the one connection that writes: durable at every commit.
pub(super) fn configure_writer(connection: &Connection) -> Result<(), StoreError> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    Ok(())
}

/// Sets up a connection that only reads. In a shared in-memory database readers would otherwise be refused while
/// the writer writes; what they read there (content-addressed rows) is the same before and after any commit.
pub(super) fn configure_reader(connection: &Connection) -> Result<(), StoreError> {
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "read_uncommitted", true)?;
    Ok(())
}
