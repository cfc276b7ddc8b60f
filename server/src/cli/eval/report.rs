//! The report of an evaluation, and how it is compared with another.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::metrics::{Difference, Means, Scored, difference};
use crate::cli::output::Palette;

/// What an evaluation measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Report {
    /// What the ranking ran with: `built-in`, or the file of weights, and what was left out.
    pub(super) weights: String,
    /// How the second embedding tier took part, as the replies said.
    pub(super) semantic: String,
    /// Means over all questions.
    pub(super) overall: Means,
    /// Means by category.
    pub(super) by_category: BTreeMap<String, Means>,
    /// Means by language of the repository.
    pub(super) by_language: BTreeMap<String, Means>,
    /// Means by repository.
    pub(super) by_repository: BTreeMap<String, Means>,
    /// Each question.
    pub(super) questions: Vec<Scored>,
    /// Against the baseline, where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none", skip_deserializing)]
    pub(super) against: Option<Comparison>,
    /// What leaving out each signal changes, where that was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty", skip_deserializing)]
    pub(super) ablations: Vec<Ablation>,
}

/// A report against an earlier one, question by question.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Comparison {
    /// Questions that both have.
    pub(super) questions: usize,
    /// Of NDCG@10.
    pub(super) ndcg: Difference,
    /// Of the reciprocal rank.
    pub(super) mrr: Difference,
}

/// What leaving out a signal changes.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Ablation {
    /// The signal, or the class of files whose factor counts no more.
    pub(super) without: String,
    /// Means without it.
    pub(super) means: Means,
    /// Against the ranking with it.
    pub(super) against: Comparison,
}

impl Report {
    pub(super) fn new(weights: String, semantic: String, questions: Vec<Scored>) -> Self {
        Self {
            weights,
            semantic,
            overall: Means::of(questions.iter()),
            by_category: Means::by(&questions, |one| &one.category),
            by_language: Means::by(&questions, |one| &one.language),
            by_repository: Means::by(&questions, |one| &one.repository),
            questions,
            against: None,
            ablations: Vec::new(),
        }
    }

    /// This report against `baseline`.
    pub(super) fn compare(&self, baseline: &Self) -> Comparison {
        let key = |one: &Scored| (one.repository.clone(), one.query.clone(), one.focus.clone());
        let before: BTreeMap<_, &Scored> = baseline.questions.iter().map(|one| (key(one), one)).collect();
        let pairs: Vec<(&Scored, &Scored)> =
            self.questions.iter().filter_map(|one| Some((*before.get(&key(one))?, one))).collect();
        let of = |value: fn(&Scored) -> f64| {
            let values: Vec<(f64, f64)> =
                pairs.iter().map(|(before, after)| (value(before), value(after))).collect();
            difference(&values)
        };
        Comparison {
            questions: pairs.len(),
            ndcg: of(|one| one.ndcg),
            mrr: of(|one| if one.rank > 0 { 1.0 / one.rank as f64 } else { 0.0 }),
        }
    }
}

/// The report for people: tables.
pub(super) fn render(report: &Report, palette: &Palette) -> String {
    let Palette { name, .. } = palette;
    let mut text = String::new();
    let _ = writeln!(text, "weights {}, semantic {}\n", report.weights, report.semantic);
    let _ = writeln!(
        text,
        "{:<22} {:>5} {:>8} {:>7} {:>7}  {:>23}  {:>6} {:>13}",
        "", "n", "ndcg@10", "mrr", "recall", "file among 1/3/5/10", "tokens", "ms p50/p99"
    );
    render_means(&mut text, "all", &report.overall);
    for (title, groups) in [
        ("category", &report.by_category),
        ("language", &report.by_language),
        ("repository", &report.by_repository),
    ] {
        if groups.len() > 1 {
            let _ = writeln!(text, "\n{name}by {title}{name:#}");
            for (group, means) in groups {
                render_means(&mut text, group, means);
            }
        }
    }
    if let Some(comparison) = &report.against {
        let _ = writeln!(text, "\n{name}against the baseline, {} questions{name:#}", comparison.questions);
        render_difference(&mut text, "ndcg@10", &comparison.ndcg);
        render_difference(&mut text, "mrr", &comparison.mrr);
    }
    if !report.ablations.is_empty() {
        let _ = writeln!(text, "\n{name}ndcg@10 without{name:#}");
        for ablation in &report.ablations {
            render_difference(&mut text, &ablation.without, &ablation.against.ndcg);
        }
    }
    text
}

fn render_means(text: &mut String, title: &str, means: &Means) {
    let [first, third, fifth, tenth] = means.files;
    let (median, slowest) = means.micros;
    let times = format!("{:.1}/{:.1}", median as f64 / 1e3, slowest as f64 / 1e3);
    let _ = writeln!(
        text,
        "{title:<22} {:>5} {:>8.4} {:>7.4} {:>7.4}  {first:>5.3} {third:>5.3} {fifth:>5.3} {tenth:>5.3}  {:>6} {times:>13}",
        means.questions, means.ndcg, means.mrr, means.recall, means.tokens
    );
}

fn render_difference(text: &mut String, title: &str, difference: &Difference) {
    let Difference { mean, interval: (low, high), better, worse } = difference;
    let _ = writeln!(
        text,
        "{title:<22} {mean:>+8.4}  95 % of resamples {low:>+8.4} to {high:>+8.4}  better {better}, worse {worse}"
    );
}
