//! What is asked: the questions of annotation files, or questions made of what a repository defines.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use contexd_proto::v1;
use contexd_tests::client::Client;
use serde::Deserialize;

/// Questions of each category that are made of a repository.
const QUESTIONS_PER_CATEGORY: usize = 100;
/// Most symbols that one request lists.
const SYMBOLS_PER_REQUEST: u32 = 200;
/// Words of a sentence that is asked as a question.
const SENTENCE_WORDS: std::ops::RangeInclusive<usize> = 4..=20;

/// A question and its category, as `contexd eval` reads them.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Question {
    /// The question.
    pub(crate) query: String,
    /// What sort it is.
    #[serde(default)]
    pub(crate) category: String,
}

/// The questions of annotation files, in order.
pub(crate) fn of_files(files: &[PathBuf]) -> Result<Vec<Question>, String> {
    let mut questions = Vec::new();
    for path in files {
        let text = super::read(path)?;
        let of_file: Vec<Question> =
            serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        questions.extend(of_file);
    }
    Ok(questions)
}

/// Questions made of what the repository defines: names, qualified names, the first sentences of documentation, and paths,
/// each spread evenly over the alphabet and over what was found.
pub(crate) fn of_repository(client: &Client, repository: &str) -> Result<Vec<Question>, String> {
    let mut found: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for letter in 'a'..='z' {
        let request = v1::SearchSymbolsRequest {
            repository: repository.to_owned(),
            name: letter.to_string(),
            limit: SYMBOLS_PER_REQUEST,
            ..Default::default()
        };
        let reply = client.wait(client.searching().search_symbols(request));
        for symbol in reply.map_err(|status| status.to_string())?.hits {
            let sentence = first_sentence(&symbol.doc);
            for (category, query) in [
                ("name", Some(symbol.name)),
                ("qualified name", Some(symbol.qualified_name)),
                ("sentence", sentence),
                ("path", Some(symbol.path)),
            ] {
                found.entry(category).or_default().extend(query.filter(|query| query.len() > 1));
            }
        }
    }
    let spread = |(category, queries): (&str, BTreeSet<String>)| {
        let step = queries.len().div_ceil(QUESTIONS_PER_CATEGORY).max(1);
        let category = category.to_owned();
        let chosen = queries.into_iter().step_by(step);
        chosen.map(|query| Question { query, category: category.clone() }).collect::<Vec<_>>()
    };
    let mut questions: Vec<Question> = found.into_iter().flat_map(spread).collect();
    // The question that is asked again and again is the first one: a sentence, which every part of the search answers.
    questions.sort_by_key(|question| question.category != "sentence");
    Ok(questions)
}

/// The first sentence of a documentation comment, if it is one.
fn first_sentence(doc: &str) -> Option<String> {
    let paragraph = doc.split("\n\n").next().unwrap_or_default();
    let words: Vec<&str> = paragraph.split_whitespace().collect();
    let joined = words.join(" ");
    let sentence = joined.split(". ").next().unwrap_or_default().trim_end_matches('.');
    SENTENCE_WORDS.contains(&sentence.split(' ').count()).then(|| sentence.to_owned())
}
