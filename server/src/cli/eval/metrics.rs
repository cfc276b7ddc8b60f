//! What an answer is worth: NDCG, reciprocal rank, recall, tokens, time.
//!
//! Gains are binary and the list is not collapsed by file: a place that several hits cover counts once, at the best of
//! them. NDCG@10 is measured against the best order that ten hits allow (Järvelin and Kekäläinen, 2002).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::annotations::Question;

/// Hits that count.
pub(super) const DEPTH: usize = 10;

/// A hit as far as it matters here.
pub(super) struct Place<'a> {
    pub(super) path: &'a str,
    pub(super) lines: (u32, u32),
}

/// What one answer was worth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Scored {
    /// The repository.
    pub(super) repository: String,
    /// Its language; empty when no manifest names it.
    pub(super) language: String,
    /// What was asked.
    pub(super) query: String,
    /// Where it was asked from; empty for nowhere.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) focus: String,
    /// What kind of question it is.
    pub(super) category: String,
    /// NDCG over the first ten hits.
    pub(super) ndcg: f64,
    /// Rank of the first right hit among the first ten, 1-based; 0 for none.
    pub(super) rank: usize,
    /// Share of the places that the first ten hits cover.
    pub(super) recall: f64,
    /// Rank of the first right file among the distinct files of the answer, 1-based; 0 for none.
    pub(super) file_rank: usize,
    /// Tokens of the hits up to the first right one, it included; 0 when none of ten is right.
    pub(super) tokens: usize,
    /// Microseconds from the question to its answer.
    pub(super) micros: u64,
}

/// The worth of an answer's places, without tokens and time.
pub(super) struct Worth {
    pub(super) ndcg: f64,
    pub(super) rank: usize,
    pub(super) recall: f64,
    pub(super) file_rank: usize,
}

/// Compares `places`, best first, with what answers `question`.
pub(super) fn worth(question: &Question, places: &[Place<'_>]) -> Worth {
    let shown = &places[..places.len().min(DEPTH)];
    let first_cover = |target: &super::annotations::Target| {
        shown.iter().position(|place| target.is_covered_by(place.path, place.lines))
    };
    let targets = question.targets().count();
    let mut covered: Vec<usize> = question.targets().filter_map(first_cover).collect();
    let recall = covered.len() as f64 / targets.max(1) as f64;
    covered.sort_unstable();
    covered.dedup();
    let gain: f64 = covered.iter().map(|position| discount(*position)).sum();
    let ideal: f64 = (0..targets.min(DEPTH)).map(discount).sum();
    Worth {
        ndcg: if ideal > 0.0 { gain / ideal } else { 0.0 },
        rank: covered.first().map_or(0, |position| position + 1),
        recall,
        file_rank: file_rank(question, places),
    }
}

fn discount(position: usize) -> f64 {
    1.0 / (position as f64 + 2.0).log2()
}

fn file_rank(question: &Question, places: &[Place<'_>]) -> usize {
    let mut files: Vec<&str> = Vec::new();
    for place in places {
        let is_right = question.targets().any(|target| target.is_covered_by(place.path, (0, u32::MAX)));
        if !files.contains(&place.path) {
            files.push(place.path);
        }
        if is_right {
            return files.len();
        }
    }
    0
}

/// Means over a group of questions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Means {
    /// Questions.
    pub(super) questions: usize,
    /// Mean NDCG@10.
    pub(super) ndcg: f64,
    /// Mean reciprocal rank of the first right hit of ten.
    pub(super) mrr: f64,
    /// Mean share of the places covered by ten hits.
    pub(super) recall: f64,
    /// Share of questions with a right file among the first 1, 3, 5 and 10 distinct files.
    pub(super) files: [f64; 4],
    /// Median tokens up to the first right hit, over the questions that ten hits answer.
    pub(super) tokens: usize,
    /// Median and 99th percentile of the time to an answer, in microseconds.
    pub(super) micros: (u64, u64),
}

/// The distinct files among which the first right one is looked for.
pub(super) const FILE_DEPTHS: [usize; 4] = [1, 3, 5, 10];

impl Means {
    pub(super) fn of<'a>(scored: impl Iterator<Item = &'a Scored>) -> Self {
        let scored: Vec<&Scored> = scored.collect();
        let count = scored.len().max(1) as f64;
        let mean = |value: &dyn Fn(&Scored) -> f64| scored.iter().map(|one| value(one)).sum::<f64>() / count;
        let mut tokens: Vec<usize> =
            scored.iter().map(|one| one.tokens).filter(|tokens| *tokens > 0).collect();
        let mut micros: Vec<u64> = scored.iter().map(|one| one.micros).collect();
        tokens.sort_unstable();
        micros.sort_unstable();
        Self {
            questions: scored.len(),
            ndcg: mean(&|one| one.ndcg),
            mrr: mean(&|one| if one.rank > 0 { 1.0 / one.rank as f64 } else { 0.0 }),
            recall: mean(&|one| one.recall),
            files: FILE_DEPTHS
                .map(|depth| mean(&|one| f64::from(u8::from((1..=depth).contains(&one.file_rank))))),
            tokens: percentile(&tokens, 50).unwrap_or(0),
            micros: (percentile(&micros, 50).unwrap_or(0), percentile(&micros, 99).unwrap_or(0)),
        }
    }

    /// Means by a property of the questions; those without it are left out.
    pub(super) fn by(scored: &[Scored], property: impl Fn(&Scored) -> &str) -> BTreeMap<String, Self> {
        let mut groups: BTreeMap<&str, Vec<&Scored>> = BTreeMap::new();
        for one in scored.iter().filter(|one| !property(one).is_empty()) {
            groups.entry(property(one)).or_default().push(one);
        }
        groups.into_iter().map(|(name, group)| (name.to_owned(), Self::of(group.into_iter()))).collect()
    }
}

/// The value below which `percent` of the sorted `values` lie.
fn percentile<T: Copy>(values: &[T], percent: usize) -> Option<T> {
    values.get((values.len() * percent / 100).min(values.len().checked_sub(1)?)).copied()
}

/// A difference of means with its uncertainty.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Difference {
    /// Mean of the second less the mean of the first.
    pub(super) mean: f64,
    /// The middle 95 % of that difference over resamples of the questions.
    pub(super) interval: (f64, f64),
    /// Questions answered better, and worse.
    pub(super) better: usize,
    /// Questions answered worse.
    pub(super) worse: usize,
}

const RESAMPLES: usize = 10_000;

/// The difference between paired values, its interval by the paired bootstrap (Efron, 1979): the same pairs give the
/// same interval.
pub(super) fn difference(pairs: &[(f64, f64)]) -> Difference {
    let deltas: Vec<f64> = pairs.iter().map(|(before, after)| after - before).collect();
    let count = deltas.len().max(1);
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut draw = || {
        // xorshift64 (Marsaglia, 2003)
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % count as u64) as usize
    };
    let mut means: Vec<f64> = (0..if deltas.is_empty() { 0 } else { RESAMPLES })
        .map(|_| (0..count).map(|_| deltas[draw()]).sum::<f64>() / count as f64)
        .collect();
    means.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| means.get((means.len() as f64 * share) as usize).copied().unwrap_or(0.0);
    Difference {
        mean: deltas.iter().sum::<f64>() / count as f64,
        interval: (at(0.025), at(0.975)),
        better: deltas.iter().filter(|delta| **delta > 1e-9).count(),
        worse: deltas.iter().filter(|delta| **delta < -1e-9).count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(targets: &[&str]) -> Question {
        let relevant = targets.iter().map(|path| super::super::annotations::Target::File((*path).to_owned()));
        Question {
            query: String::new(),
            relevant: relevant.collect(),
            secondary: Vec::new(),
            focus: None,
            category: String::new(),
        }
    }

    fn places<'a>(paths: &[&'a str]) -> Vec<Place<'a>> {
        paths.iter().map(|path| Place { path, lines: (1, 9) }).collect()
    }

    #[test]
    fn the_best_order_is_worth_one() {
        let best = worth(&question(&["a.rs", "b.rs"]), &places(&["b.rs", "a.rs", "c.rs"]));
        assert!((best.ndcg - 1.0).abs() < 1e-12 && (best.recall - 1.0).abs() < 1e-12);
        assert_eq!((best.rank, best.file_rank), (1, 1));
    }

    #[test]
    fn a_place_counts_once_and_by_its_discount() {
        let second = worth(&question(&["a.rs"]), &places(&["c.rs", "a.rs", "a.rs"]));
        assert!((second.ndcg - 1.0 / 3.0_f64.log2()).abs() < 1e-12);
        assert_eq!((second.rank, second.file_rank), (2, 2));
        let twice = worth(&question(&["a.rs"]), &places(&["c.rs", "c.rs", "c.rs", "a.rs"]));
        assert_eq!((twice.rank, twice.file_rank), (4, 2));
        let never = worth(&question(&["a.rs"]), &places(&["c.rs"]));
        assert_eq!((never.rank, never.file_rank), (0, 0));
    }

    #[test]
    fn a_difference_has_an_interval_around_it() {
        let pairs: Vec<(f64, f64)> = (0..200).map(|n| (0.5, if n % 4 == 0 { 0.4 } else { 0.6 })).collect();
        let found = difference(&pairs);
        assert!((found.mean - 0.05).abs() < 1e-9);
        assert!(found.interval.0 > 0.02 && found.interval.1 < 0.08 && found.interval.0 < found.mean);
        assert_eq!((found.better, found.worse), (150, 50));
        assert_eq!(difference(&pairs), found);
        assert_eq!(difference(&[]).better, 0);
    }
}
