//! The one decision that the walk and the single-path lookup share: is this entry of that directory in scope?

use std::path::Path;
use std::sync::Arc;

use super::rules::{IgnoreFile, Matched, Present, Rule, Rules};

/// Directories of version control systems; their content is never indexed.
pub(crate) const VERSION_CONTROL: [&str; 7] = [".git", ".hg", ".svn", ".jj", ".bzr", ".sl", "_darcs"];

/// Rules that hold everywhere: those of the configuration and of the machine.
#[derive(Debug, Default)]
pub(crate) struct Policy {
    /// The index's own directory, where it lies inside the root.
    pub(crate) index_directory: Option<String>,
    pub(crate) include: Option<IgnoreFile>,
    pub(crate) exclude: Option<IgnoreFile>,
    pub(crate) global: Option<Arc<IgnoreFile>>,
    /// Literal leading directories of the patterns of `include` that reach into ignored directories.
    pub(crate) include_reach: Vec<String>,
}

/// Why an entry is in scope or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No rule speaks of it.
    Unmentioned,
    /// It belongs to a version control system.
    VersionControl,
    /// It holds the index itself.
    Index,
    /// `include` of the configuration takes it in.
    Include(Rule),
    /// `exclude` of the configuration leaves it out.
    Exclude(Rule),
    /// A line of an ignore file decides.
    IgnoreFile(Rule),
    /// It lies below a symbolic link, which is never followed.
    BelowSymlink,
    /// It is not a path below the root.
    OutsideRoot,
}

/// How a directory in scope treats its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Treatment {
    /// The ignore files decide.
    Rules,
    /// `include` names the directory: everything in it is taken.
    Everything,
    /// An ignore file leaves the directory out, but `include` reaches into it.
    OnlyIncluded,
    /// Nothing in it is in scope.
    Nothing,
}

/// A directory with the rules in force inside it.
#[derive(Clone, Debug)]
pub(crate) struct Directory {
    /// Relative to the root, with `/`; empty for the root.
    pub(crate) path: Arc<str>,
    pub(crate) treatment: Treatment,
    pub(crate) rules: Arc<Rules>,
}

/// What decides about an entry; turned into a [`Reason`] only when someone asks.
#[derive(Debug)]
enum Cause<'a> {
    Unmentioned,
    VersionControl,
    Index,
    Parent,
    Include(Matched<'a>),
    Exclude(Matched<'a>),
    IgnoreFile(Matched<'a>),
}

/// What becomes of an entry.
#[derive(Debug)]
pub(crate) struct Decision<'a> {
    /// For a file, anything but `Nothing` means that it is in scope.
    pub(crate) treatment: Treatment,
    cause: Cause<'a>,
}

impl Decision<'_> {
    pub(crate) fn is_in_scope(&self) -> bool {
        self.treatment != Treatment::Nothing
    }

    /// The reason; `None` when the directory above decides.
    pub(crate) fn reason(&self) -> Option<Reason> {
        Some(match &self.cause {
            Cause::Parent => return None,
            Cause::Unmentioned => Reason::Unmentioned,
            Cause::VersionControl => Reason::VersionControl,
            Cause::Index => Reason::Index,
            Cause::Include(matched) => Reason::Include(matched.rule()),
            Cause::Exclude(matched) => Reason::Exclude(matched.rule()),
            Cause::IgnoreFile(matched) => Reason::IgnoreFile(matched.rule()),
        })
    }
}

impl Directory {
    /// Decides about the entry at `path` (relative to the root) of this directory.
    pub(crate) fn decide<'a>(&'a self, policy: &'a Policy, path: &str, is_dir: bool) -> Decision<'a> {
        let name = path.rsplit('/').next().unwrap_or(path);
        if self.treatment == Treatment::Nothing {
            return Decision { treatment: Treatment::Nothing, cause: Cause::Parent };
        }
        if VERSION_CONTROL.contains(&name) {
            return Decision { treatment: Treatment::Nothing, cause: Cause::VersionControl };
        }
        if policy.index_directory.as_deref() == Some(path) {
            return Decision { treatment: Treatment::Nothing, cause: Cause::Index };
        }
        if let Some(matched) = matching(policy.exclude.as_ref(), path, is_dir) {
            return Decision { treatment: Treatment::Nothing, cause: Cause::Exclude(matched) };
        }
        if self.treatment == Treatment::Everything {
            return Decision { treatment: Treatment::Everything, cause: Cause::Parent };
        }
        if let Some(matched) = matching(policy.include.as_ref(), path, is_dir) {
            return Decision { treatment: Treatment::Everything, cause: Cause::Include(matched) };
        }
        if self.treatment == Treatment::OnlyIncluded {
            return Decision { treatment: policy.closed(path, is_dir), cause: Cause::Parent };
        }
        self.decide_by_ignore_files(policy, path, is_dir)
    }

    fn decide_by_ignore_files<'a>(&'a self, policy: &Policy, path: &str, is_dir: bool) -> Decision<'a> {
        match self.rules.matched(path, is_dir) {
            None => Decision { treatment: Treatment::Rules, cause: Cause::Unmentioned },
            Some(matched) if matched.ignored => {
                Decision { treatment: policy.closed(path, is_dir), cause: Cause::IgnoreFile(matched) }
            }
            Some(matched) => Decision { treatment: Treatment::Rules, cause: Cause::IgnoreFile(matched) },
        }
    }

    /// The directory at `path` inside this one, for which [`decide`](Self::decide) gave `treatment`.
    pub(crate) fn enter(
        &self,
        policy: &Policy,
        absolute: &Path,
        path: Arc<str>,
        treatment: Treatment,
        present: Present,
    ) -> Self {
        let rules = match treatment {
            Treatment::Rules => Rules::enter(&self.rules, absolute, &path, present, policy.global.as_ref()),
            _ => Arc::clone(&self.rules),
        };
        Self { path, treatment, rules }
    }
}

impl Policy {
    /// How an entry is treated that an ignore file leaves out.
    fn closed(&self, path: &str, is_dir: bool) -> Treatment {
        if is_dir && self.include_reach.iter().any(|reach| lies_on_the_way(path, reach)) {
            Treatment::OnlyIncluded
        } else {
            Treatment::Nothing
        }
    }
}

fn matching<'a>(file: Option<&'a IgnoreFile>, path: &str, is_dir: bool) -> Option<Matched<'a>> {
    file?.matched(path, is_dir).filter(|matched| matched.ignored)
}

/// Whether one of the two directories is, or contains, the other.
fn lies_on_the_way(directory: &str, reach: &str) -> bool {
    let (shorter, longer) =
        if directory.len() <= reach.len() { (directory, reach) } else { (reach, directory) };
    longer.strip_prefix(shorter).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The literal leading directories of an `include` pattern; `None` when it has none, or is not anchored at the root.
pub(crate) fn literal_lead(pattern: &str) -> Option<String> {
    let anchored = pattern.trim_end_matches('/').contains('/');
    let parts: Vec<&str> = pattern.trim_start_matches('/').split('/').collect();
    let (_, directories) = parts.split_last()?;
    let is_literal = |part: &&&str| !part.is_empty() && !part.contains(['*', '?', '[', '{', '\\', '!']);
    let lead: Vec<&str> = directories.iter().take_while(is_literal).copied().collect();
    (anchored && !lead.is_empty()).then(|| lead.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_include_pattern_reaches_along_its_literal_directories() {
        let check = |pattern: &str, lead: Option<&str>| {
            assert_eq!(literal_lead(pattern).as_deref(), lead, "{pattern}");
        };
        check("target/generated/**", Some("target/generated"));
        check("/target/*.rs", Some("target"));
        check("target/*/a.rs", Some("target"));
        check("a/b/c.rs", Some("a/b"));
        check("**/*.pb.go", None);
        check("*.rs", None);
        check("vendor/", None);
        check("/vendor", None);
    }

    #[test]
    fn a_directory_is_on_the_way_to_and_below_the_lead() {
        for (directory, expected) in [
            ("target", true),
            ("target/gen", true),
            ("target/gen/x", true),
            ("target/debug", false),
            ("tar", false),
        ] {
            assert_eq!(lies_on_the_way(directory, "target/gen"), expected, "{directory}");
        }
    }
}
