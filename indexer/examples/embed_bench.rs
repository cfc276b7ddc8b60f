//! Prints how many chunks of 50 lines a model embeds per second of processor time.
//!
//! usage: `cargo run --release -p contexd-indexer --example embed_bench -- SOURCE_DIR [CHUNKS [MODEL_DIR]]`
//!
//! Reads the text files under SOURCE_DIR (ignore rules apply), cuts them into chunks, and embeds CHUNKS of them,
//! evenly spread, again and again for about two seconds: with the built-in model on one thread, or with the ONNX
//! model in MODEL_DIR on all. Linux only, since it reads the processor time from `/proc`.

#![allow(clippy::print_stdout, reason = "prints its measurement")]
#![allow(clippy::unwrap_used, reason = "a measurement that fails should stop with the reason")]

use std::{path::PathBuf, time::Instant};

use contexd_indexer::embed::{Embedder, FastembedModel, FastembedOptions, StaticModel};

const LINES_PER_CHUNK: usize = 50;
const SECONDS: f64 = 2.0;

fn main() {
    let mut arguments = std::env::args_os().skip(1);
    let directory =
        PathBuf::from(arguments.next().expect("usage: embed_bench SOURCE_DIR [CHUNKS [MODEL_DIR]]"));
    let limit = arguments.next().map_or(usize::MAX, |limit| limit.to_str().unwrap().parse().unwrap());
    let chunks = chunks_under(&directory, limit);
    let start = Instant::now();
    let model = open(arguments.next().map(PathBuf::from));
    model.embed_query("warm").unwrap();
    println!("{}: ready in {:?}", model.model().name, start.elapsed());
    measure(model.as_ref(), &chunks.iter().map(String::as_str).collect::<Vec<_>>());
}

fn open(model_directory: Option<PathBuf>) -> Box<dyn Embedder> {
    match model_directory {
        None => Box::new(StaticModel::built_in()),
        Some(directory) => Box::new(FastembedModel::open(&directory, &FastembedOptions::default()).unwrap()),
    }
}

fn chunks_under(directory: &PathBuf, limit: usize) -> Vec<String> {
    let files =
        ignore::WalkBuilder::new(directory).sort_by_file_path(Ord::cmp).build().filter_map(Result::ok);
    let texts = files.filter_map(|file| std::fs::read_to_string(file.path()).ok());
    let chunks: Vec<String> = texts.flat_map(|text| chunks_of(&text)).collect();
    let step = chunks.len().div_ceil(limit).max(1);
    chunks.into_iter().step_by(step).collect()
}

fn chunks_of(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    lines.chunks(LINES_PER_CHUNK).map(|chunk| chunk.join("\n")).collect()
}

fn measure(model: &dyn Embedder, chunks: &[&str]) {
    let bytes: usize = chunks.iter().map(|chunk| chunk.len()).sum();
    let (started, wall) = (processor_seconds(), Instant::now());
    let mut rounds = 0_u32;
    while rounds == 0 || processor_seconds() - started < SECONDS {
        model.embed_documents(chunks).unwrap();
        rounds += 1;
    }
    let per_round = (processor_seconds() - started) / f64::from(rounds);
    println!(
        "{} chunks of {} bytes on average: {:.0} chunks per cpu-second, {:.1} MB per cpu-second ({:.0} chunks a second of wall time)",
        chunks.len(),
        bytes / chunks.len().max(1),
        chunks.len() as f64 / per_round,
        bytes as f64 / 1e6 / per_round,
        chunks.len() as f64 * f64::from(rounds) / wall.elapsed().as_secs_f64(),
    );
}

/// User and system time of this process, all threads.
fn processor_seconds() -> f64 {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").expect("needs linux's /proc");
    let after_name = stat.rsplit_once(')').unwrap().1;
    let fields: Vec<f64> =
        after_name.split_whitespace().skip(11).take(2).map(|field| field.parse().unwrap()).collect();
    fields.iter().sum::<f64>() / TICKS_PER_SECOND
}
