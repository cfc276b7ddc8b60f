//! Past answers out of the query log.

use std::fmt::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use contexd_proto::v1;
use serde::Serialize;

use super::hit::{Hit, render_hits};
use super::one_line;
use crate::cli::output::{Palette, counted, duration};

/// Longest question shown in a list.
const LONGEST_QUESTION: usize = 72;

/// A past answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct PastQuery {
    /// Its name.
    pub(crate) query_id: String,
    /// When it was given, milliseconds since the Unix epoch.
    pub(crate) answered_unix_ms: i64,
    /// Root of the repository.
    pub(crate) root: String,
    /// Generation that answered.
    pub(crate) generation: u64,
    /// `search` or `context`.
    pub(crate) method: String,
    /// The question, secrets replaced.
    pub(crate) query: String,
    /// What it was taken for.
    pub(crate) query_kind: String,
    /// Hits that were wanted.
    pub(crate) limit: u32,
    /// Tokens of the pack; only for a pack.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) budget: Option<u32>,
    /// Where the caller stood.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) focus: Option<String>,
    /// What could appear.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) filter: Option<PastFilter>,
    /// Hits that were ranked.
    pub(crate) found: u32,
    /// The first of them, best first; not in a list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) hits: Vec<Hit>,
}

/// What could appear in a past answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct PastFilter {
    include: Vec<String>,
    exclude: Vec<String>,
    languages: Vec<String>,
    kinds: Vec<String>,
    /// `yes`, `no` or `only`.
    tests: &'static str,
    changed_since: String,
}

impl From<v1::PastQuery> for PastQuery {
    fn from(past: v1::PastQuery) -> Self {
        Self {
            query_id: past.query_id,
            answered_unix_ms: past.answered_unix_ms,
            root: past.root,
            generation: past.generation,
            method: past.method,
            query: past.query,
            query_kind: past.query_kind,
            limit: past.limit,
            budget: Some(past.budget).filter(|budget| *budget > 0),
            focus: past.focus.map(|focus| format!("{}:{}", focus.path, focus.line)),
            filter: past.filter.map(PastFilter::from),
            found: past.found,
            hits: past.hits.into_iter().map(Hit::from).collect(),
        }
    }
}

impl From<v1::Filter> for PastFilter {
    fn from(filter: v1::Filter) -> Self {
        let tests = match filter.tests() {
            v1::TestFilter::Unspecified => "yes",
            v1::TestFilter::Exclude => "no",
            v1::TestFilter::Only => "only",
        };
        Self {
            tests,
            include: filter.include,
            exclude: filter.exclude,
            languages: filter.languages,
            kinds: filter.kinds,
            changed_since: filter.changed_since,
        }
    }
}

impl PastFilter {
    /// The options of the command line that say the same.
    fn options(&self) -> Vec<String> {
        let each = |option: &str, values: &[String]| -> Vec<String> {
            values.iter().map(|value| format!("--{option} {value}")).collect()
        };
        let mut options = each("include", &self.include);
        options.extend(each("exclude", &self.exclude));
        options.extend(each("lang", &self.languages));
        options.extend(each("kind", &self.kinds));
        if self.tests != "yes" {
            options.push(format!("--tests {}", self.tests));
        }
        if !self.changed_since.is_empty() {
            options.push(format!("--changed-since {}", self.changed_since));
        }
        options
    }
}

/// A line an answer: its id, its age, what was asked about which repository.
pub(crate) fn render_past_queries(queries: &[PastQuery], palette: &Palette) -> String {
    let Palette { name, faint, place, .. } = palette;
    let mut text = String::new();
    for past in queries {
        let PastQuery { query_id, method, root, .. } = past;
        let (age, question) = (age(past), one_line(&past.query, LONGEST_QUESTION));
        let _ = writeln!(
            text,
            "{name}{query_id}{name:#}  {faint}{age:>12}  {method:<7}{faint:#}  {place}{root}{place:#}  {question}"
        );
    }
    text
}

/// What was asked, then the hits with the numbers of their scores.
pub(crate) fn render_past_query(past: &PastQuery, palette: &Palette) -> String {
    let Palette { name, faint, .. } = palette;
    let mut text = format!("{name}{}{name:#}\n", past.query.trim_end());
    let kind = if past.query_kind.is_empty() { "a focus alone" } else { &past.query_kind };
    let mut asked = format!("{} for {}, read as {kind}", past.method, counted(past.limit.into(), "hit"));
    if let Some(budget) = past.budget {
        let _ = write!(asked, ", {} at most", counted(budget.into(), "token"));
    }
    if let Some(focus) = &past.focus {
        let _ = write!(asked, ", from {focus}");
    }
    for option in past.filter.iter().flat_map(PastFilter::options) {
        let _ = write!(asked, ", {option}");
    }
    let _ = writeln!(text, "{faint}{asked}{faint:#}");
    let (found, age) = (counted(past.found.into(), "hit"), age(past));
    let _ = writeln!(
        text,
        "{faint}{found} from generation {} of {}, {age}{faint:#}\n",
        past.generation, past.root
    );
    text.push_str(&render_hits(&past.hits, palette));
    if past.hits.len() < past.found as usize {
        let _ = writeln!(text, "{faint}the first {} are kept{faint:#}", past.hits.len());
    }
    text
}

/// How long ago it was answered: `3 min 5 s ago`.
fn age(past: &PastQuery) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let answered = u64::try_from(past.answered_unix_ms).unwrap_or_default();
    let elapsed = u64::try_from(now.as_millis()).unwrap_or(u64::MAX).saturating_sub(answered);
    format!("{} ago", duration(elapsed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_past_answer_says_what_was_asked_and_how_each_hit_came_by_its_score() {
        let hit = v1::SearchHit {
            path: "src/pool.rs".to_owned(),
            start_line: 3,
            end_line: 9,
            score: 0.75,
            kind: "method".to_owned(),
            symbol: "Pool::grow".to_owned(),
            signals: vec![v1::Signal { name: "lexical".to_owned(), value: 1.5, weight: 0.5 }],
            prior: 1.0,
            file_support: 1.0,
            same_file: 1.0,
            ..v1::SearchHit::default()
        };
        let past = v1::PastQuery {
            root: "/home/dev/app".to_owned(),
            generation: 7,
            method: "context".to_owned(),
            query: "grow the pool".to_owned(),
            query_kind: "natural_language".to_owned(),
            limit: 40,
            budget: 4_000,
            filter: Some(v1::Filter { languages: vec!["rust".to_owned()], ..v1::Filter::default() }),
            found: 2,
            hits: vec![hit],
            ..v1::PastQuery::default()
        };
        let text = render_past_query(&past.into(), &Palette::default());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "grow the pool");
        assert_eq!(
            lines[1],
            "context for 40 hits, read as natural_language, 4,000 tokens at most, --lang rust"
        );
        assert!(lines[2].starts_with("2 hits from generation 7 of /home/dev/app, "), "{text}");
        assert_eq!(lines[4], "src/pool.rs:3-9  method Pool::grow  (0.750)");
        assert_eq!(lines[5].trim(), "0.750  lexical 1.500 x 0.50");
        assert_eq!(lines[6], "the first 1 are kept");
    }
}
