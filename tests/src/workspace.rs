//! The workspace's own files, for checks that read them.

use std::fs;
use std::path::{Path, PathBuf};

/// Directories that hold nothing of ours.
const FOREIGN_DIRECTORIES: [&str; 5] = [".git", ".venv", "target", "node_modules", "__pycache__"];

/// Root of the workspace: an absolute path.
#[must_use]
pub fn root() -> PathBuf {
    let manifest_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest_dir.parent().expect("invariant: this crate is a folder of the workspace").to_owned()
}

/// A file of the workspace.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Path relative to the workspace root, with `/`.
    pub path: String,
    /// Its content.
    pub text: String,
}

/// The text files beneath `directory` (relative to the root) whose name ends in one of `endings`, in path order.
#[must_use]
pub fn files(directory: &str, endings: &[&str]) -> Vec<SourceFile> {
    let root = root();
    let mut paths = Vec::new();
    collect(&root.join(directory), &mut paths);
    paths.sort();
    paths
        .iter()
        .filter(|path| endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)))
        .filter_map(|path| read(&root, path))
        .collect()
}

/// The text of one file.
///
/// # Panics
/// When it cannot be read.
#[must_use]
pub fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("cannot read {path}: {error}"))
}

fn collect(directory: &Path, paths: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_file() {
            paths.push(entry.path());
        } else if kind.is_dir() && !is_foreign(&entry.path()) {
            collect(&entry.path(), paths);
        }
    }
}

fn is_foreign(directory: &Path) -> bool {
    directory.file_name().is_some_and(|name| FOREIGN_DIRECTORIES.iter().any(|foreign| name == *foreign))
}

fn read(root: &Path, path: &Path) -> Option<SourceFile> {
    let text = String::from_utf8(fs::read(path).ok()?).ok()?;
    let relative = path.strip_prefix(root).ok()?;
    Some(SourceFile { path: relative.to_string_lossy().into_owned(), text })
}
