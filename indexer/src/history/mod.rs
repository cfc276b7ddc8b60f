//! Which files change together: read from the repository's git history, kept up as it grows.
//!
//! `repository` reads commits, `coupling` counts, `revision` compares the working tree with a commit, `subjects` reads
//! what commits say of what they wrote. A [`History`] holds the commits that count and their counts; advancing it reads
//! only commits that are new. What the history says is a matter of degree, so everything here is bounded, and an object
//! that cannot be read costs its commit and nothing else.
//!
//! Renames are not followed: a file's history begins at its present path.

mod coupling;
mod repository;
mod revision;
mod subjects;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::coupling::Coupling;
use self::repository::{CommitId, Known, Repository, Walked};
pub use self::revision::changed_since;
pub use self::subjects::{Told, WrittenFile, told_commits};

/// How much of a history is read, and how it is weighed.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryOptions {
    /// Most commits that count, the newest ones.
    pub max_commits: usize,
    /// Most commits that are looked at in search of those; merges and commits elsewhere in the repository do not
    /// count.
    pub max_visited: usize,
    /// A commit that changes more files than this anywhere in the repository does not count: formatting, renaming
    /// and vendoring say nothing of what belongs together.
    pub max_files: usize,
    /// Commits that must have changed two files before they are said to change together.
    pub min_commits: u32,
    /// Most files kept for one file.
    pub max_partners: usize,
    /// After how many days a commit counts half.
    pub half_life_days: f64,
}

impl Default for HistoryOptions {
    fn default() -> Self {
        Self {
            max_commits: 2_000,
            max_visited: 20_000,
            max_files: 30,
            min_commits: 2,
            max_partners: 64,
            half_life_days: 365.0,
        }
    }
}

/// Why a history could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// The directory lies in no working tree of git.
    #[error("{} is in no git working tree", .path.display())]
    NoRepository {
        /// The directory.
        path: PathBuf,
    },
    /// The repository holds nothing of that name.
    #[error("no revision {revision} in the git repository of {}: {detail}", .path.display())]
    UnknownRevision {
        /// The directory.
        path: PathBuf,
        /// The name.
        revision: String,
        /// What git says of it.
        detail: String,
    },
    /// The repository cannot be opened.
    #[error("cannot read the git repository of {}: {detail}", .path.display())]
    Unreadable {
        /// The directory.
        path: PathBuf,
        /// What git's data lacks.
        detail: String,
    },
}

/// A file that changes together with another.
#[derive(Clone, Debug, PartialEq)]
pub struct CoChange {
    /// The other file, relative to the index root. It existed when it was changed last; whether it is indexed is
    /// for the caller to tell.
    pub path: Arc<str>,
    /// Commits that changed both.
    pub commits: u32,
    /// How much they belong together, above 0 and at most 1.
    pub score: f32,
}

/// Which files of a directory have been changed together.
#[derive(Clone)]
pub struct History {
    options: HistoryOptions,
    /// The newest commit, where there is one.
    head: Option<CommitId>,
    /// All commits that were looked at.
    visited: HashSet<CommitId>,
    /// Those that count, newest first.
    commits: Vec<Commit>,
    unreadable: usize,
    coupling: Coupling,
}

/// A commit that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Commit {
    id: CommitId,
    /// When it was committed, in seconds since 1970.
    time: i64,
    /// What it changed below the root.
    files: Vec<ChangedFile>,
}

/// A file that a commit changed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ChangedFile {
    path: Arc<str>,
    /// Whether the commit removed it.
    is_removed: bool,
}

impl History {
    /// Reads the history of the files below `root`, which may be any directory of a working tree. A repository
    /// without a commit has an empty history.
    pub fn read(root: &Path, options: HistoryOptions) -> Result<Self, HistoryError> {
        let repository = Repository::open(root)?;
        let head = repository.head()?;
        Ok(Self::anew(&repository, head, options))
    }

    /// The history after further commits: reads those that are new, or everything where the known head is no
    /// longer part of the history (amended, rebased, reset, another branch).
    pub fn advanced(&self, root: &Path) -> Result<Self, HistoryError> {
        let repository = Repository::open(root)?;
        let head = repository.head()?;
        if head == self.head {
            return Ok(self.clone());
        }
        let continued = head.zip(self.head).and_then(|(head, known_head)| {
            let known = Known { head: known_head, visited: &self.visited };
            let walked = repository.walk(head, Some(&known), &self.options);
            walked.met_known_head.then(|| self.continued(head, walked))
        });
        Ok(continued.unwrap_or_else(|| Self::anew(&repository, head, self.options.clone())))
    }

    /// The files that change together with the file at `path`, the most closely related first; at most `limit`.
    #[must_use]
    pub fn changed_with(&self, path: &str, limit: usize) -> Vec<CoChange> {
        self.coupling.partners(path).take(limit).collect()
    }

    /// The newest commit's name in hexadecimal digits; `None` without a commit.
    #[must_use]
    pub fn head(&self) -> Option<String> {
        self.head.map(|head| head.to_string())
    }

    /// How many commits count.
    #[must_use]
    pub fn commit_count(&self) -> usize {
        self.commits.len()
    }

    /// How many commits could not be read.
    #[must_use]
    pub fn unreadable_count(&self) -> usize {
        self.unreadable
    }

    fn anew(repository: &Repository, head: Option<CommitId>, options: HistoryOptions) -> Self {
        let walked = head.map(|head| repository.walk(head, None, &options)).unwrap_or_default();
        Self::new(options, head, walked)
    }

    fn continued(&self, head: CommitId, mut walked: Walked) -> Self {
        walked.commits.extend_from_slice(&self.commits);
        walked.visited.extend(&self.visited);
        walked.unreadable += self.unreadable;
        Self::new(self.options.clone(), Some(head), walked)
    }

    fn new(options: HistoryOptions, head: Option<CommitId>, walked: Walked) -> Self {
        let Walked { mut commits, visited, unreadable, .. } = walked;
        commits.sort_unstable_by(|a, b| b.time.cmp(&a.time).then(a.id.cmp(&b.id)));
        commits.truncate(options.max_commits);
        let coupling = Coupling::count(&commits, &options);
        Self { options, head, visited, commits, unreadable, coupling }
    }
}
