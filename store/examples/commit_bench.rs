//! How long the store takes for a directory of source files: one cold commit, small commits, opening, reading.
//!
//! `cargo run -p contexd-store --example commit_bench -- DIR [RUNS]`
//!
//! The records come from a toy parser (a chunk for every 25 lines, a symbol for every line that starts a definition, a
//! reference for every call), the vectors from a hash: the bench is of the store, not of what feeds it.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench")]

#[path = "corpus/mod.rs"]
mod corpus;

use std::path::Path;
use std::time::{Duration, Instant};

use contexd_store::keyword::{Field, FieldWeight, LexicalQuery, QueryTerm};
use contexd_store::{Batch, FileChange, Snapshot, StoreOptions, disk_bytes, open};
use corpus::SourceFile;

/// One-file commits a run.
const EDITS: usize = 10;

/// Times of one run, by what was timed.
#[derive(Default)]
struct Times {
    cold_commit: Vec<Duration>,
    one_file_commit: Vec<Duration>,
    touch: Vec<Duration>,
    open: Vec<Duration>,
    digest: Vec<Duration>,
    all_texts: Vec<Duration>,
    lexical: Vec<Duration>,
    nearest: Vec<Duration>,
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().expect("a directory of source files");
    let runs: usize = arguments.next().map_or(5, |runs| runs.parse().expect("a number of runs"));
    let files = corpus::read(Path::new(&directory));
    let changes: Vec<FileChange> = files.iter().map(SourceFile::upsert).collect();
    let mut times = Times::default();
    for run in 0..runs {
        let temp = tempfile::tempdir().unwrap();
        let snapshot_counts = measure(temp.path(), &files, changes.clone(), &mut times);
        if run == 0 {
            let bytes: usize = files.iter().map(|file| file.text.len()).sum();
            println!(
                "{snapshot_counts}, {bytes} bytes of text, {} bytes on disk",
                disk_bytes(temp.path()).unwrap()
            );
        }
    }
    report("cold commit", times.cold_commit);
    report("one-file commit", times.one_file_commit);
    report("touch of one file", times.touch);
    report("open", times.open);
    report("digest", times.digest);
    report("all texts", times.all_texts);
    report("lexical query", times.lexical);
    report("nearest 50", times.nearest);
}

/// One run in an empty directory; the sizes of the index.
fn measure(dir: &Path, files: &[SourceFile], changes: Vec<FileChange>, times: &mut Times) -> String {
    let options = StoreOptions::default();
    let (mut writer, reader) = open(dir, &options).unwrap();
    timed(&mut times.cold_commit, || writer.commit(Batch { changes, vectors: Vec::new() }).unwrap());
    for edit in 0..EDITS {
        let file = &files[edit * files.len() / EDITS];
        let change = file.edited(edit).upsert();
        timed(&mut times.one_file_commit, || {
            writer.commit(Batch { changes: vec![change], vectors: Vec::new() }).unwrap()
        });
    }
    let change = files[0].touch();
    timed(&mut times.touch, || writer.commit(Batch { changes: vec![change], vectors: Vec::new() }).unwrap());
    drop((writer, reader));
    let (_writer, reader) = timed(&mut times.open, || open(dir, &options).unwrap());
    let snapshot = reader.snapshot();
    timed(&mut times.digest, || snapshot.digest());
    timed(&mut times.all_texts, || snapshot.files().for_each(|file| drop(snapshot.text(file).unwrap())));
    timed(&mut times.lexical, || ask(&snapshot));
    let query = corpus::unit_query();
    timed(&mut times.nearest, || snapshot.nearest(corpus::MODEL, &query, 50, None).unwrap());
    let counts = snapshot.counts();
    format!("{} files, {} chunks, {} symbols", counts.files_indexed, counts.chunks, counts.symbols)
}

fn ask(snapshot: &Snapshot) -> usize {
    let terms = ["spawn", "blocking", "task", "thread", "pool"];
    let terms = terms.map(|text| QueryTerm { text: text.to_owned(), weight: 1.0 });
    let query = LexicalQuery {
        terms: &terms,
        fields: [FieldWeight { weight: 1.0, b: 0.75 }; Field::COUNT],
        k1: 1.2,
        limit: 100,
        filter: None,
    };
    snapshot.lexical(&query).unwrap().len()
}

fn timed<T>(times: &mut Vec<Duration>, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    times.push(start.elapsed());
    result
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
    let (median, most) = (times[times.len() / 2], times[times.len() - 1]);
    println!("{what:>20}: median {:8.2} ms, most {:8.2} ms, of {}", ms(median), ms(most), times.len());
}
