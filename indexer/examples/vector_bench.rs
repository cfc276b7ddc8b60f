//! Exact scan against HNSW graph on the built-in model's vectors of real code: recall, latency, build time, memory. The
//! numbers of ADR 0002 come from here.
//!
//! `cargo run --release -p contexd-indexer --example vector_bench -- [--rows 10000,50000] [--replace ROWS] DIR...`
//!
//! The files under the directories are mixed (one of each in turn), taken once a content, chunked and embedded as the
//! program does. One file in 32 is held out: its first documentation comment, and the text of one of its chunks, are
//! questions. The truth is the similarity of every stored row to the float question. Only the vectors are real: each
//! chunk's text in the index is a short line, so that nothing but vectors is measured.
//!
//! Times are of whole calls of `Snapshot::nearest`, the best of several rounds over all questions, so that other work
//! on the machine counts for little; build times are processor time for the same reason.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints a table")]

mod code;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use code::CodeFile;
use contexd_indexer::embed::{Embedder, StaticModel, embed_file};
use contexd_store::vectors::{FileVectors, VectorHit};
use contexd_store::{
    Batch, ChunkId, ChunkKind, ChunkRecord, ContentHash, FileChange, FileContent, FileRecord, FileStat,
    FileUpsert, IndexedContent, Snapshot, Span, StoreOptions, Writer, open,
};
use rayon::prelude::*;

/// One file in so many is held out.
const HELD_OUT: u8 = 32;
/// Questions of each kind.
const QUESTIONS: usize = 150;
/// Hits asked for: as many as a person reads, and as many as the retriever takes as candidates.
const HITS: [usize; 2] = [10, 120];
const ROUNDS: usize = 5;
/// Share of the files that `--replace` replaces.
const REPLACED: f64 = 0.3;
const LONGEST_BUILD: Duration = Duration::from_secs(4 * 3_600);
/// Length of the line that stands for a chunk's text.
const LINE_BYTES: u32 = 9;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::read()?;
    let model = StaticModel::built_in();
    let corpus = Corpus::read(&arguments, &model)?;
    let fingerprint = model.model().fingerprint;
    eprintln!("{} rows of {} files, {} questions", corpus.rows(), corpus.files.len(), corpus.questions.len());
    let columns = "scan p50 ms | p99 ms | graph p50 ms | p99 ms | scan recall | graph recall";
    println!("|    rows | state | hits | {columns} | build cpu-s | load s | MiB more |");
    println!("|--------:|-------|-----:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    for rows in &arguments.rows {
        measure(&corpus, fingerprint, *rows, arguments.replace.contains(rows))?;
    }
    Ok(())
}

struct Arguments {
    rows: Vec<usize>,
    replace: Vec<usize>,
    directories: Vec<PathBuf>,
}

impl Arguments {
    fn read() -> Result<Self, Box<dyn Error>> {
        let mut read = Self { rows: vec![10_000, 50_000], replace: Vec::new(), directories: Vec::new() };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut numbers = || -> Result<Vec<usize>, Box<dyn Error>> {
                let list = words.next().ok_or("an option wants numbers, separated by commas")?;
                Ok(list.split(',').map(str::parse).collect::<Result<_, _>>()?)
            };
            match word.as_str() {
                "--rows" => read.rows = numbers()?,
                "--replace" => read.replace = numbers()?,
                directory => read.directories.push(directory.into()),
            }
        }
        if read.directories.is_empty() {
            return Err("usage: vector_bench [--rows N,N] [--replace N,N] DIR...".into());
        }
        Ok(read)
    }

    /// Rows that the measurements need, those that replace others included: twice as many as are replaced, since a file
    /// replaces a file and the later ones may be shorter.
    fn rows_needed(&self) -> usize {
        let plain = self.rows.iter().copied().max().unwrap_or(0);
        let replaced = self.replace.iter().copied().max().unwrap_or(0) as f64 * (1.0 + 2.0 * REPLACED);
        plain.max(replaced as usize)
    }
}

/// Vectors of real code, and questions that come from other files.
struct Corpus {
    files: Vec<Arc<FileVectors>>,
    questions: Vec<Vec<f32>>,
}

/// What one file gives.
enum Share {
    Rows(FileVectors),
    Questions([Option<Vec<f32>>; 2]),
}

impl Corpus {
    fn read(arguments: &Arguments, model: &StaticModel) -> Result<Self, Box<dyn Error>> {
        let wanted = arguments.rows_needed();
        let (mut files, mut rows, mut failure) = (Vec::new(), 0, None);
        let mut questions = [Vec::new(), Vec::new()];
        let keep = |share| {
            match share {
                Ok(Share::Rows(vectors)) => {
                    rows += vectors.rows();
                    files.push(Arc::new(vectors));
                }
                Ok(Share::Questions(asked)) => {
                    for (kind, question) in questions.iter_mut().zip(asked) {
                        kind.extend(question.filter(|_| kind.len() < QUESTIONS));
                    }
                }
                Err(error) => failure = Some(error),
            }
            let asked = questions.iter().all(|kind: &Vec<_>| kind.len() == QUESTIONS);
            failure.is_none() && (rows < wanted || !asked)
        };
        code::for_each_file(&arguments.directories, |file| share_of(&file, model), keep);
        match failure {
            Some(error) => Err(error.into()),
            None => Ok(Self { files, questions: questions.concat() }),
        }
    }

    fn rows(&self) -> usize {
        self.files.iter().map(|file| file.rows()).sum()
    }

    /// The first files that have `rows` rows together, and the rest.
    fn split(&self, rows: usize) -> (&[Arc<FileVectors>], &[Arc<FileVectors>]) {
        let mut counted = 0;
        let enough = |file: &Arc<FileVectors>| {
            let before = counted;
            counted += file.rows();
            before >= rows
        };
        self.files.split_at(self.files.iter().position(enough).unwrap_or(self.files.len()))
    }
}

fn share_of(file: &CodeFile, model: &StaticModel) -> Result<Share, contexd_indexer::embed::EmbedError> {
    if file.hash.0[0].is_multiple_of(HELD_OUT) {
        let mut documents = file.record.symbols.iter().map(|symbol| first_paragraph(&symbol.doc));
        let document = documents.find(|text| text.split_whitespace().count() >= 4);
        let chunk = file.texts.get(file.texts.len() / 2).cloned();
        let ask = |text: Option<String>| text.map(|text| model.embed_query(&text)).transpose();
        return Ok(Share::Questions([directed(ask(document)?), directed(ask(chunk)?)]));
    }
    let texts: Vec<&str> = file.texts.iter().map(String::as_str).collect();
    embed_file(model, &texts).map(Share::Rows)
}

fn first_paragraph(text: &str) -> String {
    text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

fn directed(vector: Option<Vec<f32>>) -> Option<Vec<f32>> {
    vector.filter(|vector| vector.iter().any(|number| *number != 0.0))
}

/// Prints what is measured at `rows` rows.
fn measure(corpus: &Corpus, model: ContentHash, rows: usize, replace: bool) -> Result<(), Box<dyn Error>> {
    let (files, spare) = corpus.split(rows);
    let directory = tempfile::tempdir()?;
    let (writer, snapshot) = filled(directory.path(), batch(files, 0))?;
    let bench = Bench { model, questions: &corpus.questions };
    let scans = bench.ask_all(&snapshot)?;
    let truth = bench.truth(&snapshot)?;
    drop((writer, snapshot));

    let before = code::status_mib("VmRSS");
    let (writer, snapshot, build) = with_graph(directory.path(), model)?;
    let graphs = bench.ask_all(&snapshot)?;
    let memory = code::status_mib("VmRSS").saturating_sub(before);
    drop((writer, snapshot));

    let start = Instant::now();
    let (writer, snapshot, _) = with_graph(directory.path(), model)?;
    let costs = Costs { build: Some(build), load: Some(start.elapsed().as_secs_f64()), memory: Some(memory) };
    print_rows(&snapshot, model, "built", &truth, Some(&scans), &graphs, &costs);
    if replace {
        drop(snapshot);
        measure_replaced(writer, &bench, files, spare)?;
    }
    Ok(())
}

/// Replaces a share of the files and prints what is found before and after the graph is built again.
fn measure_replaced(
    mut writer: Writer,
    bench: &Bench<'_>,
    files: &[Arc<FileVectors>],
    spare: &[Arc<FileVectors>],
) -> Result<(), Box<dyn Error>> {
    let rows: usize = files.iter().map(|file| file.rows()).sum();
    let (mut replaced, mut changes) = (0, Batch::default());
    let mut fresh = spare.iter();
    // A tenth of all files, evenly spread, again and again, until enough rows are replaced.
    for number in (0..10).flat_map(|first| (first..files.len()).step_by(10)) {
        if replaced as f64 >= rows as f64 * REPLACED {
            break;
        }
        let Some(vectors) = fresh.next() else { return Err("too little code to replace rows with".into()) };
        replaced += files[number].rows();
        changes.changes.push(upsert(number, vectors, 1));
    }
    let snapshot = writer.commit(changes)?;
    let truth = bench.truth(&snapshot)?;
    let before = bench.ask_all(&snapshot)?;
    let costs = Costs { build: None, load: None, memory: None };
    let in_graph = snapshot.chunks_in_graph(bench.model);
    let state =
        if in_graph < snapshot.vector_coverage(bench.model).embedded { "replaced" } else { "TOO LATE" };
    print_rows(&snapshot, bench.model, state, &truth, None, &before, &costs);
    let build = wait_for_graph(&snapshot, bench.model)?;
    let after = bench.ask_all(&snapshot)?;
    let costs = Costs { build: Some(build), ..costs };
    print_rows(&snapshot, bench.model, "rebuilt", &truth, None, &after, &costs);
    Ok(())
}

/// An index of `batch` in `directory` without a graph. The writer is kept, because it holds the lock.
fn filled(directory: &Path, batch: Batch) -> Result<(Writer, Arc<Snapshot>), Box<dyn Error>> {
    let options = StoreOptions { hnsw_threshold: usize::MAX, ..StoreOptions::default() };
    let (mut writer, _) = open(directory, &options)?;
    let snapshot = writer.commit(batch)?;
    Ok((writer, snapshot))
}

/// Opens the index in `directory` with a graph, and the processor seconds until it was there.
fn with_graph(directory: &Path, model: ContentHash) -> Result<(Writer, Arc<Snapshot>, f64), Box<dyn Error>> {
    let hnsw_threads = std::thread::available_parallelism()?.get();
    let options = StoreOptions { hnsw_threshold: 1, hnsw_threads, ..StoreOptions::default() };
    let (writer, reader) = open(directory, &options)?;
    let snapshot = reader.snapshot();
    let seconds = wait_for_graph(&snapshot, model)?;
    Ok((writer, snapshot, seconds))
}

/// Waits until a graph covers all rows; the processor seconds that took.
#[expect(clippy::disallowed_methods, reason = "the graph is built in the background and tells nobody")]
fn wait_for_graph(snapshot: &Snapshot, model: ContentHash) -> Result<f64, Box<dyn Error>> {
    let (start, cpu) = (Instant::now(), code::processor_seconds());
    while start.elapsed() < LONGEST_BUILD {
        if snapshot.chunks_in_graph(model) == snapshot.vector_coverage(model).embedded {
            return Ok(code::processor_seconds() - cpu);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err("the graph took too long".into())
}

/// Answers to every question, and the best time of each.
#[derive(Default)]
struct Answers {
    found: Vec<Vec<VectorHit>>,
    milliseconds: Vec<f64>,
}

impl Answers {
    fn percentile(&self, percent: usize) -> f64 {
        let mut sorted = self.milliseconds.clone();
        sorted.sort_by(f64::total_cmp);
        sorted[(sorted.len() - 1) * percent / 100]
    }

    /// Share of the hits that are as near as the last of those that are truly nearest.
    fn recall(&self, truth: &[Vec<f32>], hits: usize) -> f64 {
        let right = |(found, similarities): (&Vec<VectorHit>, &Vec<f32>)| {
            let last = similarities[hits.min(similarities.len()) - 1];
            found.iter().filter(|hit| hit.similarity >= last).count() as f64 / hits as f64
        };
        self.found.iter().zip(truth).map(right).sum::<f64>() / truth.len() as f64
    }
}

struct Bench<'a> {
    model: ContentHash,
    questions: &'a [Vec<f32>],
}

impl Bench<'_> {
    /// The answers of each number of hits.
    fn ask_all(&self, snapshot: &Snapshot) -> Result<Vec<Answers>, Box<dyn Error>> {
        HITS.iter().map(|hits| self.ask(snapshot, *hits)).collect()
    }

    fn ask(&self, snapshot: &Snapshot, hits: usize) -> Result<Answers, Box<dyn Error>> {
        let mut answers = Answers::default();
        answers.milliseconds.resize(self.questions.len(), f64::INFINITY);
        for _ in 0..ROUNDS {
            answers.found.clear();
            for (question, best) in self.questions.iter().zip(&mut answers.milliseconds) {
                let start = Instant::now();
                answers.found.push(snapshot.nearest(self.model, question, hits, None)?);
                *best = best.min(start.elapsed().as_secs_f64() * 1e3);
            }
        }
        Ok(answers)
    }

    /// For every question the greatest similarities that any chunk has, greatest first.
    fn truth(&self, snapshot: &Snapshot) -> Result<Vec<Vec<f32>>, Box<dyn Error>> {
        let chunks: Vec<ChunkId> = snapshot
            .files()
            .flat_map(|file| {
                (0..file.record.chunks.len() as u32).map(|ordinal| ChunkId { file: file.id, ordinal })
            })
            .collect();
        let greatest = |question: &Vec<f32>| {
            let all = snapshot.similarities(self.model, question, &chunks)?;
            let mut all: Vec<f32> = all.into_iter().flatten().collect();
            all.sort_unstable_by(|a, b| b.total_cmp(a));
            all.truncate(HITS[HITS.len() - 1]);
            Ok(all)
        };
        let found: Result<Vec<_>, contexd_store::StoreError> =
            self.questions.par_iter().map(greatest).collect();
        Ok(found?)
    }
}

struct Costs {
    build: Option<f64>,
    load: Option<f64>,
    memory: Option<usize>,
}

fn print_rows(
    snapshot: &Snapshot,
    model: ContentHash,
    state: &str,
    truth: &[Vec<f32>],
    scans: Option<&[Answers]>,
    graphs: &[Answers],
    costs: &Costs,
) {
    let rows = snapshot.vector_coverage(model).embedded;
    let number =
        |value: Option<f64>, digits: usize| value.map_or(String::new(), |value| format!("{value:.digits$}"));
    for (position, hits) in HITS.into_iter().enumerate() {
        let (scan, graph) = (scans.map(|scans| &scans[position]), &graphs[position]);
        println!(
            "| {rows:7} | {state} | {hits} | {} | {} | {:.3} | {:.3} | {} | {:.4} | {} | {} | {} |",
            number(scan.map(|scan| scan.percentile(50)), 3),
            number(scan.map(|scan| scan.percentile(99)), 3),
            graph.percentile(50),
            graph.percentile(99),
            number(scan.map(|scan| scan.recall(truth, hits)), 4),
            graph.recall(truth, hits),
            number(costs.build.filter(|_| position == 0), 1),
            number(costs.load.filter(|_| position == 0), 2),
            costs.memory.filter(|_| position == 0).map_or(String::new(), |memory| memory.to_string()),
        );
    }
}

fn batch(files: &[Arc<FileVectors>], version: u32) -> Batch {
    let changes =
        files.iter().enumerate().map(|(number, vectors)| upsert(number, vectors, version)).collect();
    Batch { changes, ..Batch::default() }
}

/// A file whose chunks are a line each and have `vectors`.
fn upsert(number: usize, vectors: &Arc<FileVectors>, version: u32) -> FileChange {
    let line = format!("{:0width$}\n", number, width = LINE_BYTES as usize - 1);
    let text = format!("{}v{version}\n", line.repeat(vectors.rows()));
    let content = IndexedContent {
        blob: ContentHash::of(text.as_bytes()),
        record: Arc::new(lines(vectors.rows())),
        text: text.into(),
        vectors: vec![Arc::clone(vectors)],
    };
    let path = format!("f{number}.txt").into();
    FileChange::Upsert(FileUpsert { path, stat: FileStat::default(), content: FileContent::Indexed(content) })
}

fn lines(count: usize) -> FileRecord {
    let chunk = |line: u32| ChunkRecord {
        span: Span {
            start_byte: line * LINE_BYTES,
            end_byte: (line + 1) * LINE_BYTES,
            start_line: line + 1,
            end_line: line + 1,
        },
        kind: ChunkKind::Text,
        symbol: None,
        defines: Vec::new(),
    };
    FileRecord {
        language: "text".into(),
        line_count: count as u32 + 1,
        chunks: (0..count as u32).map(chunk).collect(),
        ..FileRecord::default()
    }
}
