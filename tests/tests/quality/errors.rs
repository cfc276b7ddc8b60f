//! The kept output of failing runs: enough of it, from enough languages, and nothing of the machine it was made on.
//! `scripts/error-output.py` measures with it.

use std::collections::BTreeSet;

use contexd_tests::workspace;
use serde::Deserialize;

/// Where it lies, relative to the workspace.
const DIRECTORY: &str = "tests/quality/errors";

/// Most lines of an output: what a person would paste.
const MOST_LINES: usize = 200;

/// A failing run, as far as it matters here.
#[derive(Deserialize)]
struct Case {
    id: String,
    language: String,
    source: String,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(&workspace::text(&format!("{DIRECTORY}/cases.json"))).unwrap()
}

#[test]
fn failing_runs_are_many_and_of_many_languages() {
    let cases = cases();
    let languages: BTreeSet<&str> = cases.iter().map(|case| case.language.as_str()).collect();
    assert!(cases.len() >= 40, "{} cases", cases.len());
    assert!(languages.len() >= 8, "{languages:?}");
}

#[test]
fn each_failing_run_has_a_listed_source_and_a_short_output_without_private_paths() {
    let sources = workspace::text(&format!("{DIRECTORY}/sources.txt"));
    let listed: BTreeSet<String> = sources.lines().map(first_three_words).collect();
    for Case { id, source, .. } in cases() {
        assert!(listed.contains(&source), "{id}: {source} is not in sources.txt");
        let output = workspace::text(&format!("{DIRECTORY}/outputs/{id}.txt"));
        let lines = output.lines().count();
        assert!((1..=MOST_LINES).contains(&lines), "{id}: {lines} lines");
        for word in output.split([' ', '"', '\'', '(', ':', '\n']).filter(|word| word.starts_with("/home/")) {
            assert!(word.starts_with("/home/dev/"), "{id}: {word}");
        }
    }
}

fn first_three_words(line: &str) -> String {
    line.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}
