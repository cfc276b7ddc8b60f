//! The scope against real trees: rule by rule, walk against lookup, and both against git itself.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::process::Command;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::scan;

/// A temporary tree; each entry of `files` is a path and its text.
fn tree(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

fn options(include: &[&str], exclude: &[&str]) -> ScopeOptions {
    let owned = |patterns: &[&str]| patterns.iter().map(|&pattern| pattern.to_owned()).collect();
    let config = ScopeConfig { include: owned(include), exclude: owned(exclude) };
    ScopeOptions { config, ..ScopeOptions::default() }
}

fn walked(scope: &Scope) -> Vec<String> {
    scan::walk(scope).unwrap().files.iter().map(|file| file.path.to_string()).collect()
}

/// Every file below `directory` except those of version control, without any rule.
fn all_files(root: &Path, directory: &Path, files: &mut Vec<String>) {
    for entry in directory.read_dir().unwrap().map(Result::unwrap) {
        if entry.file_name() == ".git" {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            all_files(root, &entry.path(), files);
        } else {
            files.push(relative_path(root, &entry.path()).unwrap());
        }
    }
}

/// The files in scope by walking; checks that looking each file up, and explaining it, agrees.
fn in_scope(root: &Path, options: &ScopeOptions) -> Vec<String> {
    let scope = Scope::new(root, options).unwrap();
    let mut files = Vec::new();
    all_files(scope.root(), scope.root(), &mut files);
    files.sort();
    let looked_up = |path: &String| scope.is_in_scope(path, false) == Verdict::In;
    let explained = |path: &String| scope.explain(path).verdict == Verdict::In;
    assert_eq!(files.iter().filter(|path| looked_up(path)).cloned().collect::<Vec<_>>(), walked(&scope));
    assert_eq!(files.iter().filter(|path| explained(path)).cloned().collect::<Vec<_>>(), walked(&scope));
    walked(&scope)
}

fn check(files: &[(&str, &str)], include: &[&str], exclude: &[&str], expected: &[&str]) {
    let dir = tree(files);
    assert_eq!(in_scope(dir.path(), &options(include, exclude)), expected);
}

#[test]
fn git_rules_hold_at_every_level_without_a_repository() {
    check(
        &[
            (".gitignore", "*.log\n/out/\n"),
            ("a.log", ""),
            ("out/x", ""),
            ("src/out/x", ""),
            ("src/b.log", ""),
        ],
        &[],
        &[],
        &[".gitignore", "src/out/x"],
    );
    check(
        &[(".gitignore", "*.log"), ("src/.gitignore", "!keep.log"), ("src/keep.log", ""), ("keep.log", "")],
        &[],
        &[],
        &[".gitignore", "src/.gitignore", "src/keep.log"],
    );
}

#[test]
fn hidden_files_are_in_scope_and_version_control_is_not() {
    check(
        &[
            (".github/ci.yml", ""),
            (".git/config", ""),
            (".hg/x", ""),
            ("sub/.svn/x", ""),
            (".env.example", ""),
        ],
        &[],
        &[],
        &[".env.example", ".github/ci.yml"],
    );
}

#[test]
fn the_own_ignore_file_wins_over_gits() {
    check(
        &[(".gitignore", "*.gen"), (".contexdignore", "!a.gen\ndocs/"), ("a.gen", ""), ("docs/x", "")],
        &[],
        &[],
        &[".contexdignore", ".gitignore", "a.gen"],
    );
}

#[test]
fn the_configuration_wins_over_ignore_files() {
    let files = [
        (".gitignore", "target/\n*.pb"),
        ("target/gen/a.rs", ""),
        ("target/gen/deep/b.rs", ""),
        ("target/debug/c.rs", ""),
        ("x.pb", ""),
    ];
    check(&files, &["target/gen/**"], &["deep/"], &[".gitignore", "target/gen/a.rs"]);
    check(
        &files,
        &["target/", "*.pb"],
        &["*.pb"],
        &[".gitignore", "target/debug/c.rs", "target/gen/a.rs", "target/gen/deep/b.rs"],
    );
    check(&files, &["**/c.rs"], &[], &[".gitignore"]);
}

#[test]
fn rules_above_the_root_hold_up_to_the_repository() {
    let files = [
        (".gitignore", "*.tmp"),
        ("repo/.git/info/exclude", "*.local"),
        ("repo/.gitignore", "/pkg/skip\n*.log"),
        ("repo/pkg/skip", ""),
        ("repo/pkg/a.log", ""),
        ("repo/pkg/a.local", ""),
        ("repo/pkg/a.tmp", ""),
        ("repo/pkg/a.rs", ""),
    ];
    let dir = tree(&files);
    assert_eq!(in_scope(&dir.path().join("repo/pkg"), &ScopeOptions::default()), ["a.rs", "a.tmp"]);
}

#[test]
fn a_nested_repository_has_only_its_own_rules() {
    let files = [
        (".gitignore", "*.log"),
        (".contexdignore", "*.big"),
        ("sub/.git/info/exclude", "*.local"),
        ("sub/a.log", ""),
        ("sub/a.local", ""),
        ("sub/a.big", ""),
        ("global.me", ""),
        ("global-ignore", "*.me"),
        ("sub/x.me", ""),
    ];
    let dir = tree(&files);
    let global_gitignore = Some(dir.path().join("global-ignore"));
    let found = in_scope(dir.path(), &ScopeOptions { global_gitignore, ..ScopeOptions::default() });
    assert_eq!(found, [".contexdignore", ".gitignore", "global-ignore", "sub/a.log"]);
}

#[test]
fn the_deciding_rule_is_named() {
    let dir =
        tree(&[(".gitignore", "# made\n\ntarget/\n!x.o"), ("target/a/b.rs", ""), ("x.o", ""), ("y", "")]);
    let scope = Scope::new(dir.path(), &options(&[], &["y"])).unwrap();
    let explain = |path| {
        let Explanation { verdict, decided_at, reason } = scope.explain(path);
        let rule = |rule: &Rule| format!("{:?} {:?}", rule.line, rule.pattern);
        let reason = match &reason {
            Reason::IgnoreFile(named) | Reason::Exclude(named) => rule(named),
            other => format!("{other:?}"),
        };
        format!("{verdict:?} {decided_at} {reason}")
    };
    assert_eq!(explain("target/a/b.rs"), "Out target Some(3) \"target/\"");
    assert_eq!(explain("x.o"), "In x.o Some(4) \"!x.o\"");
    assert_eq!(explain("y"), "Out y None \"y\"");
    assert_eq!(explain(".git/HEAD"), "Out .git VersionControl");
    assert_eq!(explain("new/file"), "In new/file Unmentioned");
    for outside in ["../x", "/x", "", "a//b", "."] {
        assert_eq!(scope.explain(outside).reason, Reason::OutsideRoot);
        assert_eq!(scope.is_in_scope(outside, true), Verdict::Out);
    }
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let dir = tree(&[("real/a.rs", "")]);
    std::os::unix::fs::symlink(dir.path(), dir.path().join("real/loop")).unwrap();
    let scope = Scope::new(dir.path(), &ScopeOptions::default()).unwrap();
    assert_eq!(walked(&scope), ["real/a.rs", "real/loop"]);
    assert_eq!(scope.is_in_scope("real/loop/real/a.rs", false), Verdict::Out);
    assert_eq!(scope.explain("real/loop/real/a.rs").reason, Reason::BelowSymlink);
}

#[test]
fn the_index_does_not_index_itself() {
    let dir = tree(&[("cache/index/db", ""), ("cache/a", "")]);
    let index_directory = Some(dir.path().join("cache/index"));
    assert_eq!(
        in_scope(dir.path(), &ScopeOptions { index_directory, ..ScopeOptions::default() }),
        ["cache/a"]
    );
}

#[test]
fn broad_roots_are_refused() {
    let home = tree(&[("project/a", "")]);
    let refused = |root: &Path, allow_broad_root| {
        let home = Some(home.path().to_owned());
        let options = ScopeOptions { home, allow_broad_root, ..ScopeOptions::default() };
        matches!(Scope::new(root, &options), Err(IndexerError::BroadRoot { .. }))
    };
    assert!(refused(Path::new("/"), false));
    assert!(refused(home.path(), false));
    assert!(refused(home.path().parent().unwrap(), false));
    assert!(!refused(&home.path().join("project"), false));
    assert!(!refused(home.path(), true));
}

#[test]
fn a_changed_ignore_file_counts_once_the_old_one_is_forgotten() {
    let dir = tree(&[("src/.gitignore", "a"), ("src/a", ""), ("src/b", "")]);
    let scope = Scope::new(dir.path(), &ScopeOptions::default()).unwrap();
    assert_eq!(scope.is_in_scope("src/a", false), Verdict::Out);
    fs::write(dir.path().join("src/.gitignore"), "b").unwrap();
    scope.forget("src");
    assert_eq!(scope.is_in_scope("src/a", false), Verdict::In);
    assert_eq!(scope.is_in_scope("src/b", false), Verdict::Out);
}

#[test]
fn invalid_patterns_of_the_configuration_are_errors() {
    let dir = tree(&[]);
    let error = Scope::new(dir.path(), &options(&["a["], &[])).unwrap_err();
    assert!(matches!(error, IndexerError::Config { .. }), "{error}");
}

/// What git itself would track.
fn git_files(root: &Path) -> Vec<String> {
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.current_dir(root).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        let output = command.args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    git(&["init", "--quiet"]);
    let listed = git(&["ls-files", "--others", "--exclude-standard", "-z"]);
    let mut files: Vec<String> = listed.split_terminator('\0').map(str::to_owned).collect();
    files.sort();
    files
}

const NAMES: [&str; 5] = ["a", "b", "c.rs", "d.log", "e"];
const PATTERNS: [&str; 14] = [
    "a", "b/", "*.rs", "!c.rs", "/a", "a/b", "**/d.log", "a/**", "!a/", "/b/*", "!/b/a", "*", "!*/", "# note",
];

fn paths() -> impl Strategy<Value = Vec<String>> {
    let path =
        prop::collection::vec(prop::sample::select(&NAMES[..]), 1..4).prop_map(|parts| parts.join("/"));
    prop::collection::vec(path, 1..16)
}

fn ignore_files() -> impl Strategy<Value = Vec<(String, String)>> {
    let directory = prop::sample::select(&["", "a/", "b/", "a/b/", "a/a/"][..]);
    let lines = prop::collection::vec(prop::sample::select(&PATTERNS[..]), 1..4);
    prop::collection::vec((directory.prop_map(str::to_owned), lines.prop_map(|lines| lines.join("\n"))), 0..4)
}

fn write_where_possible(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    if fs::create_dir_all(path.parent().unwrap()).is_ok() && !path.is_dir() {
        let _ = fs::write(path, text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn walk_lookup_and_git_agree(paths in paths(), git in ignore_files()) {
        let dir = tree(&[]);
        paths.iter().for_each(|path| write_where_possible(dir.path(), path, ""));
        git.iter().for_each(|(at, text)| write_where_possible(dir.path(), &format!("{at}.gitignore"), text));
        let expected = git_files(dir.path());
        prop_assert_eq!(in_scope(dir.path(), &ScopeOptions::default()), expected);
    }

    #[test]
    fn walk_and_lookup_agree_under_all_rules(
        paths in paths(),
        git in ignore_files(),
        own in ignore_files(),
        include in prop::collection::vec(prop::sample::select(&["a/b/**", "c.rs", "b/", "a/*/e"][..]), 0..3),
        exclude in prop::collection::vec(prop::sample::select(&PATTERNS[..]), 0..2),
    ) {
        let dir = tree(&[]);
        paths.iter().for_each(|path| write_where_possible(dir.path(), path, ""));
        git.iter().for_each(|(at, text)| write_where_possible(dir.path(), &format!("{at}.gitignore"), text));
        own.iter().for_each(|(at, text)| write_where_possible(dir.path(), &format!("{at}.contexdignore"), text));
        write_where_possible(dir.path(), "a/b/.git/HEAD", "");
        in_scope(dir.path(), &options(&include, &exclude));
    }
}
