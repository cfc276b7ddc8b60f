//! Options that say what may appear in an answer, shared by the commands that rank.

use std::str::FromStr;

use clap::{Args, ValueEnum};
use contexd_proto::v1;
use serde::{Deserialize, Serialize};

use crate::cli::error::CommandError;
use crate::cli::invocation::Invocation;

/// What may appear in an answer. Applied before ranking, so that an answer is never shorter for it than need be.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Filters")]
pub(crate) struct FilterArgs {
    /// Only files that match a glob: `*.rs` by name, `src/**` by path from the root; repeatable
    #[arg(long, value_name = "GLOB")]
    include: Vec<String>,
    /// No files that match a glob; repeatable
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Only files of a language, such as rust, python, tsx, or text for files without a grammar; repeatable
    #[arg(long = "lang", short = 't', visible_alias = "language", value_name = "LANGUAGE")]
    languages: Vec<String>,
    /// Only definitions of a kind, such as function, method, class, struct, enum, trait, interface; repeatable
    #[arg(long = "kind", value_name = "KIND")]
    kinds: Vec<String>,
    /// Whether tests may appear [default: yes]
    #[arg(long, value_name = "WHICH")]
    tests: Option<Tests>,
    /// Only files that differ from a git revision (main, HEAD~3), or changed within a time (90m, 12h, 3d, 2w)
    #[arg(long, value_name = "REV")]
    changed_since: Option<String>,
}

/// Whether tests may appear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Tests {
    /// Tests and other files
    Yes,
    /// No tests
    No,
    /// Tests only
    Only,
}

impl FilterArgs {
    /// The filter as requests carry it; absent when nothing restricts.
    pub(crate) fn to_wire(&self) -> Option<v1::Filter> {
        let tests = match self.tests {
            Some(Tests::No) => v1::TestFilter::Exclude,
            Some(Tests::Only) => v1::TestFilter::Only,
            Some(Tests::Yes) | None => v1::TestFilter::Unspecified,
        };
        let filter = v1::Filter {
            include: self.include.clone(),
            exclude: self.exclude.clone(),
            languages: self.languages.clone(),
            kinds: self.kinds.clone(),
            tests: tests.into(),
            changed_since: self.changed_since.clone().unwrap_or_default(),
        };
        (filter != v1::Filter::default()).then_some(filter)
    }
}

/// Where the caller stands: `PATH` or `PATH:LINE`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct FocusArg {
    path: String,
    line: u32,
}

impl FromStr for FocusArg {
    type Err = String;

    fn from_str(typed: &str) -> Result<Self, Self::Err> {
        let (path, line) = match typed.rsplit_once(':') {
            Some((path, digits)) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
                (path, digits.parse().map_err(|_| format!("the line is too large: {digits}"))?)
            }
            _ => (typed, 0),
        };
        if path.is_empty() {
            return Err("it names no file".to_owned());
        }
        Ok(Self { path: path.to_owned(), line })
    }
}

impl TryFrom<String> for FocusArg {
    type Error = String;

    fn try_from(typed: String) -> Result<Self, Self::Error> {
        typed.parse()
    }
}

impl From<FocusArg> for String {
    fn from(focus: FocusArg) -> Self {
        let FocusArg { path, line } = focus;
        if line == 0 { path } else { format!("{path}:{line}") }
    }
}

impl FocusArg {
    /// The focus as requests carry it.
    pub(crate) fn to_wire(&self, invocation: &Invocation) -> Result<v1::Focus, CommandError> {
        Ok(v1::Focus { path: invocation.path_in_repository(self.path.as_ref())?, line: self.line })
    }

    /// The focus as requests carry it, where the path is relative to the repository's root already.
    pub(crate) fn of_repository(&self) -> v1::Focus {
        v1::Focus { path: self.path.clone(), line: self.line }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_typed_is_no_filter() {
        assert_eq!(FilterArgs::default().to_wire(), None);
        assert_eq!(FilterArgs { tests: Some(Tests::Yes), ..FilterArgs::default() }.to_wire(), None);
        let only = FilterArgs { tests: Some(Tests::Only), ..FilterArgs::default() }.to_wire();
        assert_eq!(only.map(|filter| filter.tests()), Some(v1::TestFilter::Only));
    }

    #[test]
    fn a_focus_is_a_path_and_perhaps_a_line() {
        let focus = |path: &str, line| Ok(FocusArg { path: path.to_owned(), line });
        assert_eq!("src/a.rs:12".parse(), focus("src/a.rs", 12));
        assert_eq!("src/a.rs".parse(), focus("src/a.rs", 0));
        assert_eq!("odd:name".parse(), focus("odd:name", 0));
        assert!(":12".parse::<FocusArg>().is_err() && "a:99999999999".parse::<FocusArg>().is_err());
    }
}
