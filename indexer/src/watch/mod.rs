//! The watcher: a thin, lossy adapter between the system's notifications and "something happened at these paths".
//!
//! Every directory in scope has a watch of its own, so that ignored ones cost nothing. All watches share one queue
//! with that of a private directory: a file written there (a cookie) is told after everything that happened before.

mod changes;

use std::collections::BTreeSet;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use notify::event::EventKindMask;
use notify::{ErrorKind, PathOp, RecommendedWatcher, RecursiveMode, WatchPathConfig, Watcher};

use changes::Interpreter;
pub(crate) use changes::{Changes, Inbox};

use crate::scan::relative_path;
use crate::scope::git_dir::GitDir;
use crate::scope::is_at_or_below;

/// Watches of one root.
pub(crate) struct Watch {
    watcher: RecommendedWatcher,
    root: PathBuf,
    cookies: PathBuf,
    watched: BTreeSet<Arc<str>>,
    most: usize,
    /// Why not everything is watched.
    incomplete: Option<String>,
}

impl Watch {
    /// Starts to watch the directory `cookies` and the git directory of `root`, and nothing in `root` yet. At most
    /// `most` directories of the tree will be watched.
    pub(crate) fn start(root: &Path, cookies: &Path, most: usize, inbox: Arc<Inbox>) -> Result<Self, String> {
        let cookies = prepare_cookies(cookies).map_err(|error| format!("{}: {error}", cookies.display()))?;
        let git = GitDir::of(root);
        let interpreter = Interpreter { root: root.to_owned(), cookies: cookies.clone(), git: git.clone() };
        let config =
            notify::Config::default().with_event_kinds(EventKindMask::CORE).with_follow_symlinks(false);
        let handler = move |event| inbox.add(|changes| interpreter.interpret(event, changes));
        let mut watcher = RecommendedWatcher::new(handler, config).map_err(|error| error.to_string())?;
        watcher.watch(&cookies, RecursiveMode::NonRecursive).map_err(|error| error.to_string())?;
        for directory in git.iter().flat_map(|git| [git.own.clone(), git.common.join("info")]) {
            if let Err(error) = watcher.watch(&directory, RecursiveMode::NonRecursive) {
                tracing::debug!(directory = %directory.display(), %error, "cannot watch git directory");
            }
        }
        let (root, watched) = (root.to_owned(), BTreeSet::new());
        Ok(Self { watcher, root, cookies, watched, most, incomplete: None })
    }

    /// Number of directories of the tree that are watched.
    pub(crate) fn directories(&self) -> usize {
        self.watched.len()
    }

    /// Watches `directories` as far as they are not. Whatever happens in them from then on will be told.
    pub(crate) fn add(&mut self, directories: &[Arc<str>]) {
        let is_new = |directory: &&Arc<str>| !self.watched.contains(*directory);
        let mut new: Vec<Arc<str>> = directories.iter().filter(is_new).cloned().collect();
        let room = self.most.saturating_sub(self.watched.len());
        if new.len() > room {
            self.incomplete = Some(format!("more than {} directories to watch", self.most));
            new.truncate(room);
        }
        let config = WatchPathConfig::new(RecursiveMode::NonRecursive).with_dereference_symlinks(false);
        let watch = |directory: &Arc<str>| PathOp::Watch(self.root.join(&**directory), config.clone());
        let operations = new.iter().map(watch).collect();
        self.watched.extend(new);
        self.update(operations);
    }

    /// Forgets the watches of `path` and everything below it, which may be other directories now.
    pub(crate) fn forget(&mut self, path: &str) {
        let from = (Bound::Included(path), Bound::Unbounded);
        let near = self.watched.range::<str, _>(from).take_while(|known| known.starts_with(path));
        let gone: Vec<Arc<str>> = near.filter(|known| is_at_or_below(known, path)).map(Arc::clone).collect();
        self.remove(&gone);
    }

    /// Ends the watches of directories that are not among `listed`.
    pub(crate) fn retain(&mut self, listed: &BTreeSet<Arc<str>>) {
        let gone: Vec<Arc<str>> = self.watched.difference(listed).cloned().collect();
        self.remove(&gone);
    }

    fn remove(&mut self, directories: &[Arc<str>]) {
        for directory in directories {
            self.watched.remove(directory);
            // The watcher may have noticed by itself that it is gone.
            let _ = self.watcher.unwatch(&self.root.join(&**directory));
        }
    }

    /// Why not everything is watched, if so; asking clears it.
    pub(crate) fn take_incomplete(&mut self) -> Option<String> {
        self.incomplete.take()
    }

    /// Writes a cookie. When the [`Inbox`] has it, it has all that happened before.
    pub(crate) fn write_cookie(&self, number: u64) -> std::io::Result<()> {
        let path = self.cookies.join(number.to_string());
        std::fs::write(&path, "")?;
        std::fs::remove_file(&path)
    }

    fn update(&mut self, mut operations: Vec<PathOp>) {
        while !operations.is_empty() {
            let Err(error) = self.watcher.update_paths(operations) else { return };
            error.origin.iter().for_each(|operation| self.unmark(operation.as_path()));
            operations = error.remaining;
            match &error.source.kind {
                ErrorKind::MaxFilesWatch => {
                    operations.iter().for_each(|operation| self.unmark(operation.as_path()));
                    self.incomplete = Some("the system's limit of watches is reached".to_owned());
                    return;
                }
                kind if is_passing(kind) => {}
                _ => self.incomplete = Some(error.source.to_string()),
            }
        }
    }

    fn unmark(&mut self, directory: &Path) {
        if let Some(relative) = relative_path(&self.root, directory) {
            self.watched.remove(relative.as_str());
        }
    }
}

/// Whether a directory that could not be watched will be told of by its parent once it can be.
fn is_passing(kind: &ErrorKind) -> bool {
    use std::io::ErrorKind::{NotADirectory, NotFound, PermissionDenied};
    match kind {
        ErrorKind::PathNotFound | ErrorKind::WatchNotFound => true,
        ErrorKind::Io(error) => matches!(error.kind(), NotFound | NotADirectory | PermissionDenied),
        _ => false,
    }
}

/// Makes the cookie directory and removes what an earlier process left in it.
fn prepare_cookies(directory: &Path) -> std::io::Result<PathBuf> {
    std::fs::create_dir_all(directory)?;
    for entry in directory.read_dir()? {
        let path = entry?.path();
        if path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.parse::<u64>().is_ok()) {
            std::fs::remove_file(path)?;
        }
    }
    directory.canonicalize()
}
