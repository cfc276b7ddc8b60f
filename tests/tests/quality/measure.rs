//! Asking, and what the ranks of the answers are worth.

use std::collections::BTreeMap;
use std::path::PathBuf;

use contexd_retriever::{FilterSpec, Hit};
use serde::{Deserialize, Serialize};

use super::set::{self, Answer};
use super::source;
use crate::retrieval::answer;

/// How many hits count.
const DEPTH: usize = 10;

/// The rank of each answer, counted from one; 0 for an answer that is not among the first ten hits.
pub(super) type Ranks = Vec<usize>;

/// The ranks of a source's questions.
pub(super) struct Measured {
    /// The source.
    pub(super) source: String,
    /// Its questions, in the order of the set.
    pub(super) questions: Vec<Asked>,
    /// Answers that are gone from the source: the set is to be corrected.
    pub(super) gone: Vec<String>,
}

/// A question that was asked.
pub(super) struct Asked {
    /// The question.
    pub(super) query: String,
    /// Its kind.
    pub(super) category: String,
    /// The ranks of its answers, in the order of the set.
    pub(super) ranks: Ranks,
}

impl Measured {
    /// Indexes a source and asks its questions.
    pub(super) fn of(source: &str, roots: &BTreeMap<String, PathBuf>) -> Self {
        let root = roots.get(source).unwrap_or_else(|| panic!("no package {source} in the dependency tree"));
        let snapshot = source::index(root);
        let mut measured = Self { source: source.to_owned(), questions: Vec::new(), gone: Vec::new() };
        for question in set::questions(source) {
            let hits = answer(&snapshot, &question.query, FilterSpec::default()).hits;
            let mut ranks = Ranks::new();
            for place in question.answers(&snapshot) {
                match place {
                    Ok(place) => ranks.push(rank(&place, &hits)),
                    Err(missing) => measured.gone.push(format!("{source}: {:?}: {missing}", question.query)),
                }
            }
            measured.questions.push(Asked { query: question.query, category: question.category, ranks });
        }
        measured
    }
}

/// The rank of the first hit that shows some of the answer.
fn rank(answer: &Answer, hits: &[Hit]) -> usize {
    let shows = |hit: &Hit| {
        let overlaps = |&(start, end): &(u32, u32)| hit.span.start_line <= end && start <= hit.span.end_line;
        *hit.file.path == *answer.path && (answer.places.is_empty() || answer.places.iter().any(overlaps))
    };
    hits.iter().take(DEPTH).position(shows).map_or(0, |position| position + 1)
}

/// What the ranks of some questions are worth, each number a mean over the questions and between 0 and 1.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Metrics {
    /// How many questions.
    pub(super) queries: usize,
    /// Normalised discounted cumulative gain of the first ten hits, an answer's gain being 1 where it is shown first.
    pub(super) ndcg10: f64,
    /// One over the best rank of an answer.
    pub(super) mrr: f64,
    /// The share of the answers that are among the first ten hits.
    pub(super) recall10: f64,
}

impl Metrics {
    /// The metrics of all questions (under `all`) and of each kind.
    pub(super) fn by_kind(measured: &[Measured]) -> BTreeMap<String, Self> {
        let mut groups: BTreeMap<String, Vec<&Ranks>> = BTreeMap::new();
        for asked in measured.iter().flat_map(|source| &source.questions) {
            groups.entry("all".to_owned()).or_default().push(&asked.ranks);
            groups.entry(asked.category.clone()).or_default().push(&asked.ranks);
        }
        groups.into_iter().map(|(kind, ranks)| (kind, Self::mean(&ranks))).collect()
    }

    fn mean(ranks: &[&Ranks]) -> Self {
        let mean = |metric: fn(&[usize]) -> f64| {
            ranks.iter().map(|ranks| metric(ranks)).sum::<f64>() / ranks.len().max(1) as f64
        };
        Self { queries: ranks.len(), ndcg10: mean(ndcg), mrr: mean(reciprocal_rank), recall10: mean(recall) }
    }

    /// The metrics with their names.
    pub(super) fn named(&self) -> [(&'static str, f64); 3] {
        [("NDCG@10", self.ndcg10), ("MRR", self.mrr), ("recall@10", self.recall10)]
    }
}

fn ndcg(ranks: &[usize]) -> f64 {
    let discount = |rank: usize| 1.0 / (rank as f64 + 1.0).log2();
    let mut shown: Ranks = ranks.iter().copied().filter(|&rank| rank > 0).collect();
    shown.sort_unstable();
    shown.dedup();
    let gain: f64 = shown.into_iter().map(discount).sum();
    let best: f64 = (1..=ranks.len().min(DEPTH)).map(discount).sum();
    gain / best
}

fn reciprocal_rank(ranks: &[usize]) -> f64 {
    ranks.iter().filter(|&&rank| rank > 0).min().map_or(0.0, |&rank| 1.0 / rank as f64)
}

fn recall(ranks: &[usize]) -> f64 {
    ranks.iter().filter(|&&rank| rank > 0).count() as f64 / ranks.len() as f64
}

#[test]
fn metrics_of_ranks() {
    let ranks = [1, 0, 3];
    assert!((ndcg(&ranks) - 1.5 / (1.0 + 1.0 / 3.0_f64.log2() + 0.5)).abs() < 1e-9);
    assert!((reciprocal_rank(&ranks) - 1.0).abs() < 1e-9);
    assert!((recall(&ranks) - 2.0 / 3.0).abs() < 1e-9);
    assert!(ndcg(&[0]).abs() < 1e-9 && (ndcg(&[2, 1]) - 1.0).abs() < 1e-9);
}
