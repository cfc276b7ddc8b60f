//! Where to look: what a walk or a set of changed paths says, against what the index holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use contexd_store::{Fate, SkipReason, Snapshot};

use crate::IndexerError;
use crate::scan::{Scan, ScannedFile, look_at, walk_below};
use crate::scope::{Scope, Verdict, is_inside};

/// What is to be done.
#[derive(Debug, Default)]
pub(crate) struct Work {
    /// Files that are new or may have changed, in path order.
    pub(crate) candidates: Vec<ScannedFile>,
    /// Paths that the index holds and the tree does not, in path order.
    pub(crate) removals: Vec<Arc<str>>,
    /// Files that were found.
    pub(crate) files_walked: usize,
    /// Directories that were listed.
    pub(crate) directories: usize,
}

impl Work {
    /// Compares a walk of the whole scope with the index.
    pub(crate) fn from_walk(scan: Scan, snapshot: &Snapshot, most_bytes: u64) -> Self {
        let found = |path: &str| scan.files.binary_search_by(|file| (*file.path).cmp(path)).is_ok();
        let removals = held_paths(snapshot).filter(|path| !found(path)).map(Arc::clone).collect();
        let (files_walked, directories) = (scan.files.len(), scan.directories);
        let mut candidates = scan.files;
        candidates.retain(|file| !is_unchanged(snapshot, file, most_bytes));
        Self { candidates, removals: sorted(removals), files_walked, directories }
    }

    /// Looks at `paths`, of which all that is known is that something happened at or below them.
    pub(crate) fn from_paths(
        scope: &Scope,
        paths: &BTreeSet<String>,
        snapshot: &Snapshot,
        most_bytes: u64,
        before_listing: &mut dyn FnMut(&[Arc<str>]),
    ) -> Result<Self, IndexerError> {
        let mut found: BTreeMap<Arc<str>, ScannedFile> = BTreeMap::new();
        let mut work = Self::default();
        let mut walked: BTreeSet<&str> = BTreeSet::new();
        for path in paths.iter().filter(|path| is_inside(path)) {
            if directories_of(path).any(|directory| walked.contains(directory)) {
                continue;
            }
            scope.forget(path);
            let absolute = scope.root().join(path);
            if absolute.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()) {
                let scan = walk_below(scope, path, before_listing)?;
                walked.insert(path);
                work.directories += scan.directories;
                found.extend(scan.files.into_iter().map(|file| (Arc::clone(&file.path), file)));
            } else if scope.is_in_scope(path, false) == Verdict::In
                && let Some(file) = look_at(scope, &path.as_str().into())
            {
                found.insert(Arc::clone(&file.path), file);
            }
        }
        work.removals = held_below(snapshot, paths, |path| found.contains_key(path));
        work.files_walked = found.len();
        let named = |file: &ScannedFile| file.skip.is_none() && paths.contains(&*file.path);
        let candidates = found.into_values();
        work.candidates =
            candidates.filter(|file| named(file) || !is_unchanged(snapshot, file, most_bytes)).collect();
        Ok(work)
    }
}

/// Whether stat and kind say that the index holds the file as it is.
fn is_unchanged(snapshot: &Snapshot, file: &ScannedFile, most_bytes: u64) -> bool {
    let is_too_large = file.stat.size > most_bytes;
    match (snapshot.fate(&file.path), file.skip) {
        (Some(Fate::Indexed(held)), None) => held.stat == file.stat && !is_too_large,
        (Some(Fate::Skipped(held)), Some(reason)) => held.stat == file.stat && held.reason == reason,
        (Some(Fate::Skipped(held)), None) => {
            held.stat == file.stat
                && is_about_content(held.reason)
                && (held.reason == SkipReason::TooLarge) == is_too_large
        }
        _ => false,
    }
}

/// Whether a file is skipped for what it holds: as long as that is unchanged, so is the reason.
fn is_about_content(reason: SkipReason) -> bool {
    match reason {
        SkipReason::TooLarge
        | SkipReason::Binary
        | SkipReason::InvalidUtf8
        | SkipReason::Minified
        | SkipReason::Generated
        | SkipReason::LockFile
        | SkipReason::Secret => true,
        SkipReason::Unreadable | SkipReason::Symlink | SkipReason::SpecialFile | SkipReason::PathNotUtf8 => {
            false
        }
    }
}

/// Every path that the index holds, indexed or skipped.
fn held_paths(snapshot: &Snapshot) -> impl Iterator<Item = &Arc<str>> {
    let indexed = snapshot.files().map(|file| &file.path);
    indexed.chain(snapshot.skipped_files().map(|file| &file.path))
}

/// The paths that the index holds at or below one of `tops` and that are not `found`.
fn held_below(snapshot: &Snapshot, tops: &BTreeSet<String>, found: impl Fn(&str) -> bool) -> Vec<Arc<str>> {
    let is_file = |top: &&String| snapshot.fate(top).is_some();
    let (files, unknown): (BTreeSet<&String>, BTreeSet<&String>) = tops.iter().partition(is_file);
    let mut held: Vec<Arc<str>> = files.into_iter().map(|path| path.as_str().into()).collect();
    if !unknown.is_empty() {
        let is_below = |path: &&Arc<str>| directories_of(path).any(|directory| tops.contains(directory));
        held.extend(held_paths(snapshot).filter(is_below).map(Arc::clone));
    }
    held.retain(|path| !found(path));
    sorted(held)
}

/// The directories that `path` lies in, the innermost first.
fn directories_of(path: &str) -> impl Iterator<Item = &str> {
    path.rmatch_indices('/').map(|(index, _)| &path[..index])
}

fn sorted(mut paths: Vec<Arc<str>>) -> Vec<Arc<str>> {
    paths.sort_unstable();
    paths.dedup();
    paths
}
