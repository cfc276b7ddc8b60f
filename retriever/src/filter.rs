//! Which files and symbols may appear in an answer.

use std::collections::BTreeSet;
use std::sync::Arc;

use contexd_store::{FileEntry, SymbolKind};
use globset::{Glob, GlobSet, GlobSetBuilder};

use crate::RetrieveError;

/// A filter as the caller writes it. Empty lists do not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilterSpec {
    /// Globs, at least one of which a path must match (`src/**`, `*.rs`; without `/` the file name is matched).
    pub include: Vec<String>,
    /// Globs none of which a path may match.
    pub exclude: Vec<String>,
    /// Names of languages, as in the language table.
    pub languages: Vec<String>,
    /// Kinds of symbol; a chunk passes when the symbol it is named by is of one of them.
    pub kinds: Vec<SymbolKind>,
    /// `Some(false)` leaves test files out, `Some(true)` leaves only test files.
    pub tests: Option<bool>,
    /// The only files that may appear, whatever else admits them; absent for all.
    pub paths: Option<Arc<BTreeSet<Arc<str>>>>,
}

/// A compiled [`FilterSpec`].
#[derive(Clone, Debug)]
pub struct Filter {
    include: Option<GlobSet>,
    exclude: GlobSet,
    languages: Vec<String>,
    kinds: Vec<SymbolKind>,
    tests: Option<bool>,
    paths: Option<Arc<BTreeSet<Arc<str>>>>,
}

impl Filter {
    /// Compiles `spec`.
    ///
    /// # Errors
    /// When a glob is malformed.
    pub fn new(spec: &FilterSpec) -> Result<Self, RetrieveError> {
        let include = if spec.include.is_empty() { None } else { Some(glob_set("include", &spec.include)?) };
        Ok(Self {
            include,
            exclude: glob_set("exclude", &spec.exclude)?,
            languages: spec.languages.clone(),
            kinds: spec.kinds.clone(),
            tests: spec.tests,
            paths: spec.paths.clone(),
        })
    }

    /// Whether every file and symbol passes.
    #[must_use]
    pub fn is_trivial(&self) -> bool {
        !self.restricts_files() && self.kinds.is_empty()
    }

    /// Whether some file may be refused.
    #[must_use]
    pub fn restricts_files(&self) -> bool {
        self.include.is_some()
            || !self.exclude.is_empty()
            || !self.languages.is_empty()
            || self.tests.is_some()
            || self.paths.is_some()
    }

    /// Whether `file` may appear.
    #[must_use]
    pub fn admits_file(&self, file: &FileEntry) -> bool {
        self.admits_path(&file.path, || &file.record.language)
    }

    /// Whether a file at `path` in this language may appear.
    #[must_use]
    pub fn admits_path<'a>(&self, path: &str, language: impl FnOnce() -> &'a str) -> bool {
        let included = self.include.as_ref().is_none_or(|globs| globs.is_match(path));
        let language_matches = self.languages.is_empty() || {
            let language = language();
            self.languages.iter().any(|wanted| wanted == language)
        };
        let is_listed = self.paths.as_ref().is_none_or(|paths| paths.contains(path));
        let test_matches = self.tests.is_none_or(|wanted| crate::path_class::is_test_path(path) == wanted);
        is_listed && included && !self.exclude.is_match(path) && language_matches && test_matches
    }

    /// Whether a piece named by a symbol of `kind` may appear.
    #[must_use]
    pub fn admits_kind(&self, kind: Option<SymbolKind>) -> bool {
        self.kinds.is_empty() || kind.is_some_and(|kind| self.kinds.contains(&kind))
    }
}

fn glob_set(field: &'static str, globs: &[String]) -> Result<GlobSet, RetrieveError> {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        let anchored =
            if glob.contains('/') { glob.trim_start_matches('/').to_owned() } else { format!("**/{glob}") };
        let compiled = Glob::new(&anchored)
            .map_err(|error| RetrieveError::InvalidArgument { field, detail: error.to_string() })?;
        set.add(compiled);
    }
    set.build().map_err(|error| RetrieveError::InvalidArgument { field, detail: error.to_string() })
}
