//! Where version control stands: branch and commit of a working tree, read from git's files.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// Where version control stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Branch that is checked out; empty when there is none.
    pub branch: String,
    /// Commit that is checked out, hexadecimal; empty when there is none.
    pub commit: String,
}

/// Reads the head of one working tree, and reads again only what has changed.
#[derive(Debug)]
pub(crate) struct HeadReader {
    git: Option<GitDirectory>,
    cached: Mutex<Option<(Stamp, Head)>>,
}

/// Git's own directory for the working tree, and the one that it shares with its siblings.
#[derive(Debug)]
struct GitDirectory {
    own: PathBuf,
    common: PathBuf,
}

/// Times of the files that decide the head.
type Stamp = [Option<SystemTime>; 4];

impl HeadReader {
    /// For the working tree around `root`.
    pub(crate) fn new(root: &Path) -> Self {
        let git = root.ancestors().find_map(GitDirectory::of);
        Self { git, cached: Mutex::new(None) }
    }

    /// The present head; empty without version control.
    pub(crate) fn read(&self) -> Head {
        let Some(git) = &self.git else { return Head::default() };
        let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((stamp, head)) = &*cached
            && *stamp == git.stamp(&head.branch)
        {
            return head.clone();
        }
        let stamp = git.stamp(&git.read().branch);
        let head = git.read();
        *cached = Some((stamp, head.clone()));
        head
    }
}

impl GitDirectory {
    fn of(top: &Path) -> Option<Self> {
        let dot_git = top.join(".git");
        let own = if dot_git.is_dir() { dot_git } else { pointed_to(&dot_git, top, "gitdir:")? };
        let common = pointed_to(&own.join("commondir"), &own, "").unwrap_or_else(|| own.clone());
        Some(Self { own, common })
    }

    /// The times of `HEAD`, of the branch's file in both places and of the packed branches.
    fn stamp(&self, branch: &str) -> Stamp {
        let reference = format!("refs/heads/{branch}");
        [
            modified(&self.own.join("HEAD")),
            modified(&self.own.join(&reference)),
            modified(&self.common.join(&reference)),
            modified(&self.common.join("packed-refs")),
        ]
    }

    fn read(&self) -> Head {
        let text = fs::read_to_string(self.own.join("HEAD")).unwrap_or_default();
        let line = text.trim();
        let Some(reference) = line.strip_prefix("ref:").map(str::trim) else {
            return Head { branch: String::new(), commit: commit_hash(line) };
        };
        let branch = reference.strip_prefix("refs/heads/").unwrap_or(reference).to_owned();
        Head { branch, commit: self.resolve(reference) }
    }

    /// The commit that `reference` stands at; empty before the first commit.
    fn resolve(&self, reference: &str) -> String {
        if !is_plain(reference) {
            return String::new();
        }
        let loose = [&self.own, &self.common]
            .into_iter()
            .find_map(|directory| fs::read_to_string(directory.join(reference)).ok());
        match loose {
            Some(text) => commit_hash(text.trim()),
            None => self.resolve_packed(reference).unwrap_or_default(),
        }
    }

    fn resolve_packed(&self, reference: &str) -> Option<String> {
        let packed = fs::read_to_string(self.common.join("packed-refs")).ok()?;
        packed.lines().find_map(|line| {
            let (hash, name) = line.split_once(' ')?;
            (name == reference).then(|| commit_hash(hash))
        })
    }
}

/// Whether a reference is a relative path that stays below git's directory.
fn is_plain(reference: &str) -> bool {
    !reference.starts_with('/') && !reference.split('/').any(|part| part.is_empty() || part == "..")
}

/// `text` if it looks like a commit's hash, else nothing.
fn commit_hash(text: &str) -> String {
    let plausible = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if plausible { text.to_owned() } else { String::new() }
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
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

    const FIRST: &str = "1111111111111111111111111111111111111111";
    const SECOND: &str = "2222222222222222222222222222222222222222";

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = directory.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        directory
    }

    fn check(files: &[(&str, &str)], root: &str, branch: &str, commit: &str) {
        let directory = tree(files);
        let head = HeadReader::new(&directory.path().join(root)).read();
        assert_eq!((head.branch.as_str(), head.commit.as_str()), (branch, commit));
    }

    #[test]
    fn a_branch_is_read_from_loose_and_packed_references() {
        let head = (".git/HEAD", "ref: refs/heads/main\n");
        check(&[head, (".git/refs/heads/main", FIRST)], "", "main", FIRST);
        let packed = format!("# pack-refs with: peeled\n{SECOND} refs/heads/main\n");
        check(&[head, (".git/packed-refs", &packed)], "", "main", SECOND);
        check(&[head, (".git/refs/heads/main", FIRST), ("src/a.rs", "")], "src", "main", FIRST);
        check(&[head], "", "main", "");
    }

    #[test]
    fn a_detached_head_has_no_branch() {
        check(&[(".git/HEAD", FIRST)], "", "", FIRST);
        check(&[(".git/HEAD", "ref: ../../etc/passwd")], "", "../../etc/passwd", "");
    }

    #[test]
    fn a_linked_worktree_shares_branches() {
        let files = [
            ("linked/.git", "gitdir: ../main/.git/worktrees/linked\n"),
            ("main/.git/worktrees/linked/HEAD", "ref: refs/heads/topic\n"),
            ("main/.git/worktrees/linked/commondir", "../..\n"),
            ("main/.git/refs/heads/topic", SECOND),
        ];
        check(&files, "linked", "topic", SECOND);
    }

    #[test]
    fn a_new_commit_is_noticed() {
        let files = [(".git/HEAD", "ref: refs/heads/main"), (".git/refs/heads/main", FIRST)];
        let directory = tree(&files);
        let reader = HeadReader::new(directory.path());
        assert_eq!((reader.read().commit.as_str(), reader.read().commit.as_str()), (FIRST, FIRST));
        let reference = directory.path().join(".git/refs/heads/main");
        fs::write(&reference, SECOND).unwrap();
        let later = SystemTime::now() + std::time::Duration::from_secs(5);
        fs::File::options().write(true).open(&reference).unwrap().set_modified(later).unwrap();
        assert_eq!(reader.read().commit, SECOND);
    }

    #[test]
    fn without_version_control_there_is_no_head() {
        let directory = tree(&[("a.rs", "")]);
        let reader = HeadReader { git: GitDirectory::of(directory.path()), cached: Mutex::new(None) };
        assert_eq!(reader.read(), Head::default());
    }
}
