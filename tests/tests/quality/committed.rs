//! The committed ranks: reading, comparing, writing.

use std::collections::BTreeMap;
use std::fmt::Write;

use contexd_tests::workspace;
use serde::Deserialize;

use super::measure::{Measured, Metrics, Ranks};

/// The file, relative to the workspace.
const FILE: &str = "tests/quality/ranks.json";

/// How many characters of a question the table shows.
const SHOWN: usize = 72;

/// What is committed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Committed {
    /// The metrics when the ranks were written, by kind of question and under `all`.
    metrics: BTreeMap<String, Metrics>,
    /// The ranks by source and question.
    ranks: BTreeMap<String, BTreeMap<String, Ranks>>,
}

impl Committed {
    /// Reads the committed file.
    pub(super) fn read() -> Self {
        serde_json::from_str(&workspace::text(FILE)).unwrap_or_else(|error| panic!("{FILE}: {error}"))
    }

    fn ranks(&self, source: &str, query: &str) -> Option<&Ranks> {
        self.ranks.get(source)?.get(query)
    }

    /// The metrics, and the questions whose ranks are not the committed ones.
    pub(super) fn table(&self, measured: &[Measured]) -> String {
        let mut table = String::new();
        for (kind, metrics) in Metrics::by_kind(measured) {
            let before = self.metrics.get(&kind).copied().unwrap_or_default();
            let _ = write!(table, "{kind:<13} {:>4} questions", metrics.queries);
            for ((name, value), (_, was)) in metrics.named().into_iter().zip(before.named()) {
                let _ = write!(table, "   {name} {was:.4} -> {value:.4}");
            }
            table.push('\n');
        }
        let moved: Vec<String> = measured.iter().flat_map(|source| self.moved(source)).collect();
        let _ = writeln!(table, "{} questions whose ranks moved (0: not among the first ten)", moved.len());
        moved.into_iter().fold(table, |table, line| table + &line + "\n")
    }

    fn moved(&self, measured: &Measured) -> impl Iterator<Item = String> {
        measured.questions.iter().filter_map(|asked| {
            let was = self.ranks(&measured.source, &asked.query)?;
            let question: String = asked.query.replace('\n', " ").chars().take(SHOWN).collect();
            let line =
                || format!("  {:<11} {question:<SHOWN$} {was:?} -> {:?}", measured.source, asked.ranks);
            (*was != asked.ranks).then(line)
        })
    }

    /// Why the gate does not open: metrics that fell too far, and questions that were never measured.
    pub(super) fn problems(&self, measured: &[Measured]) -> Vec<String> {
        let mut problems: Vec<String> = Metrics::by_kind(measured)
            .iter()
            .flat_map(|(kind, now)| fallen(kind, self.metrics.get(kind).copied().unwrap_or_default(), now))
            .collect();
        for source in measured {
            let unknown =
                source.questions.iter().filter(|asked| self.ranks(&source.source, &asked.query).is_none());
            problems
                .extend(unknown.map(|asked| format!("{}: {:?} has no rank yet", source.source, asked.query)));
        }
        problems
    }
}

/// The metrics of a kind of question that fell by more than one question of that kind is worth.
fn fallen(kind: &str, before: Metrics, now: &Metrics) -> Vec<String> {
    let slack = 1.0 / before.queries.max(1) as f64;
    let pairs = before.named().into_iter().zip(now.named());
    pairs
        .filter(|((_, was), (_, is))| *is < was - slack)
        .map(|((name, was), (_, is))| format!("{kind}: {name} {was:.4} -> {is:.4}, least {:.4}", was - slack))
        .collect()
}

/// Writes the file, a question a line.
pub(super) fn write(measured: &[Measured]) {
    let mut text = String::from("{\n  \"metrics\": {\n");
    let metrics: Vec<String> =
        Metrics::by_kind(measured).iter().map(|(kind, it)| metrics_line(kind, it)).collect();
    text += &metrics.join(",\n");
    text += "\n  },\n  \"ranks\": {\n";
    let sources: Vec<String> = measured.iter().map(source_lines).collect();
    text += &sources.join(",\n");
    text += "\n  }\n}\n";
    std::fs::write(workspace::root().join(FILE), text).unwrap();
}

fn metrics_line(kind: &str, metrics: &Metrics) -> String {
    let Metrics { queries, ndcg10, mrr, recall10 } = metrics;
    format!(
        "    \"{kind}\": {{ \"queries\": {queries}, \"ndcg10\": {ndcg10:.4}, \"mrr\": {mrr:.4}, \"recall10\": {recall10:.4} }}"
    )
}

fn source_lines(measured: &Measured) -> String {
    let line = |query: &str, ranks: &Ranks| {
        format!("      {}: {}", serde_json::to_string(query).unwrap(), serde_json::to_string(ranks).unwrap())
    };
    let lines: Vec<String> =
        measured.questions.iter().map(|asked| line(&asked.query, &asked.ranks)).collect();
    format!("    \"{}\": {{\n{}\n    }}", measured.source, lines.join(",\n"))
}
