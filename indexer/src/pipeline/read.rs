//! Reading files of a tree that may change meanwhile: never outside the root, never through a link, never without end.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use contexd_store::{FileStat, SkipReason};

use crate::scan::{file_stat, is_gone};

/// What became of a read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum FileRead {
    /// The bytes and the stat that they had when the file was opened.
    Bytes(Vec<u8>, FileStat),
    /// It cannot be indexed.
    Skipped(SkipReason, FileStat, String),
    /// It is gone, or a directory now.
    Gone,
}

/// An open directory; paths are resolved below it without following a link.
#[derive(Debug)]
pub struct Root {
    directory: File,
}

impl Root {
    /// Opens the directory at `path`.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { directory: File::open(path)? })
    }

    /// Opens the regular file at `path` (relative, with `/`) to be read, with the stat that it has then.
    ///
    /// # Errors
    /// When it cannot be opened, is no regular file, or a link stands on the way to it.
    pub fn open_file(&self, path: &str) -> io::Result<(File, FileStat)> {
        let file = beneath::open(&self.directory, path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        Ok((file, file_stat(&metadata)))
    }

    /// Reads the file at `path` unless it has more than `most` bytes.
    pub(crate) fn read(&self, path: &str, most: u64) -> FileRead {
        match beneath::open(&self.directory, path).and_then(|file| Ok((file.metadata()?, file))) {
            Ok((metadata, file)) => read_open(file, &metadata, most),
            Err(error) => failed(&error, FileStat::default()),
        }
    }
}

fn read_open(file: File, metadata: &Metadata, most: u64) -> FileRead {
    let stat = file_stat(metadata);
    if metadata.is_dir() {
        return FileRead::Gone;
    }
    if !metadata.is_file() {
        return FileRead::Skipped(SkipReason::SpecialFile, stat, String::new());
    }
    if stat.size > most {
        return too_large(stat, most);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(stat.size).unwrap_or(0) + 1);
    match file.take(most + 1).read_to_end(&mut bytes) {
        Ok(length) if length as u64 > most => too_large(stat, most),
        Ok(_) => FileRead::Bytes(bytes, stat),
        Err(error) => failed(&error, stat),
    }
}

fn too_large(stat: FileStat, most: u64) -> FileRead {
    FileRead::Skipped(SkipReason::TooLarge, stat, format!("over {most} bytes"))
}

fn failed(error: &io::Error, stat: FileStat) -> FileRead {
    if is_gone(error) {
        FileRead::Gone
    } else if beneath::is_link(error) {
        FileRead::Skipped(SkipReason::Symlink, stat, String::new())
    } else {
        FileRead::Skipped(SkipReason::Unreadable, stat, error.to_string())
    }
}

#[cfg(unix)]
mod beneath {
    //! Opening below a directory with the system's own guarantee that no link is followed on the way.

    use std::fs::File;
    use std::io;
    use std::os::fd::{AsFd, OwnedFd};

    use rustix::fs::{Mode, OFlags, openat};
    use rustix::io::Errno;

    /// Does not wait for the other end of a pipe.
    const FLAGS: OFlags =
        OFlags::RDONLY.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK).union(OFlags::NOFOLLOW);

    pub(super) fn open(directory: &File, path: &str) -> io::Result<File> {
        match open_at_once(directory, path) {
            Err(Errno::NOSYS | Errno::PERM | Errno::INVAL) => open_step_by_step(directory, path),
            opened => opened,
        }
        .map(File::from)
        .map_err(io::Error::from)
    }

    pub(super) fn is_link(error: &io::Error) -> bool {
        error.raw_os_error() == Some(Errno::LOOP.raw_os_error())
    }

    #[cfg(target_os = "linux")]
    fn open_at_once(directory: &File, path: &str) -> Result<OwnedFd, Errno> {
        use rustix::fs::{ResolveFlags, openat2};
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        openat2(directory, path, FLAGS, Mode::empty(), resolve)
    }

    #[cfg(not(target_os = "linux"))]
    fn open_at_once(_directory: &File, _path: &str) -> Result<OwnedFd, Errno> {
        Err(Errno::NOSYS)
    }

    /// For systems and sandboxes without `openat2`: one directory after the other.
    pub(super) fn open_step_by_step(directory: &File, path: &str) -> Result<OwnedFd, Errno> {
        let (parents, name) = path.rsplit_once('/').unwrap_or(("", path));
        let mut inner: Option<OwnedFd> = None;
        for part in parents.split('/').filter(|part| !part.is_empty()) {
            let at = inner.as_ref().map_or(directory.as_fd(), AsFd::as_fd);
            inner = Some(openat(at, part, FLAGS | OFlags::DIRECTORY, Mode::empty())?);
        }
        let at = inner.as_ref().map_or(directory.as_fd(), AsFd::as_fd);
        openat(at, name, FLAGS, Mode::empty())
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    fn outcome(read: FileRead) -> String {
        match read {
            FileRead::Bytes(bytes, stat) => format!("{} bytes, size {}", bytes.len(), stat.size),
            FileRead::Skipped(reason, _, _) => reason.as_str().to_owned(),
            FileRead::Gone => "gone".to_owned(),
        }
    }

    #[test]
    fn only_regular_files_below_the_root_are_read() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "x").unwrap();
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("sub")).unwrap();
        fs::write(dir.path().join("sub/a"), "abc").unwrap();
        fs::write(dir.path().join("big"), "0123456789").unwrap();
        symlink(outside.path().join("secret"), dir.path().join("link")).unwrap();
        symlink(outside.path(), dir.path().join("linked")).unwrap();
        let socket = std::os::unix::net::UnixListener::bind(dir.path().join("socket")).unwrap();
        let root = Root::open(dir.path()).unwrap();
        let check = |path: &str, expected: &str| assert_eq!(outcome(root.read(path, 9)), expected, "{path}");
        check("sub/a", "3 bytes, size 3");
        check("big", "too_large");
        check("link", "symlink");
        check("sub", "gone");
        check("absent", "gone");
        check("sub/a/b", "gone");
        check("socket", "unreadable");
        assert_ne!(outcome(root.read("linked/secret", 9)), "1 bytes, size 1");
        drop(socket);
    }

    #[test]
    fn both_ways_of_opening_agree() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("sub")).unwrap();
        fs::write(dir.path().join("sub/a"), "abc").unwrap();
        symlink("a", dir.path().join("sub/link")).unwrap();
        symlink("sub", dir.path().join("linked")).unwrap();
        let directory = File::open(dir.path()).unwrap();
        for (path, is_open) in [("sub/a", true), ("sub/link", false), ("linked/a", false), ("../x", false)] {
            assert_eq!(beneath::open(&directory, path).is_ok(), is_open, "{path}");
            if !path.starts_with("..") {
                assert_eq!(beneath::open_step_by_step(&directory, path).is_ok(), is_open, "{path}");
            }
        }
    }
}
