//! Reads a repository's history and shows what changes together.
//!
//! `history DIR` prints what was read and in how much processor time; `history DIR PATH` prints the files that
//! change with the one at `PATH`.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a tool for developers")]

use std::path::Path;
use std::time::Instant;

use contexd_indexer::history::{History, HistoryOptions};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(root) = arguments.first() else { return println!("usage: history DIR [PATH]") };
    let start = Instant::now();
    let history = match History::read(Path::new(root), HistoryOptions::default()) {
        Ok(history) => history,
        Err(error) => return println!("{error}"),
    };
    println!(
        "{} commits, {} unreadable, head {:?}, {:?} wall, {:?} ms processor, {} KiB at most",
        history.commit_count(),
        history.unreadable_count(),
        history.head(),
        start.elapsed(),
        processor_milliseconds(),
        peak_kibibytes().unwrap_or_default(),
    );
    for path in &arguments[1..] {
        for other in history.changed_with(path, 20) {
            println!("{:.3} {:4} {}", other.score, other.commits, other.path);
        }
    }
    let start = Instant::now();
    if history.advanced(Path::new(root)).is_ok() {
        println!("looking for news: {:?}", start.elapsed());
    }
}

fn processor_milliseconds() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    text.split(' ').next()?.parse::<u64>().ok().map(|nanoseconds| nanoseconds / 1_000_000)
}

fn peak_kibibytes() -> Option<String> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches(" kB").to_owned())
}
