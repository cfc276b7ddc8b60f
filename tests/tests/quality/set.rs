//! The questions and their answers: a file a source, in the annotation format that `docs/evaluation.md` describes.

use contexd_store::{FileRecord, Snapshot};
use contexd_tests::workspace;
use serde::Deserialize;

/// Where the sets lie, relative to the workspace.
const DIRECTORY: &str = "tests/quality/sets";

/// A question with its answers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// What is asked.
    pub(super) query: String,
    /// The kind of question.
    pub(super) category: String,
    relevant: Vec<Target>,
    secondary: Vec<Target>,
}

/// An answer as it is written.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Target {
    File(String),
    Symbol { path: String, symbol: String },
    Lines { path: String, start_line: u32, end_line: u32 },
}

/// An answer as it stands in the index.
pub(super) struct Answer {
    /// The file, relative to the root of its source.
    pub(super) path: String,
    /// First and last line of the places that answer, counted from one; a file without any answers as a whole.
    pub(super) places: Vec<(u32, u32)>,
}

/// The names of the sources, in order.
pub(super) fn names() -> Vec<String> {
    let files = workspace::files(DIRECTORY, &[".json"]);
    files.iter().map(|file| file.path[DIRECTORY.len() + 1..].trim_end_matches(".json").to_owned()).collect()
}

/// The questions on a source.
pub(super) fn questions(source: &str) -> Vec<Question> {
    let path = format!("{DIRECTORY}/{source}.json");
    serde_json::from_str(&workspace::text(&path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

impl Question {
    /// The answers, the relevant ones first; for one that is not in the index any more, what is missing.
    pub(super) fn answers(&self, snapshot: &Snapshot) -> Vec<Result<Answer, String>> {
        self.relevant.iter().chain(&self.secondary).map(|target| target.find(snapshot)).collect()
    }
}

impl Target {
    fn find(&self, snapshot: &Snapshot) -> Result<Answer, String> {
        let (Self::File(path) | Self::Symbol { path, .. } | Self::Lines { path, .. }) = self;
        let file = snapshot.file_by_path(path).ok_or_else(|| format!("no {path}"))?;
        let places = match self {
            Self::File(_) => Vec::new(),
            Self::Lines { start_line, end_line, .. } => vec![(*start_line, *end_line)],
            Self::Symbol { symbol, .. } => {
                let places = places_of(&file.record, symbol);
                if places.is_empty() {
                    return Err(format!("no {symbol} in {path}"));
                }
                places
            }
        };
        Ok(Answer { path: path.clone(), places })
    }
}

/// The lines of every definition whose qualified name is `wanted` or ends in it.
fn places_of(record: &FileRecord, wanted: &str) -> Vec<(u32, u32)> {
    let is_wanted = |qualified: &str| {
        qualified.strip_suffix(wanted).is_some_and(|before| before.is_empty() || before.ends_with("::"))
    };
    let symbols = record.symbols.iter().filter(|symbol| is_wanted(&symbol.qualified_name));
    symbols.map(|symbol| (symbol.span.start_line, symbol.span.end_line)).collect()
}
