//! Which files differ from a revision: its tree against the working tree, with git's own index to spare reading what
//! it has seen unchanged.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use gix::bstr::{BStr, BString};
use gix::index::entry::{Stat, stat};
use gix::index::fs::Metadata;
use gix::objs::{Kind, compute_hash};

use super::HistoryError;
use super::repository::Repository;

/// Those of `paths` (relative to `root`) whose files differ from what `revision` holds, or that it does not hold.
///
/// A file counts as unchanged when git's index says so by its stat, or when its bytes hash to the revision's blob.
/// Where git changes bytes on the way out (line ends, large files stored elsewhere) only its index can tell.
///
/// # Errors
/// When `root` is in no repository, when `revision` names nothing, or when git's data cannot be read.
pub fn changed_since<'a>(
    root: &Path,
    revision: &str,
    paths: impl Iterator<Item = &'a Arc<str>>,
) -> Result<BTreeSet<Arc<str>>, HistoryError> {
    let repository = Repository::open(root)?;
    let before = files_of(&repository, revision)?;
    let present = Present::new(&repository);
    let is_changed =
        |path: &&Arc<str>| before.get(BStr::new(path.as_bytes())).is_none_or(|blob| !present.is(path, blob));
    Ok(paths.filter(is_changed).map(Arc::clone).collect())
}

/// The blobs below the root that `revision` holds, by their paths relative to the root.
fn files_of(
    repository: &Repository,
    revision: &str,
) -> Result<HashMap<BString, gix::ObjectId>, HistoryError> {
    let unknown = |error: gix::Error| HistoryError::UnknownRevision {
        path: repository.root.to_path_buf(),
        revision: revision.to_owned(),
        detail: error.to_string(),
    };
    let unreadable = |error: gix::Error| repository.unreadable(&error);
    let named = repository.git.rev_parse_single(BStr::new(revision)).map_err(unknown)?;
    let mut tree = named.object().and_then(gix::Object::peel_to_tree).map_err(unknown)?;
    if !repository.prefix.is_empty() {
        let directory = repository.prefix.trim_end_matches('/');
        let Some(entry) = tree.lookup_entry_by_path(directory).map_err(unreadable)? else {
            return Ok(HashMap::new());
        };
        tree = entry.object().and_then(gix::Object::peel_to_tree).map_err(unreadable)?;
    }
    let files = tree.traverse().breadthfirst.files().map_err(unreadable)?;
    Ok(files.into_iter().filter(|file| file.mode.is_blob()).map(|file| (file.filepath, file.oid)).collect())
}

/// The working tree as git's index knows it.
struct Present<'a> {
    repository: &'a Repository,
    index: Option<gix::worktree::Index>,
}

impl<'a> Present<'a> {
    /// Without an index that can be read, every file is.
    fn new(repository: &'a Repository) -> Self {
        Self { repository, index: repository.git.try_index().ok().flatten() }
    }

    /// Whether the file at `path`, relative to the root, is `blob`.
    fn is(&self, path: &str, blob: &gix::ObjectId) -> bool {
        let absolute = self.repository.root.join(path);
        match self.known(path, &absolute) {
            Some(known) => known == *blob,
            None => fs::read(&absolute).is_ok_and(|bytes| {
                compute_hash(blob.kind(), Kind::Blob, &bytes).is_ok_and(|hash| hash == *blob)
            }),
        }
    }

    /// What the index knows the file to be, if it is as it was when the index saw it.
    fn known(&self, path: &str, absolute: &Path) -> Option<gix::ObjectId> {
        let index = self.index.as_ref()?;
        let full = format!("{}{path}", self.repository.prefix);
        let entry = index.entry_by_path(BStr::new(full.as_bytes()))?;
        let metadata = Metadata::from_path_no_follow(absolute).ok()?;
        let options = stat::Options::default();
        let is_as_seen = entry.stat.matches(&Stat::from_fs(&metadata).ok()?, options);
        (is_as_seen && !entry.stat.is_racy(index.timestamp(), options)).then_some(entry.id)
    }
}
