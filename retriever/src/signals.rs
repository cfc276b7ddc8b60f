//! The signals of a candidate: every number that the score is made of, in one documented struct.

use crate::path_class::PathClass;

/// What is known of one candidate chunk for one question. Similarities and shares lie in 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Signals {
    /// BM25F score over the best BM25F score of this question.
    pub lexical: f32,
    /// Similarity in the built-in model, rescaled between the weakest and the best dense candidate.
    pub dense_static: f32,
    /// The same in the transformer model, if one is installed.
    pub dense_transformer: f32,
    /// How well a symbol defined in the chunk matches a name in the question; 1 is a qualified exact match.
    pub definition: f32,
    /// Best overlap between the words of a symbol's name defined in the chunk and the words of the question; 0 for a kind
    /// of question for which it weighs nothing.
    pub name_words: f32,
    /// Overlap between the words of the file's name and the words of the question.
    pub file_words: f32,
    /// Share of the question's words found among the words of the file's directories.
    pub directory_words: f32,
    /// Whether the question names the file's path (1) or its file name (0.5).
    pub path_match: f32,
    /// Whether error output in the question names a line of the chunk: 1 for the innermost frame, less for each
    /// further one.
    pub frame: f32,
    /// Share of the quoted literals, or of the runs of four tokens of a piece of code, that stand in the chunk as the
    /// question has them.
    pub verbatim: f32,
    /// How much of the question's lexical evidence falls on the chunk's file, over the best file's.
    pub file_coherence: f32,
    /// 1 where the chunk's file uses or imports the file in the focus, or is used or imported by it.
    pub linked: f32,
    /// How much commits change the chunk's file together with the file in the focus; the square root of what the history
    /// counts, which has few large values.
    pub changed_together: f32,
    /// Class of the file by its path, with the classes that the question asks for already switched off, and tests where the
    /// file hangs together with the focus.
    pub path_class: PathClass,
}

impl Signals {
    /// The numbers by name, in declaration order; the path class shows as one flag a class.
    #[must_use]
    pub fn named(&self) -> Vec<(&'static str, f32)> {
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
            path_class,
        } = *self;
        let flag = |set: bool| if set { 1.0 } else { 0.0 };
        vec![
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
            ("test", flag(path_class.test)),
            ("example", flag(path_class.example)),
            ("documentation", flag(path_class.documentation)),
            ("configuration", flag(path_class.configuration)),
            ("vendored", flag(path_class.vendored)),
        ]
    }
}
