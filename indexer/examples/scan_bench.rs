//! Indexes a tree into a fresh index on disk and prints where the time went: `scan_bench TREE INDEX [BATCH_KIB]`.
#![allow(clippy::print_stdout, reason = "a benchmark prints")]

use std::path::Path;
use std::sync::Arc;

use contexd_indexer::PARSER_VERSION;
use contexd_indexer::embed::StaticModel;
use contexd_indexer::pipeline::{Pipeline, PipelineOptions, ScanReport, StageTime};
use contexd_indexer::scope::{Scope, ScopeOptions};
use contexd_store::StoreOptions;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [tree, index, rest @ ..] = &arguments[..] else {
        return Err("usage: scan_bench TREE INDEX [BATCH_KIB]".into());
    };
    let (tree, index) = (Path::new(tree), Path::new(index));
    let mut limits = PipelineOptions::default();
    if let Some(kib) = rest.first() {
        limits.batch_bytes = kib.parse::<u64>()? << 10;
    }
    let options = StoreOptions { parser_version: PARSER_VERSION, ..StoreOptions::default() };
    let store = contexd_store::open(index, &options)?;
    let scope = Scope::new(tree, &ScopeOptions::default())?;
    let mut pipeline = Pipeline::new(scope, store, Some(Arc::new(StaticModel::built_in())), limits);
    show("first scan", &pipeline.scan()?);
    show("second scan", &pipeline.scan()?);
    println!("peak memory {} MiB, index in {}", peak_memory_mib(), index.display());
    Ok(())
}

fn show(name: &str, report: &ScanReport) {
    println!("{name}: {:.0} ms", report.total.as_secs_f64() * 1e3);
    println!(
        "  {} files walked, {} indexed, {:?} skipped, {} read ({} KiB), {} parsed, {} chunks embedded, {} commits",
        report.files_walked,
        report.indexed,
        report.skipped,
        report.files_read,
        report.bytes_read >> 10,
        report.parsed,
        report.chunks_embedded,
        report.commits
    );
    let times = report.times;
    let stages = [
        ("walk", times.walk),
        ("read", times.read),
        ("parse", times.parse),
        ("embed", times.embed),
        ("commit", times.commit),
    ];
    for (stage, StageTime { wall, threads }) in stages {
        println!(
            "  {stage:<7} wall {:>7.1} ms, threads {:>7.1} ms",
            wall.as_secs_f64() * 1e3,
            threads.as_secs_f64() * 1e3
        );
    }
}

fn peak_memory_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).map_or(0, |kib| kib >> 10)
}
