//! Which files a search for a pattern must look into: those that the filter admits and whose trigrams do not prove
//! that they hold no match. Looking into them is the server's work.

mod literals;
mod needs;

use std::sync::Arc;

use contexd_store::{FileEntry, SkipReason, SkippedFile, Snapshot, TrigramFilter};

use crate::filter::Filter;
pub use needs::Needs;

/// What of a pattern decides which bytes a file must hold to match it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GrepPattern {
    /// A regular expression, or a literal.
    pub text: String,
    /// Whether it is a literal.
    pub is_literal: bool,
    /// Whether letters may match in another case than they are written.
    pub may_fold_case: bool,
    /// Whether a match may span lines.
    pub multi_line: bool,
}

/// A file to be looked into, unless it is ruled out.
#[derive(Clone, Copy, Debug)]
pub enum GrepFile<'a> {
    /// An indexed file.
    Indexed {
        /// The file.
        file: &'a Arc<FileEntry>,
        /// The trigrams of its text as it was indexed.
        trigrams: &'a Arc<TrigramFilter>,
    },
    /// A file that is text, or may be, and is not indexed.
    Skipped(&'a Arc<SkippedFile>),
}

impl<'a> GrepFile<'a> {
    /// Path relative to the repository root, with `/`.
    #[must_use]
    pub fn path(&self) -> &'a Arc<str> {
        match self {
            Self::Indexed { file, .. } => &file.path,
            Self::Skipped(file) => &file.path,
        }
    }
}

/// The files of `snapshot` in the order of their paths, without those that no search looks into: what is no regular
/// file, what has no name to be called by, and what may hold keys or passwords.
pub fn grep_files(snapshot: &Snapshot) -> impl Iterator<Item = GrepFile<'_>> {
    let mut indexed = snapshot.files_with_trigrams().peekable();
    let mut skipped = snapshot.skipped_files().filter(|file| is_searched(file.reason)).peekable();
    std::iter::from_fn(move || {
        let skipped_is_next = match (indexed.peek(), skipped.peek()) {
            (Some((file, _)), Some(other)) => other.path < file.path,
            (None, Some(_)) => true,
            (_, None) => false,
        };
        if skipped_is_next {
            return skipped.next().map(GrepFile::Skipped);
        }
        indexed.next().map(|(file, trigrams)| GrepFile::Indexed { file, trigrams })
    })
}

/// The files that may hold keys or passwords and that `admits` would let be searched.
#[must_use]
pub fn withheld_files(snapshot: &Snapshot, admits: impl Fn(&str) -> bool) -> usize {
    let secrets = snapshot.skipped_files().filter(|file| file.reason == SkipReason::Secret);
    secrets.filter(|file| admits(&file.path)).count()
}

fn is_searched(reason: SkipReason) -> bool {
    match reason {
        SkipReason::TooLarge
        | SkipReason::Binary
        | SkipReason::InvalidUtf8
        | SkipReason::Minified
        | SkipReason::Generated
        | SkipReason::LockFile
        | SkipReason::Unreadable => true,
        SkipReason::Secret | SkipReason::Symlink | SkipReason::SpecialFile | SkipReason::PathNotUtf8 => false,
    }
}

impl Filter {
    /// Whether a search for a pattern looks into `file`, a skipped one being of `language`.
    #[must_use]
    pub fn admits_grep(&self, file: &GrepFile<'_>, language: impl FnOnce(&str) -> &'static str) -> bool {
        match file {
            GrepFile::Indexed { file, .. } => self.admits_file(file),
            // Kinds are those of symbols, which a file that is not indexed has none of.
            GrepFile::Skipped(file) => {
                self.admits_kind(None) && self.admits_path(&file.path, || language(&file.path))
            }
        }
    }
}
