//! Histories of small repositories, made by git itself.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::*;

/// A repository whose commits are one day apart.
struct Git {
    dir: TempDir,
    day: u32,
}

impl Git {
    fn new() -> Self {
        let git = Self { dir: tempfile::tempdir().unwrap(), day: 0 };
        git.run(&["init", "--quiet", "--initial-branch=main"]);
        git
    }

    /// A repository with commits that change the files named in each row, separated by blanks. A first commit adds
    /// a file of its own, since it does not count.
    fn with_commits(commits: &[&str]) -> Self {
        let mut git = Self::new();
        git.commit("first");
        commits.iter().for_each(|files| git.commit(files));
        git
    }

    fn root(&self) -> &Path {
        self.dir.path()
    }

    /// Runs git without the settings of whoever runs the tests.
    fn run(&self, arguments: &[&str]) -> String {
        let date = format!("{} +0000", 1_700_000_000 + self.day * 86_400);
        let output = Command::new("git")
            .current_dir(self.root())
            .args(["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"])
            .args(["-c", "protocol.file.allow=always"])
            .args(arguments)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_DATE", &date)
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {error}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Changes the files named in `files` and commits them; a name after `-` is removed.
    fn commit(&mut self, files: &str) {
        self.day += 1;
        for name in files.split_whitespace() {
            if let Some(name) = name.strip_prefix('-') {
                fs::remove_file(self.root().join(name)).unwrap();
                continue;
            }
            let path = self.root().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let before = fs::read_to_string(&path).unwrap_or_default();
            fs::write(&path, format!("{before}{name} {}\n", self.day)).unwrap();
        }
        self.run(&["add", "--all"]);
        self.run(&["commit", "--quiet", "--message", files]);
    }

    fn history(&self) -> History {
        read(self.root())
    }
}

fn read(root: &Path) -> History {
    History::read(root, HistoryOptions::default()).unwrap()
}

/// The files that change with `path`, each with the commits of both.
fn partners(history: &History, path: &str) -> Vec<String> {
    let found = history.changed_with(path, 100);
    assert!(found.iter().all(|other| other.score > 0.0 && other.score <= 1.0001), "{found:?}");
    found.iter().map(|other| format!("{} {}", other.path, other.commits)).collect()
}

/// Asserts that two histories say the same.
#[track_caller]
fn assert_same(left: &History, right: &History) {
    assert_eq!(left.head(), right.head());
    assert_eq!(left.commits, right.commits);
    let paths = left.commits.iter().flat_map(|commit| &commit.files).map(|file| &file.path);
    for path in paths {
        assert_eq!(left.changed_with(path, 100), right.changed_with(path, 100), "{path}");
    }
}

#[test]
fn files_of_one_commit_change_together() {
    let history = Git::with_commits(&["a b", "a b", "a c", "a c d", "a c", "d"]).history();
    assert_eq!(history.commit_count(), 6);
    assert_eq!(partners(&history, "a"), ["c 3", "b 2"]);
    assert_eq!(partners(&history, "b"), ["a 2"]);
    assert_eq!(partners(&history, "d"), Vec::<String>::new(), "once is not enough");
    assert_eq!(history.changed_with("a", 1).len(), 1);
    assert_eq!(history.changed_with("unknown", 10), []);
}

#[test]
fn scores_are_symmetrical_and_fall_with_size_and_age() {
    let git = Git::with_commits(&["a b", "a b", "c d x y", "c d x y"]);
    let score = |history: &History, path: &str| history.changed_with(path, 1)[0].score;
    let history = git.history();
    assert!((score(&history, "a") - 1.0).abs() < 1e-6);
    assert!((score(&history, "c") - 1.0 / 3.0).abs() < 1e-6);
    assert_eq!(score(&history, "a"), score(&history, "b"));

    let mixed = Git::with_commits(&["a b", "a b", "a c", "a c"]);
    let quick = HistoryOptions { half_life_days: 1.0, ..HistoryOptions::default() };
    let history = History::read(mixed.root(), quick).unwrap();
    assert_eq!(partners(&history, "a"), ["c 2", "b 2"]);
    let found = history.changed_with("a", 2);
    assert!(found[0].score > found[1].score * 1.5, "{found:?}");
}

#[test]
fn merges_sweeps_and_the_first_commit_do_not_count() {
    let mut git = Git::with_commits(&["a b", "a b"]);
    let many: String = (0..31).map(|number| format!("many/{number} ")).collect();
    git.commit(&many);
    git.commit(&many);
    git.run(&["checkout", "--quiet", "-b", "side", "HEAD~1"]);
    git.commit("a c");
    git.run(&["checkout", "--quiet", "main"]);
    git.commit("d");
    git.run(&["merge", "--quiet", "--no-edit", "side"]);
    let history = git.history();
    assert_eq!(history.commit_count(), 4);
    assert_eq!(partners(&history, "many/1"), Vec::<String>::new());
    assert_eq!(partners(&history, "a"), ["b 2"]);
}

#[test]
fn caps_hold() {
    let git = Git::with_commits(&["a b", "a b", "a c", "a c", "a d", "a d"]);
    let read = |options| History::read(git.root(), options).unwrap();
    let newest = read(HistoryOptions { max_commits: 4, ..HistoryOptions::default() });
    assert_eq!(partners(&newest, "a"), ["d 2", "c 2"]);
    let few = read(HistoryOptions { max_partners: 1, ..HistoryOptions::default() });
    assert_eq!(partners(&few, "a"), ["d 2"]);
    let visited = read(HistoryOptions { max_visited: 3, ..HistoryOptions::default() });
    assert_eq!(visited.commit_count(), 3);
}

#[test]
fn removed_files_are_gone_and_renames_are_not_followed() {
    let mut git = Git::with_commits(&["a b c", "a b c"]);
    git.commit("-b a");
    fs::rename(git.root().join("c"), git.root().join("new")).unwrap();
    git.commit("a");
    let history = git.history();
    assert_eq!(partners(&history, "a"), Vec::<String>::new());
    git.commit("a new");
    assert_eq!(partners(&git.history(), "a"), ["new 2"]);
}

#[test]
fn links_and_submodules_are_no_files() {
    let inner = Git::with_commits(&["x"]);
    let mut git = Git::with_commits(&["a"]);
    git.run(&["submodule", "--quiet", "add", inner.root().to_str().unwrap(), "inner"]);
    std::os::unix::fs::symlink("a", git.root().join("link")).unwrap();
    git.commit("a b");
    git.commit("a b");
    assert_eq!(partners(&git.history(), "a"), ["b 2"]);
    let submodule = read(&git.root().join("inner"));
    assert_eq!(submodule.commit_count(), 1, "its own history");
}

#[test]
fn paths_are_relative_to_the_root() {
    let files = "sub/deep/a sub/b other";
    let git = Git::with_commits(&[files, files, "other", "other"]);
    let history = read(&git.root().join("sub"));
    assert_eq!(history.commit_count(), 2);
    assert_eq!(partners(&history, "deep/a"), ["b 2"]);
    assert_eq!(read(&git.root().join("sub/deep")).commit_count(), 2);
    fs::create_dir(git.root().join("untracked")).unwrap();
    assert_eq!(read(&git.root().join("untracked")).commit_count(), 0);
}

#[test]
fn worktrees_have_their_own_head() {
    let mut git = Git::with_commits(&["a b", "a b"]);
    let elsewhere = tempfile::tempdir().unwrap();
    let worktree = elsewhere.path().join("w");
    git.run(&["worktree", "add", "--quiet", "-b", "other", worktree.to_str().unwrap()]);
    git.commit("a b");
    assert_eq!(partners(&read(&worktree), "a"), ["b 2"]);
    assert_eq!(partners(&git.history(), "a"), ["b 3"]);
}

#[test]
fn repositories_without_commits_or_work_trees() {
    let empty = Git::new();
    let history = empty.history();
    assert_eq!((history.head(), history.commit_count()), (None, 0));
    assert_same(&history.advanced(empty.root()).unwrap(), &history);

    let nowhere = tempfile::tempdir().unwrap();
    let missing = |path: &Path| History::read(path, HistoryOptions::default()).err();
    assert!(matches!(missing(nowhere.path()), Some(HistoryError::NoRepository { .. })));
    assert!(matches!(missing(&nowhere.path().join("not/there")), Some(HistoryError::NoRepository { .. })));
    empty.run(&["init", "--quiet", "--bare", nowhere.path().join("bare").to_str().unwrap()]);
    assert!(matches!(missing(&nowhere.path().join("bare")), Some(HistoryError::NoRepository { .. })));
    fs::create_dir(nowhere.path().join(".git")).unwrap();
    assert!(matches!(missing(nowhere.path()), Some(HistoryError::Unreadable { .. })));
}

#[test]
fn shallow_clones_end_where_they_end() {
    let git = Git::with_commits(&["a b", "a b", "a b", "a b"]);
    let clone = tempfile::tempdir().unwrap();
    let target = clone.path().join("clone");
    let source = format!("file://{}", git.root().display());
    git.run(&["clone", "--quiet", "--depth=3", &source, target.to_str().unwrap()]);
    let history = read(&target);
    assert_eq!((history.commit_count(), history.unreadable_count()), (2, 0));
    assert_eq!(partners(&history, "a"), ["b 2"]);
}

#[test]
fn advancing_equals_reading_anew() {
    let mut git = Git::with_commits(&["a b", "a b c", "b c"]);
    let mut advanced = git.history();
    for files in ["a c", "b c d", "-c a", "a d", "c"] {
        git.commit(files);
        advanced = advanced.advanced(git.root()).unwrap();
        assert_same(&advanced, &git.history());
    }
    git.run(&["checkout", "--quiet", "-b", "side", "HEAD~4"]);
    git.commit("a b");
    git.commit("b c");
    git.run(&["checkout", "--quiet", "main"]);
    git.commit("d");
    git.run(&["merge", "--quiet", "--no-edit", "-X", "ours", "side"]);
    let read_before = advanced.visited.len();
    advanced = advanced.advanced(git.root()).unwrap();
    assert_eq!(advanced.visited.len(), read_before + 4);
    assert_same(&advanced, &git.history());
    assert_same(&advanced.advanced(git.root()).unwrap(), &advanced);
}

#[test]
fn rewritten_histories_are_read_anew() {
    let mut git = Git::with_commits(&["a b", "a b", "a c", "a c"]);
    let known = git.history();
    git.run(&["reset", "--quiet", "--hard", "HEAD~2"]);
    assert_same(&known.advanced(git.root()).unwrap(), &git.history());
    git.commit("a d");
    git.commit("a d");
    assert_same(&known.advanced(git.root()).unwrap(), &git.history());
    git.run(&["checkout", "--quiet", "--orphan", "elsewhere"]);
    git.commit("a b");
    assert_same(&known.advanced(git.root()).unwrap(), &git.history());
}

/// Every file below `directory`.
fn files_below(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() { files_below(&entry.path(), files) } else { files.push(entry.path()) }
    }
}

/// Overwrites each object file in turn, in several ways, and reads.
fn read_with_each_file_damaged(git: &Git) {
    let mut objects = Vec::new();
    files_below(&git.root().join(".git/objects"), &mut objects);
    objects.push(git.root().join(".git/HEAD"));
    objects.push(git.root().join(".git/config"));
    let known = git.history();
    for path in objects {
        let whole = fs::read(&path).unwrap();
        let half = whole.len() / 2;
        let flipped = |step: usize| {
            let flip = |(at, byte): (usize, &u8)| if at % step == step / 2 { !byte } else { *byte };
            whole.iter().enumerate().map(flip).collect::<Vec<u8>>()
        };
        for damaged in [Vec::new(), whole[..half].to_vec(), flipped(2), flipped(17), flipped(97)] {
            fs::remove_file(&path).unwrap();
            fs::write(&path, damaged).unwrap();
            let _ = History::read(git.root(), HistoryOptions::default());
            let _ = known.advanced(git.root());
        }
        fs::remove_file(&path).unwrap();
        fs::write(&path, whole).unwrap();
    }
    assert_same(&git.history(), &known);
}

#[test]
fn damaged_objects_cost_no_more_than_their_commits() {
    let git = Git::with_commits(&["a b", "a d/b", "a b d/b", "a d/e b"]);
    read_with_each_file_damaged(&git);
    git.run(&["gc", "--quiet", "--aggressive", "--prune=now"]);
    read_with_each_file_damaged(&git);
}

#[test]
fn a_missing_tree_leaves_out_its_commits() {
    let git = Git::with_commits(&["a b", "a b", "a c", "a b"]);
    let tree = git.run(&["rev-parse", "HEAD~1^{tree}"]);
    let (folder, name) = tree.trim().split_at(2);
    fs::remove_file(git.root().join(".git/objects").join(folder).join(name)).unwrap();
    let history = git.history();
    assert_eq!((history.commit_count(), history.unreadable_count()), (2, 2));
    assert_eq!(partners(&history, "a"), ["b 2"]);
}

/// The files of the tree at `root` that differ from `revision`.
fn changed(root: &Path, revision: &str) -> Result<Vec<String>, HistoryError> {
    let mut paths: Vec<Arc<str>> = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() && !entry.ends_with(".git") {
                folders.push(entry);
            } else if entry.is_file() {
                paths.push(entry.strip_prefix(root).unwrap().to_str().unwrap().into());
            }
        }
    }
    Ok(changed_since(root, revision, paths.iter())?.iter().map(ToString::to_string).collect())
}

#[test]
fn files_that_differ_from_a_revision_are_told() {
    let mut git = Git::with_commits(&["a b sub/c sub/d", "a"]);
    assert_eq!(changed(git.root(), "HEAD").unwrap(), [""; 0]);
    assert_eq!(changed(git.root(), "HEAD~1").unwrap(), ["a"]);
    git.run(&["tag", "before"]);
    git.commit("sub/d");
    fs::write(git.root().join("b"), "edited").unwrap();
    fs::write(git.root().join("sub/new"), "new").unwrap();
    assert_eq!(changed(git.root(), "HEAD").unwrap(), ["b", "sub/new"]);
    assert_eq!(changed(git.root(), "before").unwrap(), ["b", "sub/d", "sub/new"]);
    assert_eq!(changed(&git.root().join("sub"), "before").unwrap(), ["d", "new"]);
    let hash = git.run(&["rev-parse", "before"]);
    assert_eq!(changed(git.root(), &hash[..10]).unwrap(), ["b", "sub/d", "sub/new"]);
}

#[test]
fn a_file_that_was_changed_and_changed_back_does_not_differ() {
    let git = Git::with_commits(&["a b"]);
    let text = fs::read(git.root().join("a")).unwrap();
    fs::write(git.root().join("a"), "something else").unwrap();
    git.run(&["add", "a"]);
    assert_eq!(changed(git.root(), "main").unwrap(), ["a"]);
    fs::write(git.root().join("a"), text).unwrap();
    assert_eq!(changed(git.root(), "main").unwrap(), [""; 0]);
    fs::remove_file(git.root().join(".git/index")).unwrap();
    assert_eq!(changed(git.root(), "main").unwrap(), [""; 0]);
}

#[test]
fn a_revision_that_is_none_is_told_from_a_directory_without_git() {
    let git = Git::with_commits(&["a"]);
    for revision in ["no-such-branch", "HEAD~99", "3d", "", "a b", "^main"] {
        let error = changed(git.root(), revision).unwrap_err();
        assert!(matches!(error, HistoryError::UnknownRevision { .. }), "{revision}: {error}");
    }
    let plain = tempfile::tempdir().unwrap();
    assert!(matches!(changed(plain.path(), "main"), Err(HistoryError::NoRepository { .. })));
}

#[test]
fn commits_tell_what_they_wrote_and_what_of_it_stands() {
    let mut git = Git::new();
    git.commit("first");
    git.commit("long_name_of_a.txt long_name_of_b.txt");
    git.commit("long_name_of_a.txt");
    git.commit("-long_name_of_b.txt");
    let told = told_commits(git.root(), HistoryOptions::default()).unwrap();
    let wrote: Vec<(&str, &[(u32, u32)])> =
        told.iter().map(|told| (told.subject.as_str(), told.files[0].pieces.as_slice())).collect();
    assert_eq!(
        wrote,
        [("long_name_of_a.txt", &[(2, 2)][..]), ("long_name_of_a.txt long_name_of_b.txt", &[(1, 1)][..])]
    );
    assert!(told_commits(tempfile::tempdir().unwrap().path(), HistoryOptions::default()).is_err());
}
