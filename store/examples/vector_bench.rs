//! Exact scan against HNSW graph: recall, latency, build time, memory. The numbers of ADR 0002 come from here.
//!
//! `cargo run --release -p contexd-store --example vector_bench -- [--dimension 256] 10000 50000 200000`
//!
//! The vectors are random and clustered (about 50 to a cluster), not those of a model: real code differs.

#![allow(clippy::print_stdout, reason = "a program that prints a table")]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use contexd_store::vectors::FileVectors;
use contexd_store::{
    Batch, ChunkId, ChunkKind, ChunkRecord, ContentHash, FileChange, FileContent, FileRecord, FileStat,
    FileUpsert, IndexedContent, Snapshot, Span, StoreOptions, Writer, open,
};

const MODEL: ContentHash = ContentHash([1; 32]);
const ROWS_PER_FILE: usize = 50;
const ROWS_PER_CLUSTER: usize = 50;
/// Length of the noise around a cluster's centre, which has length 1.
const NOISE: f32 = 0.6;
const QUERIES: usize = 200;
const HITS: usize = 10;
const REPEATS: usize = 5;
const LONGEST_BUILD: Duration = Duration::from_secs(3_600);

fn main() -> Result<(), Box<dyn Error>> {
    let (dimension, sizes) = arguments()?;
    println!("dimension {dimension}, {QUERIES} queries, {HITS} hits, best of {REPEATS} a query");
    println!(
        "|   rows | exact p50 ms | exact p99 ms | graph p50 ms | graph p99 ms | recall@{HITS} | build s | MiB more |"
    );
    println!(
        "|-------:|-------------:|-------------:|-------------:|-------------:|----------:|--------:|---------:|"
    );
    sizes.into_iter().try_for_each(|rows| measure(rows, dimension))
}

/// The dimension and the numbers of rows asked for.
fn arguments() -> Result<(usize, Vec<usize>), Box<dyn Error>> {
    let mut dimension = 256;
    let mut sizes = Vec::new();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        if word == "--dimension" {
            dimension = words.next().ok_or("--dimension wants a number")?.parse()?;
        } else {
            sizes.push(word.parse()?);
        }
    }
    if sizes.is_empty() {
        sizes = vec![10_000, 50_000];
    }
    Ok((dimension, sizes))
}

fn measure(rows: usize, dimension: usize) -> Result<(), Box<dyn Error>> {
    let mut space = Space::new(rows, dimension);
    let batch = space.batch(rows)?;
    let queries: Vec<Vec<f32>> = (0..QUERIES).map(|_| space.point()).collect();

    let exact_directory = tempfile::tempdir()?;
    let (_exact_writer, snapshot) = filled(exact_directory.path(), usize::MAX, batch.clone())?;
    let exact = ask(&snapshot, &queries)?;

    let before = resident_mib();
    let graph_directory = tempfile::tempdir()?;
    let (_graph_writer, snapshot) = filled(graph_directory.path(), 1, batch)?;
    let build = wait_for_graph(&graph_directory.path().join("vectors"))?;
    let graph = ask(&snapshot, &queries)?;
    let memory = resident_mib().saturating_sub(before);

    println!(
        "| {rows:6} | {:12.3} | {:12.3} | {:12.3} | {:12.3} | {:9.4} | {:7.1} | {memory:8} |",
        exact.percentile(50),
        exact.percentile(99),
        graph.percentile(50),
        graph.percentile(99),
        recall(&exact.found, &graph.found),
        build.as_secs_f64(),
    );
    Ok(())
}

/// An index of `batch` in `directory`. The writer is kept, because it holds the lock.
fn filled(
    directory: &Path,
    hnsw_threshold: usize,
    batch: Batch,
) -> Result<(Writer, Arc<Snapshot>), Box<dyn Error>> {
    let options = StoreOptions { hnsw_threshold, ..StoreOptions::default() };
    let (mut writer, _) = open(directory, &options)?;
    let snapshot = writer.commit(batch)?;
    Ok((writer, snapshot))
}

/// Waits until the graph that a commit set off is stored; the time it took.
#[expect(clippy::disallowed_methods, reason = "the graph is built in the background and tells nobody")]
fn wait_for_graph(vectors: &Path) -> Result<Duration, Box<dyn Error>> {
    let start = Instant::now();
    while start.elapsed() < LONGEST_BUILD {
        let is_stored = std::fs::read_dir(vectors)?.filter_map(Result::ok).any(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with("graph-") && !name.ends_with(".tmp")
        });
        if is_stored {
            let took = start.elapsed();
            // It is handed to the searchers right after it is stored.
            std::thread::sleep(Duration::from_millis(500));
            return Ok(took);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err("the graph was not built within an hour".into())
}

struct Answers {
    found: Vec<Vec<ChunkId>>,
    milliseconds: Vec<f64>,
}

impl Answers {
    fn percentile(&self, percent: usize) -> f64 {
        let mut sorted = self.milliseconds.clone();
        sorted.sort_by(f64::total_cmp);
        sorted[(sorted.len() - 1) * percent / 100]
    }
}

/// Asks every query several times and keeps its best time, so that other work on the machine counts for little.
fn ask(snapshot: &Snapshot, queries: &[Vec<f32>]) -> Result<Answers, Box<dyn Error>> {
    let mut answers = Answers { found: Vec::new(), milliseconds: Vec::new() };
    for query in queries {
        let mut best = f64::INFINITY;
        let mut found = Vec::new();
        for _ in 0..REPEATS {
            let start = Instant::now();
            found = snapshot.nearest(MODEL, query, HITS, None)?;
            best = best.min(start.elapsed().as_secs_f64() * 1e3);
        }
        answers.milliseconds.push(best);
        answers.found.push(found.into_iter().map(|hit| hit.chunk).collect());
    }
    Ok(answers)
}

fn recall(expected: &[Vec<ChunkId>], got: &[Vec<ChunkId>]) -> f64 {
    let both = |(expected, got): (&Vec<ChunkId>, &Vec<ChunkId>)| {
        expected.iter().filter(|chunk| got.contains(chunk)).count()
    };
    let common: usize = expected.iter().zip(got).map(both).sum();
    common as f64 / expected.iter().map(Vec::len).sum::<usize>().max(1) as f64
}

/// Memory of this process, where the system tells; 0 elsewhere.
fn resident_mib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    kib.unwrap_or(0) / 1024
}

/// Points around random centres, the same for the same size.
struct Space {
    state: u64,
    centres: Vec<Vec<f32>>,
}

impl Space {
    fn new(rows: usize, dimension: usize) -> Self {
        let mut space = Self { state: 0x2545_F491_4F6C_DD1D ^ rows as u64, centres: Vec::new() };
        space.centres = (0..rows.div_ceil(ROWS_PER_CLUSTER)).map(|_| space.direction(dimension)).collect();
        space
    }

    fn next(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }

    /// A direction drawn evenly: each number is nearly normal, as a sum of four even ones.
    fn direction(&mut self, dimension: usize) -> Vec<f32> {
        let mut even = || (self.next() >> 40) as f32 / (1_u32 << 24) as f32 - 0.5;
        let numbers = (0..dimension).map(|_| even() + even() + even() + even()).collect();
        unit(numbers)
    }

    fn point(&mut self) -> Vec<f32> {
        let centre = (self.next() % self.centres.len() as u64) as usize;
        let noise = self.direction(self.centres[centre].len());
        unit(self.centres[centre].iter().zip(noise).map(|(centre, noise)| centre + NOISE * noise).collect())
    }

    fn batch(&mut self, rows: usize) -> Result<Batch, Box<dyn Error>> {
        let mut batch = Batch::default();
        for file in 0..rows.div_ceil(ROWS_PER_FILE) {
            let count = ROWS_PER_FILE.min(rows - file * ROWS_PER_FILE);
            batch.changes.push(FileChange::Upsert(self.file(file, count)?));
        }
        Ok(batch)
    }

    /// A file of `count` chunks of a line each.
    fn file(&mut self, number: usize, count: usize) -> Result<FileUpsert, Box<dyn Error>> {
        let text: String = (0..count).map(|_| format!("{number:07}\n")).collect();
        let key = ContentHash::of(text.as_bytes());
        let points: Vec<Vec<f32>> = (0..count).map(|_| self.point()).collect();
        let dimension = self.centres.first().map_or(0, Vec::len) as u32;
        let content = IndexedContent {
            blob: key,
            text: text.into(),
            record: Arc::new(lines(count)),
            vectors: vec![Arc::new(FileVectors::quantize(MODEL, key, dimension, &points)?)],
        };
        let path = format!("f{number}.txt").into();
        Ok(FileUpsert { path, stat: FileStat::default(), content: FileContent::Indexed(content) })
    }
}

fn unit(numbers: Vec<f32>) -> Vec<f32> {
    let norm = numbers.iter().map(|number| number * number).sum::<f32>().sqrt();
    numbers.into_iter().map(|number| number / norm).collect()
}

/// The record of a text of `count` lines of 8 bytes.
fn lines(count: usize) -> FileRecord {
    let chunk = |line: usize| ChunkRecord {
        span: Span {
            start_byte: line as u32 * 8,
            end_byte: line as u32 * 8 + 8,
            start_line: line as u32 + 1,
            end_line: line as u32 + 1,
        },
        kind: ChunkKind::Text,
        symbol: None,
        defines: Vec::new(),
    };
    FileRecord {
        language: "text".into(),
        line_count: count as u32,
        chunks: (0..count).map(chunk).collect(),
        ..FileRecord::default()
    }
}
