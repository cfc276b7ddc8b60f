//! The log of past answers: off unless asked for, local, bounded, and without secrets. It is what `contexd explain
//! QUERY_ID` reads.

mod file;

use contexd_indexer::content::redact;
use contexd_retriever::{Breakdown, Hit, PackRequest, Query, SearchResult, SentPiece, Weights};
use contexd_store::Generation;
use serde::{Deserialize, Serialize};

use super::registry::unix_ms;
pub(crate) use file::QueryLog;

/// Most hits that are kept of an answer.
const KEPT_HITS: usize = 50;
/// Most bytes that are kept of a text of the question.
const KEPT_TEXT: usize = 4_096;

/// Whether past answers are kept, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueryLogOptions {
    /// Whether they are kept.
    pub enabled: bool,
    /// Most answers that are kept; when there are more, the oldest tenth goes.
    pub max_entries: u32,
    /// Most bytes that the file may have; likewise.
    pub max_bytes: u64,
}

impl Default for QueryLogOptions {
    fn default() -> Self {
        Self { enabled: false, max_entries: 1_000, max_bytes: 4 << 20 }
    }
}

/// Which method was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AskedMethod {
    /// Ranked pieces.
    #[default]
    Search,
    /// A pack.
    Context,
}

impl AskedMethod {
    /// The stable lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Context => "context",
        }
    }
}

/// What was asked, apart from what an answer does not depend on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedQuestion {
    /// For what.
    pub method: AskedMethod,
    /// The question's text.
    pub text: String,
    /// Hits wanted.
    pub limit: usize,
    /// Tokens of the pack; 0 for a search.
    pub budget: u32,
    /// Globs of which a path must match one.
    pub include: Vec<String>,
    /// Globs of which a path may match none.
    pub exclude: Vec<String>,
    /// Names of languages.
    pub languages: Vec<String>,
    /// Names of kinds of symbols.
    pub kinds: Vec<String>,
    /// Only tests, or none.
    pub tests: Option<bool>,
    /// A revision or an age.
    pub changed_since: String,
    /// Path and line of the focus.
    pub focus: Option<(String, u32)>,
}

impl AskedQuestion {
    /// The question of a search.
    pub(crate) fn search(query: &Query, changed_since: &str) -> Self {
        let filter = &query.filter;
        Self {
            method: AskedMethod::Search,
            text: query.text.clone(),
            limit: query.limit,
            budget: 0,
            include: filter.include.clone(),
            exclude: filter.exclude.clone(),
            languages: filter.languages.clone(),
            kinds: filter.kinds.iter().map(|kind| kind.as_str().to_owned()).collect(),
            tests: filter.tests,
            changed_since: changed_since.to_owned(),
            focus: query.focus.as_ref().map(|focus| (focus.path.clone(), focus.line)),
        }
    }

    /// The question of a pack.
    pub(crate) fn context(request: &PackRequest, changed_since: &str) -> Self {
        let search = Self::search(&request.query, changed_since);
        Self { method: AskedMethod::Context, budget: request.budget, ..search }
    }

    /// Names the answer to this question from a generation of a repository: 16 hexadecimal digits. `sent` are the pieces
    /// that the caller of a pack has already.
    pub(crate) fn id(&self, root: &str, generation: Generation, sent: &[SentPiece]) -> String {
        let mut hasher = blake3::Hasher::new();
        serde_json::to_writer(&mut hasher, &(root, generation, self))
            .expect("invariant: plain data is JSON, and a hasher takes all bytes");
        for SentPiece { path, blob, start_line, end_line } in sent {
            hasher.update(path.as_bytes()).update(&[0]).update(&blob.0);
            hasher.update(&start_line.to_le_bytes()).update(&end_line.to_le_bytes());
        }
        hasher.finalize().to_hex()[..16].to_owned()
    }

    /// The same without private keys and tokens, its texts cut to what is kept of them.
    fn for_keeping(&self) -> Self {
        let all = |texts: &[String]| texts.iter().map(|text| kept_text(text)).collect();
        Self {
            method: self.method,
            text: kept_text(&self.text),
            limit: self.limit,
            budget: self.budget,
            include: all(&self.include),
            exclude: all(&self.exclude),
            languages: all(&self.languages),
            kinds: self.kinds.clone(),
            tests: self.tests,
            changed_since: kept_text(&self.changed_since),
            focus: self.focus.as_ref().map(|(path, line)| (kept_text(path), *line)),
        }
    }
}

/// `text` without secrets, cut. What is cut off is redacted with the rest, so that no half of a secret stays.
fn kept_text(text: &str) -> String {
    let redacted = redact(text);
    redacted[..redacted.floor_char_boundary(KEPT_TEXT)].to_owned()
}

/// A past answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoggedAnswer {
    /// Its name.
    pub query_id: String,
    /// When it was given, milliseconds since the Unix epoch.
    pub answered_unix_ms: i64,
    /// Root of the repository.
    pub root: String,
    /// The generation that answered.
    pub generation: u64,
    /// The question, without secrets.
    pub asked: AskedQuestion,
    /// What it was taken for; empty where there was nothing but a focus.
    pub kind: String,
    /// Hits that were ranked.
    pub found: usize,
    /// The first of them, best first.
    pub hits: Vec<LoggedHit>,
}

/// A hit of a past answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoggedHit {
    /// Path relative to the root.
    pub path: String,
    /// First line, 1-based.
    pub start_line: u32,
    /// Last line, inclusive.
    pub end_line: u32,
    /// Kind of the symbol that names the piece, else of the piece.
    pub kind: String,
    /// Qualified name of that symbol; empty when there is none.
    pub symbol: String,
    /// Name of the language.
    pub language: String,
    /// Hash of the file's bytes.
    pub blob: String,
    /// The score.
    pub score: f32,
    /// Name, value and weight of each signal that added something.
    pub signals: Vec<(String, f32, f32)>,
    /// Class of the file that damped the score; empty when none did.
    pub class: String,
    /// Factor of that class.
    pub prior: f32,
    /// Factor for a file with a second piece that answers.
    #[serde(default = "neutral")]
    pub file_support: f32,
    /// Factor for a further piece of a file.
    pub same_file: f32,
}

impl LoggedAnswer {
    /// What is kept of the answer `result` to `asked`, which was ranked by `weights`.
    pub(crate) fn new(
        query_id: String,
        root: String,
        generation: Generation,
        asked: &AskedQuestion,
        result: Option<&SearchResult>,
        weights: &Weights,
    ) -> Self {
        let hits = result.map_or(&[][..], |result| &result.hits);
        let kept = |hit: &Hit| result.map(|result| LoggedHit::new(hit, &weights.breakdown(result.kind, hit)));
        Self {
            query_id,
            answered_unix_ms: unix_ms(),
            root,
            generation: generation.0,
            asked: asked.for_keeping(),
            kind: result.map_or("", |result| result.kind.as_str()).to_owned(),
            found: hits.len(),
            hits: hits.iter().take(KEPT_HITS).filter_map(kept).collect(),
        }
    }
}

/// The factor of answers that were kept before there was one.
fn neutral() -> f32 {
    1.0
}

impl LoggedHit {
    fn new(hit: &Hit, breakdown: &Breakdown) -> Self {
        let record = &hit.file.record;
        let symbol = hit.symbol.and_then(|id| record.symbols.get(id.ordinal as usize));
        let chunk_kind =
            record.chunks.get(hit.chunk.ordinal as usize).map_or("", |chunk| chunk.kind.as_str());
        let adding = breakdown.parts.iter().filter(|part| part.points() != 0.0);
        Self {
            path: hit.file.path.to_string(),
            start_line: hit.span.start_line,
            end_line: hit.span.end_line,
            kind: symbol.map_or(chunk_kind, |symbol| symbol.kind.as_str()).to_owned(),
            symbol: symbol.map(|symbol| symbol.qualified_name.to_string()).unwrap_or_default(),
            language: record.language.to_string(),
            blob: hit.file.blob.to_string(),
            score: hit.score,
            signals: adding.map(|part| (part.name.to_owned(), part.value, part.weight)).collect(),
            class: breakdown.class.unwrap_or_default().to_owned(),
            prior: breakdown.prior,
            file_support: breakdown.file_support,
            same_file: breakdown.same_file,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> AskedQuestion {
        AskedQuestion { text: text.to_owned(), limit: 10, ..AskedQuestion::default() }
    }

    #[test]
    fn the_same_question_to_the_same_generation_has_the_same_id() {
        let id = |question: &AskedQuestion, generation| question.id("/r", Generation(generation), &[]);
        let first = id(&asked("pool"), 7);
        assert_eq!(first, id(&asked("pool"), 7));
        assert!(first.len() == 16 && first.bytes().all(|byte| byte.is_ascii_hexdigit()), "{first}");
        let focused = AskedQuestion { focus: Some(("a.rs".to_owned(), 3)), ..asked("pool") };
        for other in [id(&asked("pools"), 7), id(&asked("pool"), 8), id(&focused, 7)] {
            assert_ne!(first, other);
        }
        assert_ne!(first, asked("pool").id("/s", Generation(7), &[]));
    }

    #[test]
    fn neither_secrets_nor_long_texts_are_kept() {
        let token = ["gh", "p_x8Kq2LmV9rTzY4wNc7HbJ3sPfD6aGeU1iQoB"].concat();
        let question = AskedQuestion {
            include: vec![token.clone()],
            focus: Some((token.clone(), 1)),
            ..asked(&format!("{} {token}", "é".repeat(KEPT_TEXT / 2 - 10)))
        };
        let kept = question.for_keeping();
        assert!(kept.text.len() <= KEPT_TEXT && !kept.text.contains(&token[..6]), "{}", kept.text);
        assert_eq!(
            (kept.include[0].as_str(), kept.focus.as_ref().map(|focus| focus.0.as_str())),
            ("[redacted]", Some("[redacted]"))
        );
    }
}
