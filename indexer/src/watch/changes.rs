//! What the watcher says, gathered until someone takes it: hints without order, without number, never trusted.

use std::collections::BTreeSet;
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crossbeam_channel::Sender;
use notify::event::{EventKind, ModifyKind};

use crate::scan::relative_path;
use crate::scope::{CONTEXD_IGNORE, GIT_IGNORE, ScopeConfig, git_dir::GitDir};

/// With more changed paths than this the whole tree is looked at instead.
const MOST_PATHS: usize = 50_000;

/// What is known to have happened.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// Paths relative to the root at or below which something happened.
    pub(crate) paths: BTreeSet<String>,
    /// Anything may have happened anywhere.
    pub(crate) rescan: bool,
    /// The system dropped notifications.
    pub(crate) overflow: bool,
    /// Git moved `HEAD` or wrote its index.
    pub(crate) git: bool,
    /// A file that shapes the scope changed.
    pub(crate) rules: bool,
    /// The highest cookie seen: everything before it has been told.
    pub(crate) cookie: u64,
    /// Why the watcher cannot be relied on.
    pub(crate) lost: Option<String>,
}

impl Changes {
    /// Whether nothing is to be done.
    pub(crate) fn is_empty(&self) -> bool {
        self.needs_nothing_but_git() && !self.git
    }

    /// Whether only git moved, which is told for the case that the watcher missed what git did.
    pub(crate) fn is_only_git(&self) -> bool {
        self.needs_nothing_but_git() && self.git
    }

    /// Whether nothing is to be done, git's moves aside.
    pub(crate) fn needs_nothing_but_git(&self) -> bool {
        self.paths.is_empty() && !self.needs_rescan()
    }

    /// Whether the whole tree is to be looked at, git's moves aside.
    pub(crate) fn needs_rescan(&self) -> bool {
        self.rescan || self.overflow || self.rules || self.lost.is_some()
    }

    /// Number of changed paths; a change of unknown extent counts as one.
    pub(crate) fn pending(&self) -> usize {
        self.paths.len() + usize::from(self.needs_rescan())
    }

    /// Adds what `other` tells.
    pub(crate) fn merge(&mut self, other: Self) {
        let Self { paths, rescan, overflow, git, rules, cookie, lost } = other;
        self.paths.extend(paths);
        self.rescan |= rescan;
        self.overflow |= overflow;
        self.git |= git;
        self.rules |= rules;
        self.cookie = self.cookie.max(cookie);
        self.lost = self.lost.take().or(lost);
        self.limit();
    }

    fn add(&mut self, path: String) {
        self.paths.insert(path);
        self.limit();
    }

    fn limit(&mut self) {
        if self.paths.len() > MOST_PATHS {
            self.paths.clear();
            self.rescan = true;
        }
    }
}

/// Where the watcher leaves its changes.
#[derive(Debug)]
pub(crate) struct Inbox {
    changes: Mutex<Changes>,
    wake: Sender<()>,
}

impl Inbox {
    /// An inbox that sends on `wake` (which should hold one message) when something arrives.
    pub(crate) fn new(wake: Sender<()>) -> Self {
        Self { changes: Mutex::default(), wake }
    }

    /// Takes all that has arrived.
    pub(crate) fn take(&self) -> Changes {
        mem::take(&mut *self.lock())
    }

    /// Number of changes that have arrived.
    pub(crate) fn pending(&self) -> usize {
        self.lock().pending()
    }

    /// Adds to what has arrived.
    pub(crate) fn add(&self, add: impl FnOnce(&mut Changes)) {
        add(&mut self.lock());
        let _ = self.wake.try_send(());
    }

    fn lock(&self) -> MutexGuard<'_, Changes> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells what an event's paths mean.
#[derive(Debug)]
pub(crate) struct Interpreter {
    pub(crate) root: PathBuf,
    pub(crate) cookies: PathBuf,
    pub(crate) git: Option<GitDir>,
}

impl Interpreter {
    /// Adds what `event` tells to `changes`.
    pub(crate) fn interpret(&self, event: notify::Result<notify::Event>, changes: &mut Changes) {
        match event {
            Ok(event) if event.need_rescan() => changes.overflow = true,
            Ok(event) => event.paths.iter().for_each(|path| self.note(path, event.kind, changes)),
            Err(error) => changes.lost = Some(error.to_string()),
        }
    }

    fn note(&self, path: &Path, kind: EventKind, changes: &mut Changes) {
        let name = path.file_name().and_then(|name| name.to_str());
        if path.parent() == Some(&self.cookies) {
            let cookie = name.and_then(|name| name.parse().ok()).unwrap_or(0);
            changes.cookie = changes.cookie.max(cookie);
        } else if path == self.root {
            changes.rescan = true;
            if matches!(kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))) {
                changes.lost = Some("the root was moved or removed".to_owned());
            }
        } else if !self.note_git(path, name, changes) {
            self.note_file(path, name, changes);
        }
    }

    /// Whether `path` belongs to the git directory.
    fn note_git(&self, path: &Path, name: Option<&str>, changes: &mut Changes) -> bool {
        let Some(git) = &self.git else { return false };
        if path == git.exclude_file() || path == git.own {
            changes.rules = true;
        } else if path.parent() == Some(&git.own) && matches!(name, Some("HEAD" | "index")) {
            changes.git = true;
        }
        path.starts_with(&git.own) || path.starts_with(&git.common)
    }

    fn note_file(&self, path: &Path, name: Option<&str>, changes: &mut Changes) {
        match name {
            Some(GIT_IGNORE | CONTEXD_IGNORE | ".git") => changes.rules = true,
            Some(ScopeConfig::FILE_NAME) if path.parent() == Some(&self.root) => changes.rules = true,
            _ => {}
        }
        let known = path.ancestors().find_map(|path| relative_path(&self.root, path));
        match known {
            Some(relative) if !relative.is_empty() => changes.add(relative),
            Some(_) => changes.rescan = true,
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use notify::Event;
    use notify::event::{CreateKind, Flag, RemoveKind};

    use super::*;

    fn interpreted(kind: EventKind, paths: &[&str]) -> Changes {
        let git = GitDir { own: "/git/worktrees/w".into(), common: "/git".into() };
        let interpreter =
            Interpreter { root: "/repo".into(), cookies: "/index/cookies".into(), git: Some(git) };
        let mut event = Event::new(kind);
        event.paths = paths.iter().map(PathBuf::from).collect();
        let mut changes = Changes::default();
        interpreter.interpret(Ok(event), &mut changes);
        changes
    }

    fn check(path: &str, expected: Changes) {
        assert_eq!(interpreted(EventKind::Create(CreateKind::File), &[path]), expected, "{path}");
    }

    fn paths(paths: &[&str]) -> Changes {
        Changes { paths: paths.iter().map(|&path| path.to_owned()).collect(), ..Changes::default() }
    }

    #[test]
    fn a_path_means_what_lies_there() {
        check("/repo/src/a.rs", paths(&["src/a.rs"]));
        check("/index/cookies/7", Changes { cookie: 7, ..Changes::default() });
        check("/index/cookies/x", Changes::default());
        check("/repo", Changes { rescan: true, ..Changes::default() });
        check("/git/worktrees/w/HEAD", Changes { git: true, ..Changes::default() });
        check("/git/worktrees/w/index.lock", Changes::default());
        check("/git/HEAD", Changes::default());
        check("/git/worktrees/w", Changes { rules: true, ..Changes::default() });
        check("/git/info/exclude", Changes { rules: true, ..Changes::default() });
        check("/repo/a/.gitignore", Changes { rules: true, ..paths(&["a/.gitignore"]) });
        check("/repo/.contexd.toml", Changes { rules: true, ..paths(&[".contexd.toml"]) });
        check("/repo/a/.contexd.toml", paths(&["a/.contexd.toml"]));
        check("/elsewhere", Changes::default());
    }

    #[test]
    fn a_removed_root_means_that_the_watch_is_lost() {
        let changes = interpreted(EventKind::Remove(RemoveKind::Folder), &["/repo"]);
        assert!(changes.rescan && changes.lost.is_some());
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_is_not_text_stands_for_its_directory() {
        use std::os::unix::ffi::OsStrExt;
        let name = std::ffi::OsStr::from_bytes(b"a/\xff");
        let path = Path::new("/repo").join(name);
        let changes = interpreted(EventKind::Create(CreateKind::File), &[path.to_str().unwrap_or("/repo/a")]);
        assert_eq!(changes, paths(&["a"]));
        assert_eq!(relative_path(Path::new("/repo"), &path), None);
    }

    #[test]
    fn an_overflow_and_a_flood_mean_a_rescan() {
        let mut changes = Changes::default();
        let interpreter = Interpreter { root: "/repo".into(), cookies: "/c".into(), git: None };
        interpreter.interpret(Ok(Event::new(EventKind::Other).set_flag(Flag::Rescan)), &mut changes);
        assert!(changes.overflow);
        let mut flood = Changes::default();
        (0..=MOST_PATHS).for_each(|number| flood.add(number.to_string()));
        assert_eq!(flood, Changes { rescan: true, ..Changes::default() });
    }
}
