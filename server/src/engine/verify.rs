//! Whether what an answer shows is still what stands on disk.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use contexd_indexer::scan::file_stat;
use contexd_store::{ContentHash, FileStat, Snapshot};

/// How a piece of an answer relates to the file at the moment of answering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemState {
    /// The file has the content that was indexed.
    Verified,
    /// The file has changed or is gone.
    Stale,
}

/// Compares files with what the index holds of them; looks at each file once.
pub(crate) struct Verifier<'a> {
    root: &'a Path,
    seen: HashMap<String, ItemState>,
}

impl<'a> Verifier<'a> {
    pub(crate) fn new(root: &'a Path) -> Self {
        Self { root, seen: HashMap::new() }
    }

    /// State of `path`, which was indexed with this stat and content.
    pub(crate) fn check(&mut self, path: &str, stat: FileStat, blob: ContentHash) -> ItemState {
        if let Some(state) = self.seen.get(path) {
            return *state;
        }
        let state = if is_unchanged(&self.root.join(path), stat, blob) {
            ItemState::Verified
        } else {
            ItemState::Stale
        };
        self.seen.insert(path.to_owned(), state);
        state
    }

    /// State of the file at `path` as `snapshot` holds it.
    pub(crate) fn check_path(&mut self, snapshot: &Snapshot, path: &str) -> ItemState {
        match snapshot.file_by_path(path) {
            Some(file) => self.check(path, file.stat, file.blob),
            None => ItemState::Stale,
        }
    }
}

/// An equal stat is taken as equal content, another size as another content; else the bytes are hashed.
fn is_unchanged(path: &PathBuf, indexed: FileStat, blob: ContentHash) -> bool {
    let Ok(metadata) = fs::symlink_metadata(path) else { return false };
    if !metadata.is_file() || metadata.len() != indexed.size {
        return false;
    }
    file_stat(&metadata) == indexed || fs::read(path).is_ok_and(|bytes| ContentHash::of(&bytes) == blob)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::time::{Duration, SystemTime};

    use super::*;

    fn stat_of(path: &Path) -> FileStat {
        let metadata = fs::symlink_metadata(path).unwrap();
        file_stat(&metadata)
    }

    fn check(change: impl FnOnce(&Path), expected: ItemState) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.txt");
        fs::write(&path, "one\n").unwrap();
        let stat = stat_of(&path);
        change(&path);
        let state = Verifier::new(directory.path()).check("a.txt", stat, ContentHash::of(b"one\n"));
        assert_eq!(state, expected);
    }

    fn touch(path: &Path) {
        let later = SystemTime::now() + Duration::from_secs(7);
        fs::File::options().write(true).open(path).unwrap().set_modified(later).unwrap();
    }

    #[test]
    fn content_decides() {
        check(|_| (), ItemState::Verified);
        check(touch, ItemState::Verified);
        check(|path| fs::write(path, "other length\n").unwrap(), ItemState::Stale);
        check(|path| fs::remove_file(path).unwrap(), ItemState::Stale);
        let rewrite = |path: &Path| {
            fs::write(path, "two\n").unwrap();
            touch(path);
        };
        check(rewrite, ItemState::Stale);
    }

    #[test]
    fn a_link_in_the_place_of_a_file_is_not_followed() {
        let relink = |path: &Path| {
            let target = path.with_extension("moved");
            fs::rename(path, &target).unwrap();
            std::os::unix::fs::symlink(target, path).unwrap();
        };
        check(relink, ItemState::Stale);
    }
}
