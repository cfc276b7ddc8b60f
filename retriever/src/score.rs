//! The score: one pure function from signals and weights to a number.

use crate::Signals;
use crate::path_class::PathClass;
use crate::weights::{Priors, SignalWeights};

/// The score of a candidate: a weighted sum of its signals, damped by the prior of its file's class.
///
/// Both structs are taken apart in full, so that a signal that is added cannot be forgotten here.
#[must_use]
pub(crate) fn score(signals: &Signals, weights: &SignalWeights, priors: &Priors) -> f32 {
    let Signals {
        lexical,
        coverage,
        dense_static,
        dense_transformer,
        definition,
        name_words,
        file_words,
        directory_words,
        path_match,
        frame,
        file_coherence,
        focus,
        path_class,
    } = *signals;
    let sum = lexical * weights.lexical
        + coverage * weights.coverage
        + dense_static * weights.dense_static
        + dense_transformer * weights.dense_transformer
        + definition * weights.definition
        + name_words * weights.name_words
        + file_words * weights.file_words
        + directory_words * weights.directory_words
        + path_match * weights.path_match
        + frame * weights.frame
        + file_coherence * weights.file_coherence
        + focus * weights.focus;
    sum * prior(path_class, priors)
}

fn prior(class: PathClass, priors: &Priors) -> f32 {
    let PathClass { test, example, documentation, configuration, vendored, declarations } = class;
    [
        (test, priors.test),
        (example, priors.example),
        (documentation, priors.documentation),
        (configuration, priors.configuration),
        (vendored, priors.vendored),
        (declarations, priors.declarations),
    ]
    .into_iter()
    .filter(|(holds, _)| *holds)
    .map(|(_, factor)| factor)
    .fold(1.0, f32::min)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Weights;

    #[test]
    fn the_strongest_prior_counts_once() {
        let weights = Weights::built_in();
        let class = PathClass { test: true, example: true, ..PathClass::default() };
        let plain = Signals { lexical: 1.0, ..Signals::default() };
        let damped = Signals { path_class: class, ..plain };
        let of = |signals| score(signals, &weights.natural_language, &weights.priors);
        let strongest = weights.priors.test.min(weights.priors.example);
        assert!((of(&damped) - of(&plain) * strongest).abs() < 1e-6);
    }
}
