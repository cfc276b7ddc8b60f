//! Removal of content that no file has used for a while.
//!
//! Mark and sweep over the content-addressed tables: a collection stamps what it finds unused with the time, takes
//! the stamp off what is used again, and deletes what has borne its stamp for [`GRACE`]. Commits pay nothing for
//! it, and a snapshot that is still held by a reader keeps its texts as long as the grace period.

use std::time::Duration;

use rusqlite::{Transaction, params};

use super::Truth;
use crate::StoreError;

/// How long unused content is kept, counted from the first collection that finds it unused: long enough that going
/// back to a branch of last week parses and embeds nothing.
pub(crate) const GRACE: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// Each content table, with the condition under which a row of it is in use.
const TABLES: [(&str, &str); 3] = [
    ("records", "record_id IN (SELECT record_id FROM files)"),
    ("texts", "blob IN (SELECT blob FROM files)"),
    ("vectors", "vectors_id IN (SELECT vectors_id FROM file_vectors)"),
];

impl Truth {
    /// Collects as of `now` (since the Unix epoch); the number of rows deleted.
    pub(crate) fn collect_garbage(&mut self, now: Duration) -> Result<usize, StoreError> {
        let mut deleted = 0;
        let transaction = self.connection.transaction()?;
        for (table, in_use) in TABLES {
            deleted += sweep(&transaction, table, in_use, now)?;
        }
        transaction.commit()?;
        self.connection.execute_batch("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE);")?;
        Ok(deleted)
    }
}

fn sweep(
    transaction: &Transaction<'_>,
    table: &str,
    in_use: &str,
    now: Duration,
) -> Result<usize, StoreError> {
    let seconds = now.as_secs() as i64;
    let expired = seconds - GRACE.as_secs() as i64;
    let unmark =
        format!("UPDATE {table} SET unused_since = NULL WHERE unused_since IS NOT NULL AND {in_use}");
    let mark = format!("UPDATE {table} SET unused_since = ? WHERE unused_since IS NULL AND NOT ({in_use})");
    let delete = format!("DELETE FROM {table} WHERE unused_since <= ?");
    transaction.execute(&unmark, [])?;
    transaction.execute(&mark, params![seconds])?;
    Ok(transaction.execute(&delete, params![expired])?)
}
