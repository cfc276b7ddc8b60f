//! Real code for the benches: the files of some directories, mixed, each content once, parsed and cut into chunks as
//! the program does.
#![allow(dead_code, reason = "each bench uses a part")]
#![allow(clippy::disallowed_methods, reason = "tools for developers")]

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use contexd_indexer::{ParseBudget, content, lang, parse};
use contexd_store::document::embedding_texts;
use contexd_store::{ContentHash, FileRecord};
use rayon::prelude::*;

/// Files read and parsed at a time.
const BLOCK: usize = 256;

/// A file, and what is embedded of it.
pub(crate) struct CodeFile {
    /// Hash of its bytes.
    pub(crate) hash: ContentHash,
    /// What the parser says of it.
    pub(crate) record: FileRecord,
    /// The text that stands for each chunk when it is embedded.
    pub(crate) texts: Vec<String>,
}

/// Gives the files of `directories` to `use_file`, many at a time, and what it makes of them to `keep`, until that says
/// no. The order is the same at every run: a file of each directory in turn, the files of a directory shuffled.
pub(crate) fn for_each_file<T: Send>(
    directories: &[PathBuf],
    use_file: impl Fn(CodeFile) -> T + Sync,
    mut keep: impl FnMut(T) -> bool,
) {
    let mut seen = HashSet::new();
    for block in mixed_paths(directories).chunks(BLOCK) {
        let read: Vec<(PathBuf, Vec<u8>, ContentHash)> = block.par_iter().filter_map(read_file).collect();
        let fresh: Vec<_> = read.into_iter().filter(|(.., hash)| seen.insert(*hash)).collect();
        let made: Vec<T> = fresh.into_par_iter().filter_map(code_file).map(&use_file).collect();
        for made in made {
            if !keep(made) {
                return;
            }
        }
    }
}

fn mixed_paths(directories: &[PathBuf]) -> Vec<(PathBuf, PathBuf)> {
    let mut lists: Vec<_> = directories.iter().map(|root| shuffled_paths(root).into_iter()).collect();
    let mut mixed = Vec::new();
    loop {
        let before = mixed.len();
        mixed.extend(lists.iter_mut().filter_map(Iterator::next));
        if mixed.len() == before {
            return mixed;
        }
    }
}

/// The files under `root` as (root, path), in an order that only their relative paths decide.
fn shuffled_paths(root: &Path) -> Vec<(PathBuf, PathBuf)> {
    let relative =
        |path: &Path| path.strip_prefix(root).unwrap_or(path).as_os_str().as_encoded_bytes().to_vec();
    let mut paths: Vec<(ContentHash, PathBuf)> = ignore::WalkBuilder::new(root)
        .build()
        .flatten()
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
        .map(|entry| (ContentHash::of(&relative(entry.path())), entry.into_path()))
        .collect();
    paths.sort();
    paths.into_iter().map(|(_, path)| (root.to_owned(), path)).collect()
}

fn read_file((root, path): &(PathBuf, PathBuf)) -> Option<(PathBuf, Vec<u8>, ContentHash)> {
    let bytes = std::fs::read(path).ok()?;
    let hash = ContentHash::of(&bytes);
    Some((path.strip_prefix(root).unwrap_or(path).to_owned(), bytes, hash))
}

fn code_file((path, bytes, hash): (PathBuf, Vec<u8>, ContentHash)) -> Option<CodeFile> {
    let path = path.to_string_lossy();
    let text = content::classify(&path, &bytes).ok()?;
    let language = lang::detect(&path, &bytes[..bytes.len().min(4096)]);
    let record = parse(text, language, &ParseBudget::default());
    let texts = embedding_texts(&path, &record, text);
    Some(CodeFile { hash, record, texts })
}

/// A number of this process's `/proc/self/status`, in MiB; 0 where there is none.
pub(crate) fn status_mib(name: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    kib.unwrap_or(0) / 1024
}

/// User and system time of this process, all threads, in seconds; 0 where the system does not tell.
pub(crate) fn processor_seconds() -> f64 {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let times = after_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok());
    times.sum::<f64>() / TICKS_PER_SECOND
}
