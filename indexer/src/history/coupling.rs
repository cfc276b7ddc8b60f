//! How much two files belong together, counted from the commits that changed them.
//!
//! A commit of `n` files gives each pair of them `2^(-age / half life) / (n - 1)`. The second factor is how
//! collaboration networks weigh a common paper of many authors (Newman, "Scientific collaboration networks II",
//! Phys. Rev. E 64, 016132, 2001): what a file shares in one commit adds up to one, however many files there are.
//! Exponential discounting of old changes predicted faults best in Graves, Karr, Marron and Siy, "Predicting fault
//! incidence using software change history", IEEE Trans. Softw. Eng. 26(7), 2000. Leaving out commits of more than 30
//! files and asking for more than one common commit follow Zimmermann, Weißgerber, Diehl and Zeller, "Mining version
//! histories to guide software changes", ICSE 2004.
//!
//! A pair's score is its sum of weights over the geometric mean of what both files have in all their commits
//! (Salton's cosine), so that a file which every commit touches, such as a change log, is close to none. All
//! weights fall by the same factor as time goes by: the score does not depend on when it is computed.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use super::{CoChange, Commit, HistoryOptions};

const SECONDS_A_DAY: f64 = 86_400.0;

/// Half lives after which a commit's weight falls no further; it must not become zero.
const MAX_HALF_LIVES: f64 = 60.0;

/// Which files change together.
#[derive(Clone, Default)]
pub(super) struct Coupling {
    /// The paths, by number.
    paths: Vec<Arc<str>>,
    /// Each path's number.
    numbers: HashMap<Arc<str>, u32>,
    /// For each number, the files that change with it, closest first.
    partners: Vec<Vec<Partner>>,
}

#[derive(Clone, Copy)]
struct Partner {
    file: u32,
    commits: u32,
    score: f32,
}

/// What the commits say of one file.
#[derive(Default)]
struct Evidence {
    /// Sum of the weights of all commits that changed it.
    weight: f64,
    /// Whether the newest of them removed it.
    is_removed: bool,
}

/// What the commits say of two files.
#[derive(Default)]
struct Shared {
    weight: f64,
    commits: u32,
}

impl Coupling {
    /// Counts `commits`, which are ordered from the newest to the oldest.
    pub(super) fn count(commits: &[Commit], options: &HistoryOptions) -> Self {
        let mut coupling = Self::default();
        let mut files: Vec<Evidence> = Vec::new();
        let mut pairs: HashMap<(u32, u32), Shared> = HashMap::new();
        let newest = commits.first().map_or(0, |commit| commit.time);
        let half_life = (options.half_life_days * SECONDS_A_DAY).max(1.0);
        for commit in commits {
            let age = newest.saturating_sub(commit.time) as f64;
            let weight = (-(age / half_life).clamp(0.0, MAX_HALF_LIVES)).exp2();
            let numbers = coupling.add_files(commit, weight, &mut files);
            add_pairs(&numbers, weight, &mut pairs);
        }
        coupling.keep_closest(&files, &pairs, options);
        coupling
    }

    /// The files that change with `path`, closest first.
    pub(super) fn partners(&self, path: &str) -> impl Iterator<Item = CoChange> {
        let number = self.numbers.get(path);
        let partners = number.map_or(&[][..], |number| &self.partners[*number as usize]);
        partners.iter().map(|partner| CoChange {
            path: self.paths[partner.file as usize].clone(),
            commits: partner.commits,
            score: partner.score,
        })
    }

    /// Adds a commit to what is known of its files; their numbers, in ascending order.
    fn add_files(&mut self, commit: &Commit, weight: f64, files: &mut Vec<Evidence>) -> Vec<u32> {
        let mut numbers = Vec::with_capacity(commit.files.len());
        for changed in &commit.files {
            let next = self.paths.len() as u32;
            let number = *self.numbers.entry(changed.path.clone()).or_insert(next);
            if number == next {
                self.paths.push(changed.path.clone());
                files.push(Evidence { weight: 0.0, is_removed: changed.is_removed });
            }
            files[number as usize].weight += weight;
            numbers.push(number);
        }
        numbers.sort_unstable();
        numbers
    }

    /// Fills `partners`.
    fn keep_closest(
        &mut self,
        files: &[Evidence],
        pairs: &HashMap<(u32, u32), Shared>,
        options: &HistoryOptions,
    ) {
        self.partners = vec![Vec::new(); self.paths.len()];
        for (&(first, second), shared) in pairs {
            let (a, b) = (&files[first as usize], &files[second as usize]);
            if shared.commits < options.min_commits || a.is_removed || b.is_removed {
                continue;
            }
            let score = (shared.weight / (a.weight * b.weight).sqrt()) as f32;
            let partner = |file| Partner { file, commits: shared.commits, score };
            self.partners[first as usize].push(partner(second));
            self.partners[second as usize].push(partner(first));
        }
        let Self { paths, partners, .. } = self;
        for list in partners {
            let path = |partner: &Partner| &paths[partner.file as usize];
            list.sort_unstable_by(|a, b| {
                let by_score = b.score.total_cmp(&a.score);
                by_score.then(Reverse(a.commits).cmp(&Reverse(b.commits))).then_with(|| path(a).cmp(path(b)))
            });
            list.truncate(options.max_partners);
            list.shrink_to_fit();
        }
    }
}

/// Gives each pair of a commit's files its part of the commit's weight.
fn add_pairs(numbers: &[u32], weight: f64, pairs: &mut HashMap<(u32, u32), Shared>) {
    let share = weight / numbers.len().saturating_sub(1).max(1) as f64;
    for (position, &first) in numbers.iter().enumerate() {
        for &second in &numbers[position + 1..] {
            let shared = pairs.entry((first, second)).or_default();
            shared.weight += share;
            shared.commits += 1;
        }
    }
}
