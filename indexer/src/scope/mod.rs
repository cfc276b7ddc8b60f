//! Which paths belong to the index.
//!
//! Git's ignore rules (`.gitignore` at every level, `.git/info/exclude`, the global ignore file), then
//! `.contexdignore`, then `include` and `exclude` of the repository's configuration, the later ones winning. Git's
//! rules hold even where there is no git repository; inside a nested one only its own do. Hidden files are in scope,
//! the directories of version control systems are not, symbolic links are never followed.
//!
//! The walk and the lookup of a single path ask the same function, so that they cannot disagree.

mod config;
mod directory;
pub(crate) mod git_dir;
mod rules;

use std::collections::BTreeMap;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

pub use config::ScopeConfig;
pub use directory::Reason;
use directory::{Decision, Policy, literal_lead};
pub(crate) use directory::{Directory, Treatment};
pub use rules::Rule;
pub(crate) use rules::{CONTEXD_IGNORE, GIT_IGNORE, Present};
use rules::{IgnoreFile, Rules};

use crate::IndexerError;
use crate::scan::relative_path;

/// What shapes a scope besides the ignore files in the tree.
#[derive(Clone, Debug, Default)]
pub struct ScopeOptions {
    /// `include` and `exclude` of the repository's configuration.
    pub config: ScopeConfig,
    /// The user's ignore file for all repositories.
    pub global_gitignore: Option<PathBuf>,
    /// The index's own directory, never in scope: where it lies inside the root, indexing would feed itself.
    pub index_directory: Option<PathBuf>,
    /// The user's home directory; it and the directories above it are refused as a root.
    pub home: Option<PathBuf>,
    /// Whether even the file system's root and the home directory may be indexed.
    pub allow_broad_root: bool,
}

impl ScopeOptions {
    /// Takes the home directory and the global ignore file from the process's environment.
    #[must_use]
    pub fn from_environment(config: ScopeConfig) -> Self {
        Self {
            config,
            global_gitignore: ignore::gitignore::gitconfig_excludes_path(),
            index_directory: None,
            home: std::env::home_dir(),
            allow_broad_root: false,
        }
    }
}

/// Whether a path is in scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It belongs to the index.
    In,
    /// It does not.
    Out,
}

/// Whether a path is in scope, and what decides it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The answer.
    pub verdict: Verdict,
    /// The entry that the deciding rule speaks of: the path itself or a directory above it.
    pub decided_at: String,
    /// The deciding rule.
    pub reason: Reason,
}

/// The rules of one root. Remembers the ignore files of the directories it was asked about until told to
/// [`forget`](Scope::forget) them.
#[derive(Debug)]
pub struct Scope {
    root: PathBuf,
    policy: Policy,
    /// `None` stands for a directory that is out of scope.
    directories: RwLock<BTreeMap<Arc<str>, Option<Directory>>>,
}

impl Scope {
    /// The scope of the directory `root`, whose path is made canonical.
    ///
    /// # Errors
    /// When `root` is not a readable directory or too broad, or when a pattern of the configuration is invalid.
    pub fn new(root: &Path, options: &ScopeOptions) -> Result<Self, IndexerError> {
        let canonical = root.canonicalize().map_err(|error| IndexerError::root(root, error))?;
        if !canonical.is_dir() {
            return Err(IndexerError::root(root, std::io::ErrorKind::NotADirectory.into()));
        }
        if !options.allow_broad_root && is_broad(&canonical, options.home.as_deref()) {
            return Err(IndexerError::BroadRoot { path: canonical });
        }
        let policy = policy(&canonical, options)?;
        Ok(Self { root: canonical, policy, directories: RwLock::default() })
    }

    /// The canonical path of the root.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether the entry at `path` (relative to the root, with `/`) is in scope. Does not look whether it exists.
    #[must_use]
    pub fn is_in_scope(&self, path: &str, is_dir: bool) -> Verdict {
        let answer = self.with_decision(path, is_dir, |decision| decision.is_in_scope());
        if answer.unwrap_or(false) { Verdict::In } else { Verdict::Out }
    }

    /// Which rule decides about `path`.
    #[must_use]
    pub fn explain(&self, path: &str) -> Explanation {
        if !is_inside(path) {
            return Explanation::out(path, Reason::OutsideRoot);
        }
        let mut deciding = (path, Reason::Unmentioned);
        for step in component_ends(path).map(|end| &path[..end]) {
            let kind = self.root.join(step).symlink_metadata().map(|metadata| metadata.file_type());
            if step != path && kind.as_ref().is_ok_and(std::fs::FileType::is_symlink) {
                return Explanation::out(step, Reason::BelowSymlink);
            }
            let is_dir = step != path || kind.is_ok_and(|kind| kind.is_dir());
            let answer = |decision: Decision<'_>| (decision.is_in_scope(), decision.reason());
            let Some((is_in_scope, reason)) = self.with_decision(step, is_dir, answer) else {
                return Explanation::out(step, Reason::Unmentioned);
            };
            if let Some(reason) = reason.filter(|reason| *reason != Reason::Unmentioned) {
                deciding = (step, reason);
            }
            if !is_in_scope {
                return Explanation::out(deciding.0, deciding.1);
            }
        }
        Explanation { verdict: Verdict::In, decided_at: deciding.0.to_owned(), reason: deciding.1 }
    }

    /// Drops what is remembered of `path` and everything below it (all, for the empty path), so that ignore files
    /// are read again.
    pub fn forget(&self, path: &str) {
        let mut directories = self.directories.write().unwrap_or_else(PoisonError::into_inner);
        if path.is_empty() {
            directories.clear();
        } else {
            directories.remove(path);
            let first = format!("{path}/");
            let from_first = directories.range::<str, _>((Bound::Included(first.as_str()), Bound::Unbounded));
            let below = from_first.map(|(known, _)| known).take_while(|known| is_at_or_below(known, path));
            for known in below.map(Arc::clone).collect::<Vec<_>>() {
                directories.remove(&known);
            }
        }
    }

    /// The root as a directory, its rules read from the disk.
    pub(crate) fn root_directory(&self) -> Directory {
        let rules = Rules::of_root(&self.root, self.policy.global.clone());
        Directory { path: "".into(), treatment: Treatment::Rules, rules }
    }

    /// Decides about an entry of `parent`.
    pub(crate) fn decide<'a>(&'a self, parent: &'a Directory, path: &str, is_dir: bool) -> Decision<'a> {
        parent.decide(&self.policy, path, is_dir)
    }

    /// The directory at `path` inside `parent`.
    pub(crate) fn enter(
        &self,
        parent: &Directory,
        path: Arc<str>,
        treatment: Treatment,
        present: Present,
    ) -> Directory {
        let absolute = self.root.join(&*path);
        parent.enter(&self.policy, &absolute, path, treatment, present)
    }

    /// The directory at `path` with the rules in force inside it; `None` when it is out of scope, or reached through
    /// a symbolic link.
    pub(crate) fn directory(&self, path: &str) -> Option<Directory> {
        if let Some(known) = self.known(path) {
            return known;
        }
        let exists = path.is_empty() || self.root.join(path).symlink_metadata().is_ok();
        let found = self.look_up(path);
        if exists {
            let mut directories = self.directories.write().unwrap_or_else(PoisonError::into_inner);
            directories.insert(path.into(), found.clone());
        }
        found
    }

    fn look_up(&self, path: &str) -> Option<Directory> {
        if path.is_empty() {
            return Some(self.root_directory());
        }
        let parent = self.directory(parent_of(path))?;
        let kind = self.root.join(path).symlink_metadata().map(|metadata| metadata.file_type());
        if kind.is_ok_and(|kind| !kind.is_dir()) {
            return None;
        }
        let treatment = self.decide(&parent, path, true).treatment;
        (treatment != Treatment::Nothing)
            .then(|| self.enter(&parent, path.into(), treatment, Present::UNKNOWN))
    }

    fn known(&self, path: &str) -> Option<Option<Directory>> {
        self.directories.read().unwrap_or_else(PoisonError::into_inner).get(path).cloned()
    }

    fn with_decision<T>(
        &self,
        path: &str,
        is_dir: bool,
        answer: impl FnOnce(Decision<'_>) -> T,
    ) -> Option<T> {
        if !is_inside(path) {
            return None;
        }
        let parent = self.directory(parent_of(path))?;
        Some(answer(self.decide(&parent, path, is_dir)))
    }
}

impl Explanation {
    fn out(path: &str, reason: Reason) -> Self {
        Self { verdict: Verdict::Out, decided_at: path.to_owned(), reason }
    }
}

fn policy(root: &Path, options: &ScopeOptions) -> Result<Policy, IndexerError> {
    let file = root.join(ScopeConfig::FILE_NAME);
    let compile = |patterns: &[String]| {
        IgnoreFile::from_patterns(&file, patterns)
            .map_err(|error| IndexerError::Config { path: file.clone(), detail: error.to_string() })
    };
    let index_directory = options.index_directory.as_deref().and_then(|path| path.canonicalize().ok());
    Ok(Policy {
        index_directory: index_directory.and_then(|path| relative_path(root, &path)),
        include: compile(&options.config.include)?,
        exclude: compile(&options.config.exclude)?,
        global: options.global_gitignore.as_deref().and_then(IgnoreFile::load).map(Arc::new),
        include_reach: options.config.include.iter().filter_map(|pattern| literal_lead(pattern)).collect(),
    })
}

fn is_broad(root: &Path, home: Option<&Path>) -> bool {
    let home = home.and_then(|home| home.canonicalize().ok());
    root.parent().is_none() || home.is_some_and(|home| home.starts_with(root))
}

/// Whether `path` is a relative path in the form that the index uses.
pub(crate) fn is_inside(path: &str) -> bool {
    !path.is_empty() && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// Whether `path` is `directory` or lies below it.
pub(crate) fn is_at_or_below(path: &str, directory: &str) -> bool {
    directory.is_empty()
        || path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn parent_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn component_ends(path: &str) -> impl Iterator<Item = usize> {
    path.match_indices('/').map(|(index, _)| index).chain([path.len()])
}

#[cfg(test)]
mod tests;
