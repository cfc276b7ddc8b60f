//! Measures the parsing half over a directory, or shows what it makes of one file.
//!
//! `parse_bench DIR` prints the processor time of bare tree-sitter parses and of whole records for each language;
//! `parse_bench --show FILE` prints symbols, chunks, references and imports; `parse_bench --skipped DIR` lists the
//! files whose content keeps them out of the index.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a tool for developers")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use contexd_indexer::lang::Language;
use contexd_indexer::{ParseBudget, content, lang, parse, parse_file};
use contexd_store::FileRecord;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [flag, file] if flag == "--show" => show(file),
        [flag, directory] if flag == "--skipped" => show_skipped(Path::new(directory)),
        [directory] => measure(Path::new(directory)),
        _ => println!("usage: parse_bench DIR | --show FILE | --skipped DIR"),
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

#[derive(Default)]
struct Totals {
    files: usize,
    bytes: usize,
    lines: usize,
    symbols: usize,
    references: usize,
    chunks: usize,
    with_errors: usize,
    bare: Duration,
    whole: Duration,
}

/// Paths and contents.
type Files = Vec<(String, String)>;

fn measure(directory: &Path) {
    let mut texts: BTreeMap<&str, (&'static Language, Files)> = BTreeMap::new();
    let mut skipped: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in ignore::WalkBuilder::new(directory).build().flatten() {
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
        "language      files      bytes    lines  symbols     refs   chunks errors    bare   whole  ratio"
    );
    for (name, (language, files)) in &texts {
        measure_language(language, files).print(name);
    }
    println!("skipped: {skipped:?}");
}

fn measure_language(language: &'static Language, files: &Files) -> Totals {
    let start = Instant::now();
    let budget = ParseBudget::default();
    // Compiles the query outside the measured time.
    let _ = parse("", language, &budget);
    let mut total = Totals::default();
    let bare_start = processor_time(start);
    files.iter().for_each(|(_, text)| bare_parse(language.name, text));
    let whole_start = processor_time(start);
    for (path, text) in files {
        let file_start = Instant::now();
        let record = parse(text, language, &budget);
        if file_start.elapsed() > Duration::from_millis(500) {
            println!("slow: {path} {:?} {:?}", file_start.elapsed(), record.problems);
        }
        total.add(text, &record);
    }
    total.bare = whole_start - bare_start;
    total.whole = processor_time(start) - whole_start;
    total
}

/// Only the syntax tree, for comparison.
fn bare_parse(language: &str, text: &str) {
    let grammar = match language {
        "rust" => tree_sitter_rust::LANGUAGE,
        "python" => tree_sitter_python::LANGUAGE,
        "javascript" => tree_sitter_javascript::LANGUAGE,
        "typescript" => tree_sitter_typescript::LANGUAGE_TYPESCRIPT,
        "tsx" => tree_sitter_typescript::LANGUAGE_TSX,
        "go" => tree_sitter_go::LANGUAGE,
        "java" => tree_sitter_java::LANGUAGE,
        "c" => tree_sitter_c::LANGUAGE,
        "cpp" => tree_sitter_cpp::LANGUAGE,
        _ => return,
    };
    let mut parser = tree_sitter::Parser::new();
    if parser.set_language(&grammar.into()).is_ok() {
        parser.parse(text, None);
    }
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

    fn print(&self, name: &str) {
        println!(
            "{name:12} {:6} {:10} {:8} {:8} {:8} {:8} {:6} {:>6}ms {:>5}ms {:5.2}",
            self.files,
            self.bytes,
            self.lines,
            self.symbols,
            self.references,
            self.chunks,
            self.with_errors,
            self.bare.as_millis(),
            self.whole.as_millis(),
            self.whole.as_secs_f64() / self.bare.as_secs_f64().max(1e-9),
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
