//! Prints how much memory embedding takes beyond the vectors: chunks real code until there are enough chunks, embeds
//! them with the built-in model, keeps nothing but the rows, and reads the peak from `/proc` (Linux only).
//!
//! `cargo run --release -p contexd-indexer --example embed_memory -- CHUNKS DIR...`

#![allow(clippy::print_stdout, reason = "prints its measurement")]

mod code;

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use contexd_indexer::embed::{EmbedError, StaticModel, embed_file};
use contexd_store::vectors::FileVectors;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let wanted: usize = arguments.next().ok_or("usage: embed_memory CHUNKS DIR...")?.parse()?;
    let directories: Vec<PathBuf> = arguments.map(PathBuf::from).collect();
    let model = StaticModel::built_in();
    let start = Instant::now();
    let (mut kept, mut chunks, mut failure): (Vec<FileVectors>, usize, Option<EmbedError>) =
        (Vec::new(), 0, None);
    let embed = |file: code::CodeFile| {
        let texts: Vec<&str> = file.texts.iter().map(String::as_str).collect();
        embed_file(&model, &texts)
    };
    let keep = |embedded: Result<FileVectors, EmbedError>| {
        match embedded {
            Ok(vectors) => {
                chunks += vectors.rows();
                kept.push(vectors);
            }
            Err(error) => failure = Some(error),
        }
        failure.is_none() && chunks < wanted
    };
    code::for_each_file(&directories, embed, keep);
    if let Some(error) = failure {
        return Err(error.into());
    }
    let vectors: usize =
        kept.iter().map(|file| file.codes.len() + 4 * file.scales.len()).sum::<usize>() >> 20;
    let peak = code::status_mib("VmHWM");
    println!(
        "{chunks} chunks of {} files in {:.0} s ({:.0} s of processor time): peak {peak} MiB, vectors {vectors} MiB, {} MiB beyond",
        kept.len(),
        start.elapsed().as_secs_f64(),
        code::processor_seconds(),
        peak.saturating_sub(vectors),
    );
    Ok(())
}
