//! The numbers of the ranking, out of the versioned data file `retriever/weights.toml`.

use std::sync::OnceLock;

use contexd_store::keyword::{Field, FieldWeight};
use serde::Deserialize;

use crate::QueryKind;

/// The numbers of the ranking. Unknown or missing keys in the data file are errors.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// Version of the file.
    pub version: u32,
    /// The keyword score.
    pub bm25f: Bm25fWeights,
    /// Factors on the terms of a report by where they stand.
    pub sections: SectionWeights,
    /// Factors on the signals for questions in prose.
    pub natural_language: SignalWeights,
    /// Factors on the signals for names.
    pub identifier: SignalWeights,
    /// Factors on the signals for paths.
    pub path: SignalWeights,
    /// Factors on the signals for pieces of code.
    pub snippet: SignalWeights,
    /// Factors on the signals for issues and error output.
    pub report: SignalWeights,
    /// Factors on the score by class of file.
    pub priors: Priors,
    /// How the answer is picked from the scored candidates.
    pub selection: Selection,
}

/// The keyword score's numbers: saturation and a weight a field.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bm25fWeights {
    /// Saturation of the term frequency.
    pub k1: f32,
    /// Weight of symbol names.
    pub name: FieldNumbers,
    /// Weight of enclosing containers.
    pub container: FieldNumbers,
    /// Weight of signatures.
    pub signature: FieldNumbers,
    /// Weight of path parts.
    pub path: FieldNumbers,
    /// Weight of documentation comments.
    pub doc: FieldNumbers,
    /// Weight of the text itself.
    pub body: FieldNumbers,
    /// Weight of the file-level context.
    pub capsule: FieldNumbers,
}

/// A field's numbers in the data file.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldNumbers {
    /// Factor on the term frequency.
    pub weight: f32,
    /// Strength of the length normalisation, 0 to 1.
    pub b: f32,
}

impl Bm25fWeights {
    /// The weights by `Field as usize`.
    #[must_use]
    pub(crate) fn fields(&self) -> [FieldWeight; Field::COUNT] {
        let Self { k1: _, name, container, signature, path, doc, body, capsule } = *self;
        Field::ALL.map(|field| {
            let numbers = match field {
                Field::Name => name,
                Field::Container => container,
                Field::Signature => signature,
                Field::Path => path,
                Field::Doc => doc,
                Field::Body => body,
                Field::Capsule => capsule,
            };
            FieldWeight { weight: numbers.weight, b: numbers.b }
        })
    }
}

/// Factors on the terms of a report by where they stand; the weightiest place of a term counts.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SectionWeights {
    /// The first line.
    pub title: f32,
    /// Running text; also all of a question that is no report.
    pub prose: f32,
    /// Messages of errors.
    pub message: f32,
    /// Quoted code, output and data.
    pub quoted: f32,
}

/// Factors on the signals of [`Signals`](crate::Signals), each of its signal's name, and what else depends on the kind of
/// question.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each field is documented as the signal of the same name")]
pub struct SignalWeights {
    pub lexical: f32,
    pub dense_static: f32,
    pub dense_transformer: f32,
    pub definition: f32,
    pub name_words: f32,
    pub file_words: f32,
    pub directory_words: f32,
    pub path_match: f32,
    pub frame: f32,
    pub verbatim: f32,
    pub file_coherence: f32,
    pub linked: f32,
    pub changed_together: f32,
    /// No signal of a chunk: how far a file's second-best chunk raises all its chunks, by this share where it is as good as
    /// the best, by nothing where there is none.
    pub second_chunk: f32,
}

impl SignalWeights {
    /// The factors by the names of their signals, in declaration order.
    #[must_use]
    pub fn named(mut self) -> [(&'static str, f32); 14] {
        self.named_mut().map(|(name, factor)| (name, *factor))
    }

    fn named_mut(&mut self) -> [(&'static str, &mut f32); 14] {
        let Self {
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
            second_chunk,
        } = self;
        [
            ("lexical", lexical),
            ("dense_static", dense_static),
            ("dense_transformer", dense_transformer),
            ("definition", definition),
            ("name_words", name_words),
            ("file_words", file_words),
            ("directory_words", directory_words),
            ("path_match", path_match),
            ("frame", frame),
            ("verbatim", verbatim),
            ("file_coherence", file_coherence),
            ("linked", linked),
            ("changed_together", changed_together),
            ("second_chunk", second_chunk),
        ]
    }
}

impl Priors {
    /// The factors by class; a class may have several.
    fn named_mut(&mut self) -> [(&'static str, &mut f32); 6] {
        let Self { test, test_in_report, example, documentation, configuration, vendored } = self;
        [
            ("test", test),
            ("test", test_in_report),
            ("example", example),
            ("documentation", documentation),
            ("configuration", configuration),
            ("vendored", vendored),
        ]
    }
}

/// Factors on the score by class of file; each bears its class's name in [`PathClass`](crate::PathClass), but for the one
/// on tests where the question is a report: what it tells of is to be mended elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each field is documented as the class of the same name")]
pub struct Priors {
    pub test: f32,
    pub test_in_report: f32,
    pub example: f32,
    pub documentation: f32,
    pub configuration: f32,
    pub vendored: f32,
}

/// How the answer is picked.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// Factor on each further chunk of a file that is in the answer already.
    pub same_file: f32,
}

impl Weights {
    /// The weights that are built in.
    #[must_use]
    pub fn built_in() -> &'static Self {
        static WEIGHTS: OnceLock<Weights> = OnceLock::new();
        WEIGHTS.get_or_init(|| {
            Self::parse(include_str!("../weights.toml"))
                .expect("invariant: a test parses the built-in weights")
        })
    }

    /// Reads weights from the text of a data file.
    ///
    /// # Errors
    /// When the text is not TOML, or lacks a key, or has an unknown one.
    pub fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    /// These weights with `name`, one of [`names`](Self::names), made to play no part; `None` when there is none of that
    /// name.
    #[must_use]
    pub fn without(&self, name: &str) -> Option<Self> {
        let mut weights = self.clone();
        let signals = [
            &mut weights.natural_language,
            &mut weights.identifier,
            &mut weights.path,
            &mut weights.snippet,
            &mut weights.report,
        ];
        let signals = signals.into_iter().flat_map(SignalWeights::named_mut).map(|factor| (factor, 0.0));
        let classes = weights.priors.named_mut().into_iter().map(|factor| (factor, 1.0));
        let mut is_known = false;
        for ((_, factor), neutral) in signals.chain(classes).filter(|((known, _), _)| *known == name) {
            *factor = neutral;
            is_known = true;
        }
        is_known.then_some(weights)
    }

    /// The signals, `second_chunk` and the classes of files, in declaration order.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        let mut priors = self.priors;
        let signals = self.natural_language.named().map(|(name, _)| name);
        let classes = priors.named_mut().map(|(name, _)| name);
        let mut names: Vec<&str> = signals.into_iter().chain(classes).collect();
        names.dedup();
        names
    }

    /// The factors for a kind of question.
    #[must_use]
    pub(crate) fn signals(&self, kind: QueryKind) -> &SignalWeights {
        match kind {
            QueryKind::Identifier => &self.identifier,
            QueryKind::Path => &self.path,
            QueryKind::NaturalLanguage => &self.natural_language,
            QueryKind::Snippet => &self.snippet,
            QueryKind::Report => &self.report,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_weights_parse() {
        assert_eq!(Weights::built_in().version, 1);
    }

    #[test]
    fn everything_that_is_named_can_be_left_out() {
        let weights = Weights::built_in();
        assert!(weights.names().into_iter().all(|name| weights.without(name).is_some()));
        let without = weights.without("frame").unwrap();
        assert!(without.report.frame.abs() < f32::EPSILON && without.report.lexical > 0.0);
        assert_eq!(weights.without("test").map(|weights| weights.priors.test), Some(1.0));
        assert!(weights.without("surprise").is_none());
    }

    #[test]
    fn an_unknown_key_is_an_error() {
        let text = format!("{}\nsurprise = 1\n", include_str!("../weights.toml"));
        assert!(Weights::parse(&text).is_err());
    }
}
