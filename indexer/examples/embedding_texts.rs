//! Prints what is embedded of a tree: `embedding_texts DIR` gives one JSON object a line for each chunk, with `path`,
//! `start_line`, `end_line` (1-based, both included) and `text`, so that a model can be judged outside the program.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a tool for developers")]

use std::fs;
use std::path::Path;

use contexd_indexer::{ParseBudget, content, lang, parse};
use contexd_store::document::embedding_texts;

fn main() {
    for directory in std::env::args().skip(1) {
        let root = Path::new(&directory);
        for entry in ignore::WalkBuilder::new(root).sort_by_file_path(Path::cmp).build().flatten() {
            let path = entry.path().strip_prefix(root).unwrap_or(entry.path()).to_string_lossy();
            if let Ok(bytes) = fs::read(entry.path()) {
                print_file(&path, &bytes);
            }
        }
    }
}

fn print_file(path: &str, bytes: &[u8]) {
    let Ok(text) = content::classify(path, bytes) else { return };
    let language = lang::detect(path, &bytes[..bytes.len().min(4096)]);
    let record = parse(text, language, &ParseBudget::default());
    for (chunk, embedded) in record.chunks.iter().zip(embedding_texts(path, &record, text)) {
        let line = serde_json::json!({
            "path": path,
            "start_line": chunk.span.start_line,
            "end_line": chunk.span.end_line,
            "text": embedded,
        });
        println!("{line}");
    }
}
