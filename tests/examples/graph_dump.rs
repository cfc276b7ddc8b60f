//! Prints what every use in a tree is resolved to, one JSON object a line, for referees that know the language.
//!
//! `graph_dump [--unresolved] [--times] TREE` reads the files that the index would read. A line has `path`, `line`
//! and `column` (1-based, bytes), `name`, `receiver`, `kind`, `confidence`, `candidates` and `targets`, a list of
//! `path`, `line`, `column`, `kind` and `name`; `--unresolved` adds the uses that mean nothing in the tree, with
//! confidence `none`. `--times` prints instead how long parsing, building the graph and updating it after an edit of
//! one file took.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the report is what it is for")]

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use contexd_graph::{Confidence, Graph};
use contexd_indexer::scope::{Scope, ScopeConfig, ScopeOptions};
use contexd_indexer::{ParseBudget, content, parse_file, scan};
use contexd_store::{ContentHash, FileEntry, FileId, FileStat, Generation, ReferenceRecord, SymbolId};
use rayon::prelude::*;
use serde_json::{Value, json};

/// Larger files are left out, as the index does.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// A file's record and its text.
type ReadFile = (Arc<FileEntry>, Arc<str>);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let Some(tree) = arguments.iter().find(|argument| !argument.starts_with("--")) else {
        eprintln!("usage: graph_dump [--unresolved] [--times] TREE");
        return ExitCode::from(2);
    };
    let began = Instant::now();
    let files = match read(Path::new(tree)) {
        Ok(files) => files,
        Err(message) => {
            eprintln!("{tree}: {message}");
            return ExitCode::from(2);
        }
    };
    let parsed = began.elapsed();
    let entries: Vec<Arc<FileEntry>> = files.iter().map(|(entry, _)| Arc::clone(entry)).collect();
    let began = Instant::now();
    let graph = Graph::empty().with_files(&entries, Generation(1));
    let built = began.elapsed();
    if has("--times") {
        let update = time_update(&graph, &entries);
        println!("parsed {parsed:.2?}, built {built:.2?}, updated {update:.2?}; {:?}", graph.report());
        return ExitCode::SUCCESS;
    }
    for (entry, text) in &files {
        dump(&graph, &files, entry, text, has("--unresolved"));
    }
    ExitCode::SUCCESS
}

/// The records of all files that the index would read, with their texts.
fn read(tree: &Path) -> Result<Vec<ReadFile>, String> {
    let options = ScopeOptions { config: ScopeConfig::default(), ..ScopeOptions::default() };
    let scope = Scope::new(tree, &options).map_err(|error| error.to_string())?;
    let found = scan::walk(&scope).map_err(|error| error.to_string())?;
    let readable: Vec<_> =
        found.files.iter().filter(|file| file.skip.is_none() && file.stat.size <= MAX_FILE_BYTES).collect();
    let read_one = |(number, path): (usize, &Arc<str>)| {
        let bytes = std::fs::read(tree.join(&**path)).ok()?;
        let text: Arc<str> = content::classify(path, &bytes).ok()?.into();
        Some((entry(number as u32, path, &text), text))
    };
    let paths: Vec<Arc<str>> = readable.iter().map(|file| file.path.clone()).collect();
    Ok(paths.par_iter().enumerate().filter_map(read_one).collect())
}

fn entry(id: u32, path: &Arc<str>, text: &str) -> Arc<FileEntry> {
    Arc::new(FileEntry {
        id: FileId(id),
        path: Arc::clone(path),
        blob: ContentHash::of(text.as_bytes()),
        stat: FileStat::default(),
        record: Arc::new(parse_file(path, text, &ParseBudget::default())),
        generation: Generation(1),
    })
}

/// How long the graph takes to follow an edit that leaves a file's outline alone, and one that does not.
fn time_update(graph: &Graph, entries: &[Arc<FileEntry>]) -> [std::time::Duration; 2] {
    let largest = entries.iter().enumerate().max_by_key(|(_, entry)| entry.record.references.len());
    let Some((at, edited)) = largest else { return Default::default() };
    let mut times = [std::time::Duration::ZERO; 2];
    for (number, time) in times.iter_mut().enumerate() {
        let mut record = (*edited.record).clone();
        if number == 1
            && let Some(symbol) = record.symbols.last_mut()
        {
            symbol.name = format!("{}_renamed", symbol.name).into();
        }
        let mut present = entries.to_vec();
        let id = FileId(entries.len() as u32 + 1 + number as u32);
        present[at] = Arc::new(FileEntry { id, record: Arc::new(record), ..(**edited).clone() });
        let began = Instant::now();
        let updated = graph.with_files(&present, Generation(2));
        *time = began.elapsed();
        eprintln!("{:?}", updated.report());
    }
    times
}

fn dump(graph: &Graph, files: &[ReadFile], entry: &FileEntry, text: &str, with_unresolved: bool) {
    let mut resolved = graph.uses_in(&entry.path).peekable();
    for reference in &entry.record.references {
        let known = resolved.next_if(|(of, _)| std::ptr::eq(*of, reference));
        let (confidence, targets) = match &known {
            Some((_, resolution)) => (Some(resolution.confidence), &*resolution.targets),
            None if with_unresolved => (None, &[][..]),
            None => continue,
        };
        let targets: Vec<Value> = targets.iter().map(|id| target(files, *id)).collect();
        println!("{}", line(&entry.path, text, reference, confidence, &targets));
    }
}

fn line(
    path: &str,
    text: &str,
    reference: &ReferenceRecord,
    confidence: Option<Confidence>,
    targets: &[Value],
) -> Value {
    json!({
        "path": path,
        "line": reference.line,
        "column": column(text, reference.start_byte),
        "name": &*reference.name,
        "receiver": &*reference.receiver,
        "kind": reference.kind.as_str(),
        "confidence": confidence.map_or("none", Confidence::as_str),
        "candidates": confidence.map_or(0, Confidence::candidates),
        "targets": targets,
    })
}

fn target(files: &[ReadFile], id: SymbolId) -> Value {
    let Some((entry, text)) = files.iter().find(|(entry, _)| entry.id == id.file) else { return Value::Null };
    let symbol = &entry.record.symbols[id.ordinal as usize];
    json!({
        "path": &*entry.path,
        "line": symbol.name_span.start_line,
        "column": column(text, symbol.name_span.start_byte),
        "kind": symbol.kind.as_str(),
        "name": &*symbol.qualified_name,
    })
}

/// The 1-based column, in bytes, of an offset.
fn column(text: &str, offset: u32) -> usize {
    let before = &text[..offset as usize];
    before.len() - before.rfind('\n').map_or(0, |end| end + 1) + 1
}
