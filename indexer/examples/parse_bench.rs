//! Measures the parsing half over a directory, or shows what it makes of one file.
//!
//! `parse_bench DIR...` prints, for each language, the processor time of bare tree-sitter parses, of these with
//! symbols, references, imports and bindings, and of whole records with chunks, over at most 8 MB of each language;
//! `parse_bench --show FILE` prints symbols, chunks, references and imports; `parse_bench --skipped DIR` lists the
//! files whose content keeps them out of the index.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a tool for developers")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use contexd_indexer::lang::Language;
use contexd_indexer::{ParseBudget, Stage, content, lang, parse, parse_as_far_as, parse_file};
use contexd_store::FileRecord;

/// How much of each language is measured.
const MAX_BYTES_A_LANGUAGE: usize = 8_000_000;

/// Files that are parsed in one way before the next way has its turn.
const FILES_A_BATCH: usize = 64;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [flag, file] if flag == "--show" => show(file),
        [flag, directory] if flag == "--skipped" => show_skipped(Path::new(directory)),
        [] => println!("usage: parse_bench DIR... | --show FILE | --skipped DIR"),
        directories => measure(directories),
    }
}

fn show_skipped(directory: &Path) {
    for entry in ignore::WalkBuilder::new(directory).build().flatten() {
        let path = entry.path().to_string_lossy();
        let Ok(bytes) = fs::read(entry.path()) else { continue };
        if let Err(reason) = content::classify(&path, &bytes) {
            println!("{} {path}", reason.as_str());
        }
    }
}

/// Processor time of this process, or wall time where the system does not say.
fn processor_time(start: Instant) -> Duration {
    let statistics = fs::read_to_string("/proc/self/schedstat").ok();
    let nanoseconds = statistics.as_deref().and_then(|text| text.split(' ').next()?.parse().ok());
    nanoseconds.map_or(start.elapsed(), Duration::from_nanos)
}

#[derive(Clone, Default)]
struct Totals {
    files: usize,
    bytes: usize,
    lines: usize,
    symbols: usize,
    references: usize,
    chunks: usize,
    with_errors: usize,
    tree: Duration,
    facts: Duration,
    record: Duration,
}

/// Paths and contents.
type Files = Vec<(String, String)>;

fn measure(directories: &[String]) {
    let mut texts: BTreeMap<&str, (&'static Language, Files)> = BTreeMap::new();
    let mut skipped: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in
        directories.iter().flat_map(|directory| ignore::WalkBuilder::new(directory).build()).flatten()
    {
        let path = entry.path().to_string_lossy().into_owned();
        let Ok(bytes) = fs::read(entry.path()) else { continue };
        match content::classify(&path, &bytes) {
            Ok(text) if text.len() <= 1 << 20 => {
                let language = lang::detect(&path, &bytes[..bytes.len().min(4096)]);
                let (_, files) = texts.entry(language.name).or_insert((language, Vec::new()));
                files.push((path, text.to_owned()));
            }
            Ok(_) => *skipped.entry("too_large").or_default() += 1,
            Err(reason) => *skipped.entry(reason.as_str()).or_default() += 1,
        }
    }
    println!(
        "language      files      bytes    lines  symbols     refs   chunks errors      tree     facts    record \
         facts/tree record/tree"
    );
    let mut all = Totals::default();
    for (name, (language, mut files)) in texts.into_iter().filter(|(_, (language, _))| language.has_grammar())
    {
        keep_evenly(&mut files, MAX_BYTES_A_LANGUAGE);
        let totals = measure_language(language, &files);
        totals.print(name);
        all.include(&totals);
    }
    all.print("all");
    println!("skipped: {skipped:?}");
}

/// Leaves out files, evenly spread over the list, until at most `limit` bytes remain.
fn keep_evenly(files: &mut Files, limit: usize) {
    let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
    let mut owed = 0.0;
    files.retain(|(_, text)| {
        owed += text.len() as f64 * limit as f64 / bytes.max(1) as f64;
        let is_kept = bytes <= limit || owed >= text.len() as f64;
        owed -= if is_kept { text.len() as f64 } else { 0.0 };
        is_kept
    });
}

/// Parses the files in batches, each to the tree, to the facts and to the record in turn, so that all three see
/// the same machine.
fn measure_language(language: &'static Language, files: &Files) -> Totals {
    let start = Instant::now();
    let budget = ParseBudget::default();
    // Compiles the query outside the measured time.
    let _ = parse("", language, &budget);
    let mut total = Totals::default();
    for batch in files.chunks(FILES_A_BATCH) {
        let tree_start = processor_time(start);
        for (_, text) in batch {
            let _ = parse_as_far_as(Stage::Tree, text, language, &budget);
        }
        let facts_start = processor_time(start);
        for (_, text) in batch {
            let _ = parse_as_far_as(Stage::Facts, text, language, &budget);
        }
        let record_start = processor_time(start);
        let records: Vec<FileRecord> = batch.iter().map(|(_, text)| parse(text, language, &budget)).collect();
        total.record += processor_time(start) - record_start;
        total.facts += record_start - facts_start;
        total.tree += facts_start - tree_start;
        batch.iter().zip(&records).for_each(|((_, text), record)| total.add(text, record));
    }
    total
}

impl Totals {
    fn add(&mut self, text: &str, record: &FileRecord) {
        self.files += 1;
        self.bytes += text.len();
        self.lines += record.line_count as usize;
        self.symbols += record.symbols.len();
        self.references += record.references.len();
        self.chunks += record.chunks.len();
        self.with_errors += usize::from(!record.problems.is_empty());
    }

    fn include(&mut self, other: &Self) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.lines += other.lines;
        self.symbols += other.symbols;
        self.references += other.references;
        self.chunks += other.chunks;
        self.with_errors += other.with_errors;
        self.tree += other.tree;
        self.facts += other.facts;
        self.record += other.record;
    }

    fn print(&self, name: &str) {
        let ratio = |time: Duration| time.as_secs_f64() / self.tree.as_secs_f64().max(1e-9);
        println!(
            "{name:12} {:6} {:10} {:8} {:8} {:8} {:8} {:6} {:>7}ms {:>7}ms {:>7}ms {:10.2} {:11.2}",
            self.files,
            self.bytes,
            self.lines,
            self.symbols,
            self.references,
            self.chunks,
            self.with_errors,
            self.tree.as_millis(),
            self.facts.as_millis(),
            self.record.as_millis(),
            ratio(self.facts),
            ratio(self.record),
        );
    }
}

fn show(file: &str) {
    let Ok(text) = fs::read_to_string(file) else { return println!("cannot read {file}") };
    let record = parse_file(file, &text, &ParseBudget::default());
    println!("{} {} lines {:?}", record.language, record.line_count, record.problems);
    for (position, symbol) in record.symbols.iter().enumerate() {
        println!(
            "{position:4} {:4}-{:<4} {} {} [{}]{} parent={:?}\n       {}\n       // {}",
            symbol.span.start_line,
            symbol.span.end_line,
            symbol.kind.as_str(),
            symbol.qualified_name,
            symbol.visibility.as_str(),
            if symbol.is_test { " test" } else { "" },
            symbol.parent,
            symbol.signature,
            symbol.doc.lines().next().unwrap_or_default(),
        );
    }
    for chunk in &record.chunks {
        let name = chunk.symbol.map(|symbol| &*record.symbols[symbol as usize].qualified_name);
        println!(
            "chunk {:4}-{:<4} {} {:?} {:?}",
            chunk.span.start_line,
            chunk.span.end_line,
            chunk.kind.as_str(),
            name,
            chunk.defines
        );
    }
    for reference in &record.references {
        let enclosing = reference.enclosing.map(|symbol| &*record.symbols[symbol as usize].qualified_name);
        println!("ref {:4} {} {} in {enclosing:?}", reference.line, reference.kind.as_str(), reference.name);
    }
    for import in &record.imports {
        println!("import {:4} {}", import.line, import.module);
    }
}
