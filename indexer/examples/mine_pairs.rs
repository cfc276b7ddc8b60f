//! Mines pairs of documentation and definition out of source trees, to train an embedding model on.
//!
//! `mine_pairs DIR...` takes each folder in a DIR for a package and prints one JSON object a line for each documented
//! definition of its files: `language`, `package`, `path`, `name`, `containers` (innermost last), `signature`, `doc`
//! (the text without comment marks) and `code` (the definition without its documentation). Tests, examples, copies
//! of other packages and generated files are left out. What becomes of the pairs is up to `models/training`.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a tool for developers")]

use std::collections::HashSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use contexd_indexer::{ParseBudget, content, lang, parse};
use contexd_store::{FileRecord, SymbolKind, SymbolRecord};
use rayon::prelude::*;

/// Larger files are mostly generated.
const MAX_FILE_BYTES: usize = 400_000;

/// Bytes of a definition that are kept: more than an embedding model reads.
const MAX_CODE_BYTES: usize = 2_400;

/// Folders that hold other things than a package's own library code.
const OTHER_FOLDERS: [&str; 16] = [
    "test",
    "tests",
    "testing",
    "testdata",
    "spec",
    "__tests__",
    "example",
    "examples",
    "benches",
    "benchmarks",
    "node_modules",
    "vendor",
    "third_party",
    "_vendor",
    "dist",
    "debian",
];

/// Characters that comments begin, end or are decorated with.
const COMMENT_MARKS: &[char] =
    &['/', '*', '!', '#', '-', ';', '%', '"', '\'', '{', '}', '|', ' ', '\t', '\r'];

fn main() {
    for directory in std::env::args().skip(1) {
        let mut packages: Vec<PathBuf> = fs::read_dir(&directory)
            .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
            .unwrap_or_default();
        packages.sort();
        packages.par_iter().for_each(|package| print_package(package));
    }
}

/// Prints the pairs of one package at once, so that packages that are mined side by side do not mix.
fn print_package(package: &Path) {
    let mut lines = String::new();
    let entries =
        ignore::WalkBuilder::new(package).standard_filters(false).sort_by_file_path(Path::cmp).build();
    for entry in entries.flatten().filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file())) {
        let path = entry.path().strip_prefix(package).unwrap_or(entry.path()).to_string_lossy().into_owned();
        if is_library_code(&path)
            && let Ok(bytes) = fs::read(entry.path())
        {
            mine_file(package, &path, &bytes, &mut lines);
        }
    }
    // A closed pipe ends the tool with the reader.
    let _ = std::io::stdout().lock().write_all(lines.as_bytes());
}

fn is_library_code(path: &str) -> bool {
    let mut parts: Vec<&str> = path.split('/').collect();
    let file_name = parts.pop().unwrap_or_default();
    !parts.iter().any(|part| OTHER_FOLDERS.contains(part))
        && ![".min.", ".bundle.", ".test.", ".spec.", "_test.", "test_", ".pb."]
            .iter()
            .any(|mark| file_name.contains(mark))
}

fn mine_file(package: &Path, path: &str, bytes: &[u8], lines: &mut String) {
    if bytes.len() > MAX_FILE_BYTES {
        return;
    }
    let Ok(text) = content::classify(path, bytes) else { return };
    let language = lang::detect(path, &bytes[..bytes.len().min(4096)]);
    if !language.has_grammar() {
        return;
    }
    let record = parse(text, language, &ParseBudget::default());
    let documented = record.symbols.iter().filter(|symbol| is_documented_code(symbol));
    for symbol in documented {
        let pair = serde_json::json!({
            "language": language.name,
            "package": package.file_name().map(|name| name.to_string_lossy()),
            "path": path,
            "name": symbol.name,
            "containers": containers(&record, symbol),
            "signature": symbol.signature,
            "doc": symbol.doc,
            "code": code_without_doc(text, symbol),
        });
        lines.push_str(&pair.to_string());
        lines.push('\n');
    }
}

/// Whether a definition has both a body and documentation.
fn is_documented_code(symbol: &SymbolRecord) -> bool {
    let is_code = symbol.kind.is_callable() || symbol.kind.is_type() || symbol.kind == SymbolKind::Module;
    is_code && !symbol.is_test && !symbol.doc.is_empty()
}

/// Names of what the symbol stands in, outermost first.
fn containers<'a>(record: &'a FileRecord, symbol: &'a SymbolRecord) -> Vec<&'a str> {
    let mut names = Vec::new();
    let mut parent = symbol.parent;
    // A container may stand further down in the file, so that a chain is cut rather than trusted to end.
    while let Some(position) = parent.filter(|_| names.len() < 8) {
        let container = &record.symbols[position as usize];
        names.push(&*container.name);
        parent = container.parent;
    }
    names.reverse();
    names
}

/// The definition's lines but for those of its documentation.
fn code_without_doc(text: &str, symbol: &SymbolRecord) -> String {
    let doc: HashSet<&str> = symbol.doc.lines().map(bare).filter(|line| !line.is_empty()).collect();
    let span = &text[symbol.span.start_byte as usize..symbol.span.end_byte as usize];
    let lines_before_name = symbol.name_span.start_line.saturating_sub(symbol.span.start_line) as usize;
    let mut code = String::new();
    for (number, line) in span.lines().enumerate() {
        let is_doc = if number < lines_before_name { is_comment(line) } else { doc.contains(bare(line)) };
        if code.len() + line.len() > MAX_CODE_BYTES {
            break;
        }
        if !is_doc && !line.trim().is_empty() {
            code.push_str(line);
            code.push('\n');
        }
    }
    code
}

/// A line's text without white space and comment marks around it.
fn bare(line: &str) -> &str {
    line.trim_matches(COMMENT_MARKS)
}

/// Whether a line above a definition is a comment, not an attribute or a part of the declaration.
fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    ["//", "/*", "*", "--", ";", "%", "(*", "{-", "\"\"\""].iter().any(|mark| line.starts_with(mark))
        || (line.starts_with('#') && !line.starts_with("#["))
}
