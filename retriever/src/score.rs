//! The score: one pure function from signals, the kind of question and weights to a number.

use crate::path_class::PathClass;
use crate::weights::Priors;
use crate::{Hit, QueryKind, Signals, Weights};

/// The score of a candidate: a weighted sum of its signals, damped by the prior of its file's class.
///
/// Both structs are taken apart in full, so that a signal that is added cannot be forgotten here.
#[must_use]
pub(crate) fn score(signals: &Signals, kind: QueryKind, all: &Weights) -> f32 {
    let weights = all.signals(kind);
    let Signals {
        lexical,
        dense_static,
        dense_transformer,
        definition,
        name_words,
        file_words,
        directory_words,
        path_match,
        frame,
        verbatim,
        file_coherence,
        linked,
        changed_together,
        path_class,
    } = *signals;
    let sum = lexical * weights.lexical
        + dense_static * weights.dense_static
        + dense_transformer * weights.dense_transformer
        + definition * weights.definition
        + name_words * weights.name_words
        + file_words * weights.file_words
        + directory_words * weights.directory_words
        + path_match * weights.path_match
        + frame * weights.frame
        + verbatim * weights.verbatim
        + file_coherence * weights.file_coherence
        + linked * weights.linked
        + changed_together * weights.changed_together;
    sum * strongest_prior(path_class, kind, &all.priors).map_or(1.0, |(_, factor)| factor)
}

/// The class that damps most, and its factor; `None` when the file is of none.
fn strongest_prior(class: PathClass, kind: QueryKind, priors: &Priors) -> Option<(&'static str, f32)> {
    let PathClass { test, example, documentation, configuration, vendored } = class;
    [
        (test, "test", if kind == QueryKind::Report { priors.test_in_report } else { priors.test }),
        (example, "example", priors.example),
        (documentation, "documentation", priors.documentation),
        (configuration, "configuration", priors.configuration),
        (vendored, "vendored", priors.vendored),
    ]
    .into_iter()
    .filter(|(holds, _, _)| *holds)
    .map(|(_, name, factor)| (name, factor))
    .min_by(|a, b| a.1.total_cmp(&b.1))
    .filter(|(_, factor)| *factor < 1.0)
}

/// How a score came about: the parts' points added up, times [`prior`](Self::prior), times
/// [`file_support`](Self::file_support), times [`same_file`](Self::same_file).
#[derive(Clone, Debug, PartialEq)]
pub struct Breakdown {
    /// All signals, in declaration order; those that only say what the file is weigh nothing.
    pub parts: Vec<Part>,
    /// The class of the file that damps the score, if any.
    pub class: Option<&'static str>,
    /// Factor of that class; 1 without one.
    pub prior: f32,
    /// Factor for a file with a second piece that answers; 1 for one without.
    pub file_support: f32,
    /// Factor for a further piece of a file; 1 for the best one.
    pub same_file: f32,
}

/// A signal's part in a score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// Name of the signal.
    pub name: &'static str,
    /// Its value.
    pub value: f32,
    /// Its factor for this kind of question.
    pub weight: f32,
}

impl Part {
    /// What the signal adds to the score.
    #[must_use]
    pub fn points(&self) -> f32 {
        self.value * self.weight
    }
}

impl Weights {
    /// How the score of `hit`, an answer to a question of `kind`, came about.
    #[must_use]
    pub fn breakdown(&self, kind: QueryKind, hit: &Hit) -> Breakdown {
        let factors = self.signals(kind).named();
        let weight =
            |name| factors.iter().find(|(signal, _)| *signal == name).map_or(0.0, |(_, weight)| *weight);
        let values = hit.signals.named().into_iter();
        let parts = values.map(|(name, value)| Part { name, value, weight: weight(name) }).collect();
        let damping = strongest_prior(hit.signals.path_class, kind, &self.priors);
        Breakdown {
            parts,
            class: damping.map(|(class, _)| class),
            prior: damping.map_or(1.0, |(_, factor)| factor),
            file_support: hit.file_support,
            same_file: hit.same_file,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_prior_counts_once() {
        let weights = Weights::built_in();
        let class = PathClass { test: true, example: true, ..PathClass::default() };
        let plain = Signals { lexical: 1.0, ..Signals::default() };
        let damped = Signals { path_class: class, ..plain };
        let of = |signals| score(signals, QueryKind::NaturalLanguage, weights);
        let strongest = weights.priors.test.min(weights.priors.example);
        assert!((of(&damped) - of(&plain) * strongest).abs() < 1e-6);
    }
}
