//! Where an index lives on disk, and the lock that makes its writer the only one.
//!
//! ```text
//! DIR/lock           held exclusively by the process whose Writer has the index open
//! DIR/index.sqlite   the truth (with its -wal and -shm files)
//! DIR/keyword/       the keyword projection, rebuilt from the truth when lost
//! DIR/vectors/       the vector projection, likewise
//! ```

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::StoreError;

/// The paths of one index.
#[derive(Clone, Debug)]
pub(crate) struct IndexDir {
    root: PathBuf,
}

/// The single-writer lock; released when dropped, by the system when the process dies.
#[derive(Debug)]
pub(crate) struct IndexLock {
    _file: File,
}

impl IndexDir {
    /// Creates the directory, readable by its owner only, when it is absent.
    pub(crate) fn create(root: &Path) -> Result<Self, StoreError> {
        create_private_dir(root).map_err(|source| io_error("create", root, source))?;
        Ok(Self { root: root.to_path_buf() })
    }

    /// Takes the lock without waiting.
    pub(crate) fn lock(&self) -> Result<IndexLock, StoreError> {
        let path = self.root.join("lock");
        let file = File::options()
            .create(true)
            .write(true)
            .truncate(false)
            .open(&path)
            .map_err(|source| io_error("open", &path, source))?;
        match file.try_lock() {
            Ok(()) => Ok(IndexLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked { path: self.root.clone() }),
            Err(TryLockError::Error(source)) => Err(io_error("lock", &path, source)),
        }
    }

    /// The database of truth.
    pub(crate) fn database(&self) -> PathBuf {
        self.root.join("index.sqlite")
    }

    /// The keyword projection's directory.
    pub(crate) fn keyword(&self) -> PathBuf {
        self.root.join("keyword")
    }

    /// The vector projection's directory.
    pub(crate) fn vectors(&self) -> PathBuf {
        self.root.join("vectors")
    }

    /// Removes the database with its side files.
    pub(crate) fn wipe_database(&self) -> Result<(), StoreError> {
        for name in ["index.sqlite", "index.sqlite-wal", "index.sqlite-shm"] {
            let path = self.root.join(name);
            match fs::remove_file(&path) {
                Err(source) if source.kind() != io::ErrorKind::NotFound => {
                    return Err(io_error("remove", &path, source));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Size in bytes of all files of the index in `dir`; 0 when there is none.
///
/// # Errors
/// When a directory cannot be listed.
pub fn disk_bytes(dir: &Path) -> Result<u64, StoreError> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(source) => return Err(io_error("list", dir, source)),
    };
    let mut total = 0;
    for entry in entries {
        total += entry_bytes(&entry.map_err(|source| io_error("list", dir, source))?)?;
    }
    Ok(total)
}

/// Size of one directory entry; a file that vanishes meanwhile counts nothing.
fn entry_bytes(entry: &fs::DirEntry) -> Result<u64, StoreError> {
    match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => disk_bytes(&entry.path()),
        Ok(metadata) => Ok(metadata.len()),
        Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(source) => Err(io_error("read the size of", &entry.path(), source)),
    }
}

/// An input/output error with its path.
pub(crate) fn io_error(action: &'static str, path: &Path, source: io::Error) -> StoreError {
    StoreError::Io { action, path: path.to_path_buf(), source }
}

#[cfg(unix)]
fn create_private_dir(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn create_private_dir(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn the_lock_is_exclusive_and_released_on_drop() {
        let temp = tempfile::tempdir().unwrap();
        let dir = IndexDir::create(&temp.path().join("a/b")).unwrap();
        let held = dir.lock().unwrap();
        assert!(matches!(dir.lock(), Err(StoreError::Locked { .. })));
        drop(held);
        dir.lock().unwrap();
    }

    #[test]
    fn disk_bytes_sums_nested_files_and_tolerates_absence() {
        let temp = tempfile::tempdir().unwrap();
        fs::create_dir(temp.path().join("keyword")).unwrap();
        fs::write(temp.path().join("keyword/segment"), [0; 10]).unwrap();
        fs::write(temp.path().join("lock"), [0; 5]).unwrap();
        assert_eq!(disk_bytes(temp.path()).unwrap(), 15);
        assert_eq!(disk_bytes(&temp.path().join("absent")).unwrap(), 0);
    }
}
