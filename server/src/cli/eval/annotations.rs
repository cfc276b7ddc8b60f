//! Evaluation sets: questions with the places that answer them, in files of JSON.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use contexd_proto::v1;
use serde::{Deserialize, Serialize};

use crate::cli::error::{CommandError, ErrorKind};
use crate::cli::filter::FocusArg;

/// The questions about one repository.
#[derive(Debug)]
pub(super) struct Suite {
    /// Name of the repository: the annotation file's, without its suffix.
    pub(super) name: String,
    /// The directory that is searched.
    pub(super) root: PathBuf,
    /// Its language, where a manifest names it.
    pub(super) language: String,
    /// The questions, in the order of the file.
    pub(super) questions: Vec<Question>,
}

/// A question with its answers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct Question {
    /// What is asked.
    pub(super) query: String,
    /// The places that answer it.
    pub(super) relevant: Vec<Target>,
    /// Further places that help.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) secondary: Vec<Target>,
    /// Where the asking person stands, `PATH` or `PATH:LINE`. What stands in that file is no answer to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) focus: Option<FocusArg>,
    /// What kind of question it is; free text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) category: String,
}

impl Question {
    /// All places that count.
    pub(super) fn targets(&self) -> impl Iterator<Item = &Target> {
        self.relevant.iter().chain(&self.secondary)
    }

    pub(super) fn targets_mut(&mut self) -> impl Iterator<Item = &mut Target> {
        self.relevant.iter_mut().chain(&mut self.secondary)
    }
}

/// A place: a file, a definition in it, or lines of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub(super) enum Target {
    /// A file.
    File(String),
    /// The definitions in a file that bear a name: a qualified one, or the end of one.
    Symbol {
        /// The file, relative to the root.
        path: String,
        /// The name.
        symbol: String,
        /// First and last line of each, 1-based and inclusive; none until the index was asked.
        #[serde(skip)]
        places: Vec<(u32, u32)>,
    },
    /// Lines of a file, 1-based and inclusive; without them the file.
    Lines {
        /// The file.
        path: String,
        /// First line.
        start_line: Option<u32>,
        /// Last line.
        end_line: Option<u32>,
    },
}

impl Target {
    fn path(&self) -> &str {
        match self {
            Self::File(path) | Self::Symbol { path, .. } | Self::Lines { path, .. } => path,
        }
    }

    /// Whether lines `start..=end` of the file at `path` are of the place. One of the two paths may have more leading
    /// directories than the other.
    pub(super) fn is_covered_by(&self, path: &str, (start, end): (u32, u32)) -> bool {
        let ends_in = |path: &str, tail: &str| {
            path.strip_suffix(tail).is_some_and(|before| before.is_empty() || before.ends_with('/'))
        };
        if !ends_in(path, self.path()) && !ends_in(self.path(), path) {
            return false;
        }
        let overlaps = |(first, last): &(u32, u32)| start <= *last && end >= *first;
        match self {
            Self::Symbol { places, .. } => places.iter().any(overlaps),
            Self::Lines { start_line: Some(first), end_line: Some(last), .. } => overlaps(&(*first, *last)),
            Self::File(_) | Self::Lines { .. } => true,
        }
    }

    /// The places of the definitions that bear the name `wanted`, as [`Target::Symbol`] has them.
    pub(super) fn places_in(symbols: &[v1::OutlineSymbol], wanted: &str) -> Vec<(u32, u32)> {
        let is_wanted = |symbol: &&v1::OutlineSymbol| {
            let before = symbol.qualified_name.strip_suffix(wanted);
            before.is_some_and(|before| !before.ends_with(|c: char| c.is_alphanumeric() || c == '_'))
        };
        symbols.iter().filter(is_wanted).map(|symbol| (symbol.start_line, symbol.end_line)).collect()
    }
}

/// Where the repositories of a set of files are.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Manifest {
    repos: Vec<ManifestRow>,
}

#[derive(Debug, Deserialize)]
struct ManifestRow {
    name: String,
    #[serde(default)]
    language: String,
    /// The directory of the repository that is searched; all of it where there is none.
    benchmark_root: Option<String>,
}

/// Reads the annotation files at `path`, a file or a directory of them. Each is about `repos/NAME` when a directory of
/// repositories is given, else about `repository`.
pub(super) fn load(
    path: &Path,
    repos: Option<&Path>,
    manifest: Option<&Path>,
    repository: &Path,
) -> Result<Vec<Suite>, CommandError> {
    let rows: BTreeMap<String, ManifestRow> = match manifest {
        Some(path) => read::<Manifest>(path)?.repos.into_iter().map(|row| (row.name.clone(), row)).collect(),
        None => BTreeMap::new(),
    };
    let mut suites = Vec::new();
    for file in annotation_files(path)? {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let row = rows.get(&name);
        let base = repos.map_or_else(|| repository.to_owned(), |repos| repos.join(&name));
        let root = match row.and_then(|row| row.benchmark_root.as_deref()) {
            Some(below) => base.join(below),
            None => base,
        };
        let language = row.map(|row| row.language.clone()).unwrap_or_default();
        suites.push(Suite { name, root, language, questions: read(&file)? });
    }
    if suites.iter().all(|suite| suite.questions.is_empty()) {
        let message =
            format!("no questions in {}: give a .json file of them, or a directory", path.display());
        return Err(CommandError::new(ErrorKind::Input, message));
    }
    Ok(suites)
}

fn annotation_files(path: &Path) -> Result<Vec<PathBuf>, CommandError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let file = entry?.path();
        if file.extension().is_some_and(|extension| extension == "json") {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

/// Reads a file of JSON.
pub(super) fn read<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<T, CommandError> {
    let wrong = |detail: String| CommandError::new(ErrorKind::Input, format!("{}: {detail}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_files_or_lines() {
        let text =
            r#"{"query": "q", "relevant": ["a/b.rs", {"path": "c.rs", "start_line": 5, "end_line": 9}]}"#;
        let question: Question = serde_json::from_str(text).unwrap();
        let covers = |target: usize, path: &str, lines| question.relevant[target].is_covered_by(path, lines);
        assert!(covers(0, "a/b.rs", (1, 1)) && covers(0, "b.rs", (1, 1)) && covers(0, "x/a/b.rs", (1, 1)));
        assert!(!covers(0, "xb.rs", (1, 1)));
        assert!(covers(1, "c.rs", (9, 20)) && covers(1, "c.rs", (1, 5)) && !covers(1, "c.rs", (10, 20)));
    }

    #[test]
    fn a_symbol_stands_for_the_lines_of_its_definitions() {
        let text =
            r#"{"query": "q", "relevant": [{"path": "c.rs", "symbol": "Pool::get"}], "focus": "a.rs:3"}"#;
        let mut question: Question = serde_json::from_str(text).unwrap();
        assert_eq!(question.focus, Some("a.rs:3".parse().unwrap()));
        let symbol = |qualified: &str, start_line, end_line| v1::OutlineSymbol {
            qualified_name: qualified.to_owned(),
            start_line,
            end_line,
            ..v1::OutlineSymbol::default()
        };
        let outline =
            [symbol("Pool::get", 3, 5), symbol("BigPool::get", 7, 8), symbol("db.Pool::get", 10, 12)];
        let Some(Target::Symbol { symbol, places, .. }) = question.targets_mut().next() else { panic!() };
        *places = Target::places_in(&outline, symbol);
        let covers = |lines| question.relevant[0].is_covered_by("c.rs", lines);
        assert!(covers((5, 6)) && covers((12, 12)) && !covers((6, 9)));
    }

    #[test]
    fn each_file_of_a_directory_is_about_its_repository() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
        write("axum.json", r#"[{"query": "q", "relevant": ["a.rs"]}]"#);
        write("notes.txt", "");
        let manifest = directory.path().join("manifest");
        std::fs::write(
            &manifest,
            r#"{"repos": [{"name": "axum", "language": "rust", "benchmark_root": "src"}]}"#,
        )
        .unwrap();
        let suites =
            load(directory.path(), Some(Path::new("/repos")), Some(&manifest), Path::new("/here")).unwrap();
        assert_eq!((suites.len(), suites[0].language.as_str()), (1, "rust"));
        assert_eq!(suites[0].root, Path::new("/repos/axum/src"));
        let one = load(&directory.path().join("axum.json"), None, None, Path::new("/here")).unwrap();
        assert_eq!(one[0].root, Path::new("/here"));
        assert!(load(&directory.path().join("notes.txt"), None, None, Path::new("/here")).is_err());
    }
}
