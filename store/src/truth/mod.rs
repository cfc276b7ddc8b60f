//! The truth: everything the index knows, in one SQLite database. The projections are rebuilt from it.
//!
//! [`Truth`] owns the only connection that writes; [`reads`] holds a pool of connections that read.

mod commit;
mod garbage;
mod load;
mod payload;
mod reads;
mod replay;
mod schema;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::{Connection, ErrorCode, OpenFlags, params};

pub(crate) use commit::{EncodedFile, EncodedVectors, TruthChange};
pub(crate) use load::Loaded;
pub(crate) use payload::{encode_record, encode_text, encode_vectors};
pub(crate) use reads::ReadPool;

use crate::{Generation, StoreError, format};
use payload::corrupt;

/// Where the database is.
#[derive(Clone, Debug)]
pub(crate) enum DatabaseSource {
    /// A file.
    File(PathBuf),
    /// A shared in-memory database of this name, alive while a connection to it is.
    Memory(String),
}

/// The connection that writes, and the counters that the next commit continues.
pub(crate) struct Truth {
    connection: Connection,
    generation: Generation,
    next_file_id: u32,
    retired_floor: Generation,
    parser_version: u32,
}

impl DatabaseSource {
    /// A new in-memory database.
    pub(crate) fn memory() -> Self {
        static SERIAL: AtomicU64 = AtomicU64::new(0);
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        Self::Memory(format!("file:contexd-{}-{serial}?mode=memory&cache=shared", std::process::id()))
    }

    /// Opens a connection that may create the database.
    fn connect(&self) -> Result<Connection, StoreError> {
        let create = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_EXRESCODE;
        let connection = match self {
            Self::File(path) => Connection::open_with_flags(path, create)?,
            Self::Memory(uri) => Connection::open_with_flags(uri, create | OpenFlags::SQLITE_OPEN_URI)?,
        };
        Ok(connection)
    }

    fn place(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Memory(_) => "in-memory database".to_owned(),
        }
    }
}

impl Truth {
    /// Creates the database where there is none yet.
    pub(crate) fn create(source: &DatabaseSource, parser_version: u32) -> Result<Self, StoreError> {
        let mut connection = source.connect()?;
        schema::create(&mut connection)?;
        let mut truth = Self::read_counters(connection)?;
        truth.adopt_parser_version(parser_version)?;
        Ok(truth)
    }

    /// Opens an existing database and reads all of it.
    ///
    /// [`StoreError::Corrupt`] when it is damaged, empty, not ours, or of another format version.
    pub(crate) fn open(source: &DatabaseSource, parser_version: u32) -> Result<(Self, Loaded), StoreError> {
        Self::open_checked(source, parser_version).map_err(|error| match error {
            StoreError::Database(cause) if is_damage(&cause) => corrupt(&source.place(), cause),
            other => other,
        })
    }

    fn open_checked(source: &DatabaseSource, parser_version: u32) -> Result<(Self, Loaded), StoreError> {
        let connection = source.connect()?;
        match schema::version(&connection)? {
            Some(format::CURRENT) => {}
            Some(version) => {
                return Err(corrupt(&source.place(), format!("unknown format version {version}")));
            }
            None => return Err(corrupt(&source.place(), "not an index database")),
        }
        schema::configure_writer(&connection)?;
        let mut truth = Self::read_counters(connection)?;
        truth.adopt_parser_version(parser_version)?;
        let loaded = truth.load()?;
        Ok((truth, loaded))
    }

    /// The newest committed generation.
    pub(crate) fn generation(&self) -> Generation {
        self.generation
    }

    /// The id that the next file version gets.
    pub(crate) fn next_file_id(&self) -> u32 {
        self.next_file_id
    }

    fn read_counters(connection: Connection) -> Result<Self, StoreError> {
        let number = |key: &str| -> Result<i64, StoreError> {
            Ok(connection.query_row("SELECT value FROM meta WHERE key = ?", [key], |row| row.get(0))?)
        };
        let generation = Generation(number("generation")? as u64);
        let next_file_id = number("next_file_id")? as u32;
        let retired_floor = Generation(number("retired_floor")? as u64);
        let parser_version = number("parser_version")? as u32;
        Ok(Self { connection, generation, next_file_id, retired_floor, parser_version })
    }

    /// Empties the index when another parser filled it, so that the next scan parses every file anew. What is
    /// stored by content stays until the garbage collector finds it unused.
    fn adopt_parser_version(&mut self, parser_version: u32) -> Result<(), StoreError> {
        if self.parser_version == parser_version {
            return Ok(());
        }
        let next = self.generation.next();
        let transaction = self.connection.transaction()?;
        let retired = transaction
            .execute("INSERT INTO retired SELECT file_id, ? FROM files", [next.0 as i64])
            .and_then(|count| Ok(count + transaction.execute("DELETE FROM skipped", [])?))?;
        transaction.execute("DELETE FROM files", [])?;
        transaction.execute("DELETE FROM file_vectors", [])?;
        let set = "UPDATE meta SET value = ? WHERE key = ?";
        transaction.execute(set, params![parser_version, "parser_version"])?;
        let generation = if retired > 0 { next } else { self.generation };
        transaction.execute(set, params![generation.0 as i64, "generation"])?;
        transaction.commit()?;
        self.parser_version = parser_version;
        self.generation = generation;
        Ok(())
    }
}

/// Whether the error says that the database is damaged rather than that the system refused.
fn is_damage(error: &rusqlite::Error) -> bool {
    match error {
        rusqlite::Error::SqliteFailure(cause, _) => matches!(
            cause.code,
            // `Unknown` is SQLite's generic error: a table or column is missing.
            ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt | ErrorCode::Unknown
        ),
        rusqlite::Error::QueryReturnedNoRows
        | rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::FromSqlConversionFailure(..) => true,
        _ => false,
    }
}
