//! The walk: every file in scope with its stat, level by level, the directories of a level in parallel.

use std::ffi::OsStr;
use std::fs::{DirEntry, Metadata};
use std::io;
use std::path::Path;
use std::sync::Arc;

use contexd_store::{FileStat, SkipReason};
use rayon::prelude::*;

use crate::IndexerError;
use crate::scope::{Directory, Present, Scope, Treatment};

/// A file that the walk found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScannedFile {
    /// Relative to the root, with `/`. A name that is not UTF-8 is shown with replacement characters.
    pub path: Arc<str>,
    /// Its stat, of a symbolic link that of the link itself.
    pub stat: FileStat,
    /// Why it cannot be read as a file; `None` for a regular file. A directory that cannot be listed stands here
    /// like a file that cannot be read.
    pub skip: Option<SkipReason>,
}

/// What a walk found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// The files in path order.
    pub files: Vec<ScannedFile>,
    /// Number of directories that were listed.
    pub directories: usize,
}

/// What is told of a file's stat: its size, and the later of the times of its last modification and of its last
/// status change. The latter is what a program cannot set, so that a file replaced by another of equal size and
/// modification time is noticed.
#[must_use]
pub fn file_stat(metadata: &Metadata) -> FileStat {
    FileStat { size: metadata.len(), modified_ns: changed_ns(metadata) }
}

#[cfg(unix)]
fn changed_ns(metadata: &Metadata) -> i64 {
    use std::os::unix::fs::MetadataExt;
    let nanoseconds = |seconds: i64, rest: i64| seconds.saturating_mul(1_000_000_000).saturating_add(rest);
    let modified = nanoseconds(metadata.mtime(), metadata.mtime_nsec());
    modified.max(nanoseconds(metadata.ctime(), metadata.ctime_nsec()))
}

#[cfg(not(unix))]
fn changed_ns(metadata: &Metadata) -> i64 {
    let since_epoch =
        metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    since_epoch.map_or(0, |duration| i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX))
}

/// Walks all of `scope`.
///
/// # Errors
/// When the root cannot be listed.
pub fn walk(scope: &Scope) -> Result<Scan, IndexerError> {
    walk_below(scope, "", &mut |_| {})
}

/// Walks the directory at `start` (empty for the root), which must be known to be a directory. `before_listing` is
/// told the directories of each level before they are listed: whoever watches them from then on misses nothing.
/// A directory out of scope, or gone, holds nothing.
pub(crate) fn walk_below(
    scope: &Scope,
    start: &str,
    before_listing: &mut dyn FnMut(&[Arc<str>]),
) -> Result<Scan, IndexerError> {
    let Some(directory) = scope.directory(start) else { return Ok(Scan::default()) };
    let mut scan = Scan::default();
    before_listing(&[start.into()]);
    let first = match entries_of(scope, start) {
        Ok(entries) => sort_out(scope, directory, &entries),
        Err(error) if start.is_empty() => return Err(IndexerError::root(scope.root(), error)),
        Err(error) => Listing::failed(start.into(), &error),
    };
    let mut level = scan.take(first);
    while !level.is_empty() {
        let paths: Vec<Arc<str>> = level.iter().map(|pending| Arc::clone(&pending.path)).collect();
        before_listing(&paths);
        let listings: Vec<Listing> = level.into_par_iter().map(|pending| list(scope, pending)).collect();
        level = listings.into_iter().flat_map(|listing| scan.take(listing)).collect();
    }
    scan.files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    scan.files.dedup_by(|a, b| a.path == b.path);
    Ok(scan)
}

/// Looks at one path that is known to be in scope; `None` when it is gone or a directory.
pub(crate) fn look_at(scope: &Scope, path: &Arc<str>) -> Option<ScannedFile> {
    match scope.root().join(&**path).symlink_metadata() {
        Ok(metadata) if metadata.is_dir() => None,
        Ok(metadata) => Some(ScannedFile::new(Arc::clone(path), &metadata)),
        Err(error) if is_gone(&error) => None,
        Err(_) => Some(ScannedFile::unreadable(Arc::clone(path))),
    }
}

/// Whether an error says that the path does not exist (any more).
pub(crate) fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

impl Scan {
    /// Takes over a listing's files and returns the directories to go on with.
    fn take(&mut self, listing: Listing) -> Vec<Pending> {
        self.files.extend(listing.files);
        self.directories += 1;
        listing.directories
    }
}

impl ScannedFile {
    fn new(path: Arc<str>, metadata: &Metadata) -> Self {
        let kind = metadata.file_type();
        let skip = match () {
            () if kind.is_symlink() => Some(SkipReason::Symlink),
            () if !kind.is_file() => Some(SkipReason::SpecialFile),
            () => None,
        };
        Self { path, stat: file_stat(metadata), skip }
    }

    fn unreadable(path: Arc<str>) -> Self {
        Self { path, stat: FileStat::default(), skip: Some(SkipReason::Unreadable) }
    }
}

/// A directory that is still to be listed.
struct Pending {
    parent: Arc<Directory>,
    path: Arc<str>,
    treatment: Treatment,
}

#[derive(Default)]
struct Listing {
    files: Vec<ScannedFile>,
    directories: Vec<Pending>,
}

fn list(scope: &Scope, pending: Pending) -> Listing {
    let Pending { parent, path, treatment } = pending;
    let entries = match entries_of(scope, &path) {
        Ok(entries) => entries,
        Err(error) => return Listing::failed(path, &error),
    };
    let mut present = Present::default();
    for entry in &entries {
        entry.file_name().to_str().into_iter().for_each(|name| present.note(name));
    }
    let directory = scope.enter(&parent, path, treatment, present);
    sort_out(scope, directory, &entries)
}

fn entries_of(scope: &Scope, path: &str) -> io::Result<Vec<DirEntry>> {
    scope.root().join(path).read_dir()?.collect()
}

impl Listing {
    /// What is said of a directory that could not be listed.
    fn failed(path: Arc<str>, error: &io::Error) -> Self {
        let files = if is_gone(error) { Vec::new() } else { vec![ScannedFile::unreadable(path)] };
        Self { files, directories: Vec::new() }
    }
}

/// Decides about each entry of a directory.
fn sort_out(scope: &Scope, directory: Directory, entries: &[DirEntry]) -> Listing {
    let directory = Arc::new(directory);
    let mut listing = Listing::default();
    for entry in entries {
        let name = entry.file_name();
        let path = join(&directory.path, &name);
        let Ok(kind) = entry.file_type() else { continue };
        let treatment = scope.decide(&directory, &path, kind.is_dir()).treatment;
        if treatment == Treatment::Nothing {
            continue;
        }
        if name.to_str().is_none() {
            listing
                .files
                .push(ScannedFile { skip: Some(SkipReason::PathNotUtf8), ..ScannedFile::unreadable(path) });
        } else if kind.is_dir() {
            listing.directories.push(Pending { parent: Arc::clone(&directory), path, treatment });
        } else {
            listing.files.extend(look_at_entry(entry, path));
        }
    }
    listing
}

fn look_at_entry(entry: &DirEntry, path: Arc<str>) -> Option<ScannedFile> {
    match entry.metadata() {
        Ok(metadata) => Some(ScannedFile::new(path, &metadata)),
        Err(error) if is_gone(&error) => None,
        Err(_) => Some(ScannedFile::unreadable(path)),
    }
}

fn join(directory: &str, name: &OsStr) -> Arc<str> {
    let name = name.to_string_lossy();
    if directory.is_empty() { name.into() } else { format!("{directory}/{name}").into() }
}

/// The form that the index uses of `absolute`, a path below `root`; `None` when it is not below it or not UTF-8.
pub(crate) fn relative_path(root: &Path, absolute: &Path) -> Option<String> {
    let relative = absolute.strip_prefix(root).ok()?;
    let parts: Option<Vec<&str>> = relative.iter().map(OsStr::to_str).collect();
    Some(parts?.join("/"))
}
