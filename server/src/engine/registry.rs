//! The known repositories on disk: one folder each below the cache directory, holding the index and a note of what
//! it is the index of.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::error::ServiceError;
use crate::whole_file;

/// Name of the note.
const NOTE: &str = "repository.toml";
/// Name of the folder that the index lives in, beside the note.
const INDEX: &str = "index";
/// The note's format. A note of another format is not read.
const FORMAT: u32 = 1;

/// The folder of folders.
#[derive(Clone, Debug)]
pub(crate) struct Registry {
    repositories: PathBuf,
}

/// What is noted of a repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Note {
    format: u32,
    /// Canonical path of its root.
    pub(crate) root: PathBuf,
    /// When it was added, milliseconds since the Unix epoch.
    pub(crate) added_unix_ms: i64,
    /// When it last answered a request, milliseconds since the Unix epoch.
    pub(crate) last_used_unix_ms: i64,
    /// Whether it was added with leave to be `/` or a home directory.
    pub(crate) allow_broad_root: bool,
}

impl Note {
    /// A note for a repository that is added now.
    pub(crate) fn new(root: &Path, allow_broad_root: bool) -> Self {
        let now = unix_ms();
        Self {
            format: FORMAT,
            root: root.to_owned(),
            added_unix_ms: now,
            last_used_unix_ms: now,
            allow_broad_root,
        }
    }
}

/// The present time in milliseconds since the Unix epoch.
pub(crate) fn unix_ms() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}

/// Short stable name of the repository at `root`: its folder name and 16 hexadecimal digits of its path's hash.
pub(crate) fn repository_id(root: &Path) -> String {
    let hash = blake3::hash(root.as_os_str().as_encoded_bytes()).to_hex();
    let name = root.file_name().map_or_else(|| "root".to_owned(), |name| plain_name(&name.to_string_lossy()));
    format!("{name}-{}", &hash[..16])
}

/// `name` with everything but letters, digits, `.`, `_` and `-` replaced, at most 64 characters.
fn plain_name(name: &str) -> String {
    let keep = |character: char| character.is_alphanumeric() || matches!(character, '.' | '_' | '-');
    name.chars().take(64).map(|character| if keep(character) { character } else { '_' }).collect()
}

impl Registry {
    /// The registry below `cache_dir`.
    pub(crate) fn new(cache_dir: &Path) -> Self {
        Self { repositories: cache_dir.join("repos") }
    }

    /// Directory of the index of the repository with this id.
    pub(crate) fn index_dir(&self, id: &str) -> PathBuf {
        self.repositories.join(id).join(INDEX)
    }

    /// The notes of all known repositories. Folders without a readable note are left alone.
    pub(crate) fn load(&self) -> Result<Vec<Note>, ServiceError> {
        let entries = match fs::read_dir(&self.repositories) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(io_error("read", &self.repositories, source)),
        };
        let mut notes: Vec<Note> =
            entries.flatten().filter_map(|entry| read_note(&entry.path().join(NOTE))).collect();
        notes.sort_by(|a, b| a.root.cmp(&b.root));
        Ok(notes)
    }

    /// Writes `note` under `id`, whole or not at all.
    pub(crate) fn save(&self, id: &str, note: &Note) -> Result<(), ServiceError> {
        let folder = self.repositories.join(id);
        create_private_dir(&folder)?;
        let path = folder.join(NOTE);
        let unwritable = |source| io_error("write", &path, source);
        let text =
            toml::to_string(note).map_err(|error| unwritable(std::io::Error::other(error.to_string())))?;
        whole_file::replace(&path, text.as_bytes()).map_err(unwritable)
    }

    /// Deletes the folder of `id` with the index, the note first, so that half a folder is never taken for a whole.
    pub(crate) fn delete(&self, id: &str) -> Result<(), ServiceError> {
        let folder = self.repositories.join(id);
        match fs::remove_file(folder.join(NOTE)).and_then(|()| fs::remove_dir_all(&folder)) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(io_error("delete", &folder, source))
            }
            _ => Ok(()),
        }
    }
}

fn read_note(path: &Path) -> Option<Note> {
    let text = fs::read_to_string(path).ok()?;
    match toml::from_str::<Note>(&text) {
        Ok(note) if note.format == FORMAT => Some(note),
        Ok(note) => {
            tracing::warn!(path = %path.display(), format = note.format, "note of an unknown format left alone");
            None
        }
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "unreadable note left alone");
            None
        }
    }
}

/// Creates `path` and what is missing above it, for the user alone.
pub(crate) fn create_private_dir(path: &Path) -> Result<(), ServiceError> {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700);
    builder.create(path).map_err(|source| io_error("create", path, source))
}

pub(crate) fn io_error(action: &'static str, path: &Path, source: std::io::Error) -> ServiceError {
    ServiceError::Io { action, path: path.to_owned(), source }
}

/// Bytes that the files below `directory` take on disk.
pub(crate) fn disk_bytes(directory: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(directory) else { return 0 };
    let size_of = |entry: fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => disk_bytes(&entry.path()),
        Ok(metadata) => allocated(&metadata),
        Err(_gone) => 0,
    };
    entries.flatten().map(size_of).sum()
}

fn allocated(metadata: &fs::Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt;
    metadata.blocks() * 512
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn notes_come_back_in_the_order_of_their_roots() {
        let cache = tempfile::tempdir().unwrap();
        let registry = Registry::new(cache.path());
        assert_eq!(registry.load().unwrap(), []);
        let notes = [Note::new(Path::new("/a"), true), Note::new(Path::new("/b"), false)];
        for note in notes.iter().rev() {
            registry.save(&repository_id(&note.root), note).unwrap();
        }
        assert_eq!(registry.load().unwrap(), notes);
        registry.delete(&repository_id(Path::new("/a"))).unwrap();
        assert_eq!(registry.load().unwrap(), notes[1..]);
        registry.delete("absent").unwrap();
    }

    #[test]
    fn a_note_that_cannot_be_read_is_left_alone() {
        let cache = tempfile::tempdir().unwrap();
        let registry = Registry::new(cache.path());
        let folder = cache.path().join("repos/x-1");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(NOTE), "format = 99\nroot = \"/a\"").unwrap();
        assert_eq!(registry.load().unwrap(), []);
        assert!(folder.join(NOTE).exists());
    }

    #[test]
    fn ids_are_plain_and_differ_by_path() {
        let id = repository_id(Path::new("/home/me/my project"));
        assert!(id.starts_with("my_project-"), "{id}");
        assert_ne!(id, repository_id(Path::new("/home/you/my project")));
        assert!(repository_id(Path::new("/")).starts_with("root-"));
    }
}
