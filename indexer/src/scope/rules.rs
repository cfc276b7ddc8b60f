//! Ignore files: compiled, and chained from a directory up to the outermost one that counts.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::git_dir::GitDir;

/// Name of git's ignore file.
pub(crate) const GIT_IGNORE: &str = ".gitignore";
/// Name of this program's ignore file; same syntax, wins over git's.
pub(crate) const CONTEXD_IGNORE: &str = ".contexdignore";

/// Most bytes of an ignore file that are read.
const IGNORE_FILE_BYTES: u64 = 4 << 20;

/// One pattern and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The file that holds it.
    pub file: PathBuf,
    /// The line it stands on, 1-based; `None` when it is not written on a line of its own.
    pub line: Option<u32>,
    /// The pattern as written.
    pub pattern: String,
}

/// One compiled ignore file.
#[derive(Debug)]
pub(crate) struct IgnoreFile {
    file: PathBuf,
    matcher: Gitignore,
}

impl IgnoreFile {
    /// Compiles the ignore file at `path`; `None` when there is none or it holds no pattern. A line that is no valid
    /// pattern is left out, as git does.
    pub(crate) fn load(path: &Path) -> Option<Self> {
        let text = read_ignore_file(path)
            .inspect_err(|error| {
                if error.kind() != io::ErrorKind::NotFound {
                    tracing::debug!(path = %path.display(), %error, "cannot read ignore file");
                }
            })
            .ok()?;
        let mut builder = GitignoreBuilder::new("");
        for line in text.trim_start_matches('\u{feff}').lines() {
            if let Err(error) = builder.add_line(None, line) {
                tracing::debug!(path = %path.display(), %error, "invalid pattern in ignore file");
            }
        }
        Self::build(path, &builder)
    }

    /// Compiles `patterns` as if they stood in `path`.
    pub(crate) fn from_patterns(path: &Path, patterns: &[String]) -> Result<Option<Self>, ignore::Error> {
        let mut builder = GitignoreBuilder::new("");
        builder.allow_unclosed_class(false);
        for pattern in patterns {
            builder.add_line(None, pattern)?;
        }
        Ok(Self::build(path, &builder))
    }

    fn build(path: &Path, builder: &GitignoreBuilder) -> Option<Self> {
        let matcher = builder.build().ok()?;
        (!matcher.is_empty()).then(|| Self { file: path.to_owned(), matcher })
    }

    /// What the last matching pattern says of `path`, which is relative to the file's directory.
    pub(crate) fn matched(&self, path: &str, is_dir: bool) -> Option<Matched<'_>> {
        let (ignored, glob) = match self.matcher.matched(path, is_dir) {
            Match::None => return None,
            Match::Ignore(glob) => (true, glob),
            Match::Whitelist(glob) => (false, glob),
        };
        Some(Matched { ignored, file: &self.file, pattern: glob.original() })
    }
}

fn read_ignore_file(path: &Path) -> io::Result<String> {
    if !path.symlink_metadata()?.is_file() {
        return Err(io::ErrorKind::NotFound.into());
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(IGNORE_FILE_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A pattern that matched.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Matched<'a> {
    /// Whether it leaves the path out; otherwise it keeps it in.
    pub(crate) ignored: bool,
    file: &'a Path,
    pattern: &'a str,
}

impl Matched<'_> {
    /// The rule, its line looked up in the file as it is now.
    pub(crate) fn rule(&self) -> Rule {
        let line = read_ignore_file(self.file).ok().and_then(|text| line_of(&text, self.pattern));
        Rule { file: self.file.to_owned(), line, pattern: self.pattern.to_owned() }
    }
}

/// The last line of `text` that holds `pattern`: of equal lines the last one decides.
fn line_of(text: &str, pattern: &str) -> Option<u32> {
    let lines = text.trim_start_matches('\u{feff}').lines();
    let index = lines.enumerate().filter(|(_, line)| line.trim_end() == pattern.trim_end()).last()?.0;
    u32::try_from(index + 1).ok()
}

/// Where a directory's ignore files stand, as seen from the root of the index.
#[derive(Clone, Debug)]
enum Base {
    /// In this directory of the root (empty for the root).
    Inside(String),
    /// In a directory above the root; the string leads from there to the root.
    Above(String),
}

impl Base {
    fn relative<'a>(&self, path: &'a str) -> std::borrow::Cow<'a, str> {
        match self {
            Self::Inside(directory) if directory.is_empty() => path.into(),
            Self::Inside(directory) => path[directory.len() + 1..].into(),
            Self::Above(lead) => format!("{lead}/{path}").into(),
        }
    }
}

/// Which of the files that hold rules a directory may have.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Present {
    pub(crate) git_ignore: bool,
    pub(crate) contexd_ignore: bool,
    pub(crate) git_dir: bool,
}

impl Present {
    /// Any of them: look at the disk.
    pub(crate) const UNKNOWN: Self = Self { git_ignore: true, contexd_ignore: true, git_dir: true };

    /// Notes the name of a directory entry.
    pub(crate) fn note(&mut self, name: &str) {
        match name {
            GIT_IGNORE => self.git_ignore = true,
            CONTEXD_IGNORE => self.contexd_ignore = true,
            ".git" => self.git_dir = true,
            _ => {}
        }
    }
}

/// The rules that one directory adds to those of the directories above it.
#[derive(Debug)]
pub(crate) struct Rules {
    base: Base,
    outer: Option<Arc<Rules>>,
    contexd: Option<IgnoreFile>,
    git: Option<IgnoreFile>,
    /// Set at the top of a git working tree (and at the outermost directory): git's rules above do not count.
    git_top: Option<GitTop>,
}

/// The rules of a clone that stand outside its tree.
#[derive(Debug)]
struct GitTop {
    exclude: Option<IgnoreFile>,
    global: Option<Arc<IgnoreFile>>,
}

impl Rules {
    /// The rules above and at `root`: those of the git working tree around it, down to `root` itself.
    pub(crate) fn of_root(root: &Path, global: Option<Arc<IgnoreFile>>) -> Arc<Self> {
        let top = GitDir::enclosing(root);
        let above = top.as_ref().map_or(root, |(top, _)| top.as_path());
        let mut directories: Vec<&Path> =
            root.ancestors().take_while(|directory| directory.starts_with(above)).collect();
        directories.reverse();
        let mut rules: Option<Arc<Self>> = None;
        for directory in directories {
            let base = Base::leading(directory, root);
            let contexd = matches!(base, Base::Inside(_))
                .then(|| IgnoreFile::load(&directory.join(CONTEXD_IGNORE)))
                .flatten();
            let git_top = rules.is_none().then(|| GitTop {
                exclude: top.as_ref().and_then(|(_, git)| IgnoreFile::load(&git.exclude_file())),
                global: global.clone(),
            });
            let git = IgnoreFile::load(&directory.join(GIT_IGNORE));
            rules = Some(Arc::new(Self { base, outer: rules, contexd, git, git_top }));
        }
        rules.expect("invariant: the ancestors of a path begin with the path itself")
    }

    /// The rules in force inside `directory` (its path relative to the root), given those around it.
    pub(crate) fn enter(
        outer: &Arc<Self>,
        absolute: &Path,
        directory: &str,
        present: Present,
        global: Option<&Arc<IgnoreFile>>,
    ) -> Arc<Self> {
        let load = |wanted: bool, name| wanted.then(|| IgnoreFile::load(&absolute.join(name))).flatten();
        let git = load(present.git_ignore, GIT_IGNORE);
        let contexd = load(present.contexd_ignore, CONTEXD_IGNORE);
        let git_top = present.git_dir.then(|| GitDir::of(absolute)).flatten().map(|git_dir| GitTop {
            exclude: IgnoreFile::load(&git_dir.exclude_file()),
            global: global.cloned(),
        });
        if git.is_none() && contexd.is_none() && git_top.is_none() {
            return Arc::clone(outer);
        }
        let base = Base::Inside(directory.to_owned());
        Arc::new(Self { base, outer: Some(Arc::clone(outer)), contexd, git, git_top })
    }

    /// What the ignore files say of `path` (relative to the root), its directories being in scope.
    pub(crate) fn matched(&self, path: &str, is_dir: bool) -> Option<Matched<'_>> {
        self.matched_contexd(path, is_dir).or_else(|| self.matched_git(path, is_dir))
    }

    fn matched_contexd(&self, path: &str, is_dir: bool) -> Option<Matched<'_>> {
        self.chain().find_map(|rules| rules.ask(rules.contexd.as_ref(), path, is_dir))
    }

    fn matched_git(&self, path: &str, is_dir: bool) -> Option<Matched<'_>> {
        for rules in self.chain() {
            if let Some(matched) = rules.ask(rules.git.as_ref(), path, is_dir) {
                return Some(matched);
            }
            if let Some(top) = &rules.git_top {
                return rules
                    .ask(top.exclude.as_ref(), path, is_dir)
                    .or_else(|| rules.ask(top.global.as_deref(), path, is_dir));
            }
        }
        None
    }

    fn ask<'a>(&self, file: Option<&'a IgnoreFile>, path: &str, is_dir: bool) -> Option<Matched<'a>> {
        file?.matched(&self.base.relative(path), is_dir)
    }

    fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |rules| rules.outer.as_deref())
    }
}

impl Base {
    fn leading(directory: &Path, root: &Path) -> Self {
        match root.strip_prefix(directory) {
            Ok(lead) if !lead.as_os_str().is_empty() => Self::Above(lead.to_string_lossy().into_owned()),
            _ => Self::Inside(String::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_equal_lines_is_named() {
        assert_eq!(line_of("*.o\n\n*.o \n*.a", "*.o"), Some(3));
        assert_eq!(line_of("*.o", "*.a"), None);
    }

    #[test]
    fn paths_are_seen_from_the_directory_of_the_file() {
        assert_eq!(Base::Inside(String::new()).relative("a/b"), "a/b");
        assert_eq!(Base::Inside("a".into()).relative("a/b"), "b");
        assert_eq!(Base::Above("x/y".into()).relative("a/b"), "x/y/a/b");
    }
}
