//! Where a working tree's git directory is, worktrees and submodules included.

use std::fs;
use std::path::{Path, PathBuf};

/// The directories that hold a working tree's git state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GitDir {
    /// Holds `HEAD` and `index` of this working tree.
    pub(crate) own: PathBuf,
    /// Holds `info/exclude`; differs from `own` in a linked worktree.
    pub(crate) common: PathBuf,
}

impl GitDir {
    /// The git directory of the working tree whose top is `top`; `None` when `top` is not one.
    pub(crate) fn of(top: &Path) -> Option<Self> {
        let dot_git = top.join(".git");
        let kind = fs::symlink_metadata(&dot_git).ok()?.file_type();
        let own = if kind.is_dir() { dot_git } else { pointed_to(&dot_git, top, "gitdir:")? };
        let common = pointed_to(&own.join("commondir"), &own, "").unwrap_or_else(|| own.clone());
        Some(Self { own, common })
    }

    /// The working tree that encloses `directory` (or is it) and its git directory.
    pub(crate) fn enclosing(directory: &Path) -> Option<(PathBuf, Self)> {
        directory.ancestors().find_map(|top| Some((top.to_owned(), Self::of(top)?)))
    }

    /// Ignore rules of this clone that are not part of the tree.
    pub(crate) fn exclude_file(&self) -> PathBuf {
        self.common.join("info/exclude")
    }
}

/// Reads a one-line file that holds `label` and a path, relative to `base` unless absolute.
fn pointed_to(file: &Path, base: &Path, label: &str) -> Option<PathBuf> {
    let text = fs::read_to_string(file).ok()?;
    let target = text.lines().next()?.strip_prefix(label)?.trim();
    (!target.is_empty()).then(|| base.join(target))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_plain_clone_has_one_directory() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join(".git")).unwrap();
        fs::create_dir_all(dir.path().join("a/b")).unwrap();
        let own = dir.path().join(".git");
        let expected = GitDir { own: own.clone(), common: own };
        assert_eq!(GitDir::enclosing(&dir.path().join("a/b")), Some((dir.path().to_owned(), expected)));
    }

    #[test]
    fn a_worktree_points_elsewhere() {
        let dir = tempfile::tempdir().unwrap();
        let own = dir.path().join("main/.git/worktrees/w");
        let top = dir.path().join("w");
        fs::create_dir_all(&own).unwrap();
        fs::create_dir_all(&top).unwrap();
        fs::write(top.join(".git"), format!("gitdir: {}\n", own.display())).unwrap();
        fs::write(own.join("commondir"), "../..\n").unwrap();
        let found = GitDir::of(&top).unwrap();
        assert_eq!(found.exclude_file(), own.join("../..").join("info/exclude"));
        assert_eq!(found.own, own);
    }
}
