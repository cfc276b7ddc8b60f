//! Opening an index: the lock, the format, the truth, and what a crash left behind.

use std::path::Path;

use crate::layout::IndexDir;
use crate::projections::{self, ProjectionRecovery, Recovery};
use crate::tables::Tables;
use crate::truth::{DatabaseSource, Loaded, Truth};
use crate::{Reader, StoreError, StoreOptions, Writer};

/// What opening an index found and had to repair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenReport {
    /// The database of truth. [`Recovery::Rebuilt`]: it was damaged or of another format, and starts empty.
    pub truth: Recovery,
    /// The keyword projection.
    pub keyword: Recovery,
    /// The vector projection.
    pub vectors: Recovery,
}

/// Opens the index in `dir`, creating it when absent and repairing or rebuilding what a crash left behind.
///
/// An index of another [format](crate::format), or whose database is damaged, starts empty: everything in it is
/// derived from the working tree, and the next scan fills it again.
///
/// # Errors
/// [`StoreError::Locked`] when another process has the index open.
pub fn open(dir: &Path, options: &StoreOptions) -> Result<(Writer, Reader), StoreError> {
    let (writer, reader, _) = open_reporting(dir, options)?;
    Ok((writer, reader))
}

/// Like [`open`], with what was found.
///
/// # Errors
/// As [`open`].
pub fn open_reporting(
    dir: &Path,
    options: &StoreOptions,
) -> Result<(Writer, Reader, OpenReport), StoreError> {
    let dir = IndexDir::create(dir)?;
    let lock = dir.lock()?;
    let source = DatabaseSource::File(dir.database());
    let (truth, loaded, recovery) = open_truth(&dir, &source, options.parser_version)?;
    let tables = Tables::from_loaded(loaded);
    let (writer, reader, projections) = Writer::new(truth, tables, source, Some((dir, lock)), options)?;
    let ProjectionRecovery { keyword, vectors } = projections;
    Ok((writer, reader, OpenReport { truth: recovery, keyword, vectors }))
}

/// An index that lives in memory only, for tests and one-shot use.
///
/// # Errors
/// When the database library cannot be initialised.
pub fn open_in_memory(options: &StoreOptions) -> Result<(Writer, Reader), StoreError> {
    let source = DatabaseSource::memory();
    let truth = Truth::create(&source, options.parser_version)?;
    let (writer, reader, _) = Writer::new(truth, Tables::default(), source, None, options)?;
    Ok((writer, reader))
}

/// Opens the truth, or starts an empty one in the place of none or of one that cannot be used.
fn open_truth(
    dir: &IndexDir,
    source: &DatabaseSource,
    parser_version: u32,
) -> Result<(Truth, Loaded, Recovery), StoreError> {
    let exists = dir.database().exists();
    if exists {
        match Truth::open(source, parser_version) {
            Ok((truth, loaded)) => return Ok((truth, loaded, Recovery::Intact)),
            Err(error @ StoreError::Corrupt { .. }) => tracing::warn!(%error, "starting an empty index"),
            Err(error) => return Err(error),
        }
    }
    // The projections belong to a truth that is gone; their generations would be mistaken for the new one's.
    projections::wipe(dir)?;
    dir.wipe_database()?;
    let truth = Truth::create(source, parser_version)?;
    let recovery = if exists { Recovery::Rebuilt } else { Recovery::Intact };
    Ok((truth, Loaded::default(), recovery))
}
