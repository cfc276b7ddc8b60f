//! Rules on single source files.

use contexd_tests::rust_source::{functions, mask};
use contexd_tests::workspace::{SourceFile, files};

use super::report;

/// Longest function, from `fn` to its closing brace.
const MAX_FUNCTION_LINES: usize = 70;

/// Macros that stand for something unfinished.
const UNFINISHED_MACROS: [&str; 3] = ["todo!", "unimplemented!", "dbg!"];

/// Folders with Rust sources.
const CRATES: [&str; 7] = ["proto", "store", "indexer", "graph", "retriever", "server", "tests"];

fn rust_files() -> Vec<SourceFile> {
    CRATES
        .iter()
        .flat_map(|folder| files(folder, &[".rs"]))
        .filter(|file| !file.path.contains("/fixtures/"))
        .collect()
}

#[test]
fn every_module_says_what_it_is_on_its_first_line() {
    let problems: Vec<String> =
        rust_files().into_iter().filter(|file| !file.text.starts_with("//!")).map(|file| file.path).collect();
    report("modules that do not begin with `//!`", &problems);
}

#[test]
fn no_function_is_longer_than_seventy_lines() {
    let mut problems = Vec::new();
    for file in rust_files() {
        for function in functions(&mask(&file.text)) {
            if function.line_count() > MAX_FUNCTION_LINES {
                problems.push(format!(
                    "{}:{}: {} has {} lines",
                    file.path,
                    function.first_line,
                    function.name,
                    function.line_count()
                ));
            }
        }
    }
    report("functions that are too long", &problems);
}

#[test]
fn nothing_is_left_unfinished() {
    let marks = [concat!("FIX", "ME"), concat!("XX", "X"), concat!("TO", "DO")];
    let mut problems = Vec::new();
    for file in rust_files() {
        let masked = mask(&file.text);
        for (number, (code, line)) in masked.lines().zip(file.text.lines()).enumerate() {
            let unfinished = UNFINISHED_MACROS.iter().any(|name| has_word(code, name));
            if unfinished || marks.iter().any(|mark| has_word(line, mark)) {
                problems.push(format!("{}:{}: {}", file.path, number + 1, line.trim()));
            }
        }
    }
    report("unfinished code", &problems);
}

/// Whether `word` stands in `line` and not as the end of a longer word.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !is_word(before) && (word.ends_with('!') || !is_word(after))
    })
}

#[test]
fn nothing_speaks_of_one_machine() {
    let words = [
        concat!("/ro", "ot/"),
        concat!("/wo", "rk/"),
        concat!("index.crates", ".io"),
        concat!("static.crates", ".io"),
        concat!("files.pythonhosted", ".org"),
    ];
    let mut problems = Vec::new();
    for file in files("", &[".rs", ".md", ".toml", ".proto", ".scm", ".sh", ".py", ".yml", "Makefile", "run"])
    {
        for (number, line) in file.text.lines().enumerate() {
            if words.iter().any(|word| line.contains(word)) {
                problems.push(format!("{}:{}: {}", file.path, number + 1, line.trim()));
            }
        }
    }
    report("paths and hosts of one machine", &problems);
}
