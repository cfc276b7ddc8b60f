//! The ledger of on-disk formats: every version there ever was, and which one this build writes.
//!
//! An index of any other version than [`CURRENT`] is wiped and rebuilt, never guessed at: everything in it is
//! derived from the working tree. Change the meaning of anything on disk (schema, payload encoding, a record
//! type, the fields of the keyword index, the layout of vector segments) and add a line here.

/// One version of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormatVersion {
    /// Its number; also SQLite's `user_version`.
    pub number: u32,
    /// What it brought.
    pub summary: &'static str,
}

/// Every version, oldest first.
pub const HISTORY: &[FormatVersion] = &[
    FormatVersion {
        number: 1,
        summary: "records as one postcard + lz4 payload a content, lz4 texts, int8 vectors, retired log",
    },
    FormatVersion { number: 2, summary: "a filter of its trigrams beside each text" },
];

/// The version this build reads and writes.
pub const CURRENT: u32 = HISTORY[HISTORY.len() - 1].number;

/// Marks the database as ours (SQLite's `application_id`): the letters `ctxd`.
pub(crate) const APPLICATION_ID: i32 = i32::from_be_bytes(*b"ctxd");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_count_up_from_one() {
        for (position, version) in HISTORY.iter().enumerate() {
            assert_eq!(version.number as usize, position + 1);
            assert!(!version.summary.is_empty());
        }
    }
}
