//! Compares our symbols with the tags of Universal Ctags, over the files of real trees.
//!
//! `symbol_referee [OPTIONS] TREE...` walks each tree as the index would (ignore rules, size limit, no minified or
//! generated files), and compares by file, line and name. It prints a row a language: definitions that ctags finds,
//! how many of them we find, how many tags were set aside as no definitions (`misreadings.rs`), and how many
//! definitions only we have. Where ctags gives a line without the name, ours may be up to ten lines off.
//!
//! - `--misses LANGUAGE [--limit N]`: the definitions that only ctags has, with their source lines
//! - `--extra LANGUAGE [--limit N] [--seed S]`: a random sample of the definitions that only we have
//! - `--language LANGUAGE` (may be repeated): only files in these languages
//! - `--json`: the table as JSON
//!
//! Which kinds of ctags count stands in `kinds.rs`. `scripts/referee.sh` runs it over the pinned sources.

mod compare;
mod elixir;
mod kinds;
mod misreadings;
mod tags;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use compare::{Difference, Tallies};
use contexd_indexer::lang::{self, Category};
use contexd_indexer::scope::{Scope, ScopeConfig, ScopeOptions};
use contexd_indexer::{content, scan};
use serde_json::json;

/// Larger files are left out, as the index does.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// How much of a text tells its language.
const DETECTION_BYTES: usize = 64 * 1024;

const USAGE: &str = "usage: symbol_referee [--misses LANGUAGE | --extra LANGUAGE [--seed S]] [--limit N] \
                     [--language LANGUAGE]... [--json] TREE...";

/// The columns of the table.
const HEAD: [&str; 8] = ["language", "files", "ctags", "found", "recall", "set aside", "ours", "only ours"];

/// What was asked for.
struct Options {
    trees: Vec<PathBuf>,
    languages: Vec<String>,
    misses: Option<String>,
    extras: Option<String>,
    limit: usize,
    seed: u64,
    is_json: bool,
}

/// A file to compare.
struct SourceFile {
    path: String,
    text: String,
}

fn main() -> ExitCode {
    let options = match read_arguments(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => return fail(&message),
    };
    let mut tallies = Tallies::new();
    for tree in &options.trees {
        if let Err(message) = add_tree(&mut tallies, tree, &options) {
            return fail(&format!("{}: {message}", tree.display()));
        }
    }
    print(&tallies, &options);
    ExitCode::SUCCESS
}

fn read_arguments(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options {
        trees: Vec::new(),
        languages: Vec::new(),
        misses: None,
        extras: None,
        limit: usize::MAX,
        seed: 1,
        is_json: false,
    };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value; {USAGE}"));
        match argument.as_str() {
            "--misses" => options.misses = Some(value()?),
            "--extra" => options.extras = Some(value()?),
            "--language" => options.languages.push(value()?),
            "--limit" => options.limit = value()?.parse().map_err(|_| USAGE)?,
            "--seed" => options.seed = value()?.parse().map_err(|_| USAGE)?,
            "--json" => options.is_json = true,
            option if option.starts_with('-') => return Err(USAGE.to_owned()),
            tree => options.trees.push(tree.into()),
        }
    }
    options.languages.extend(options.misses.iter().chain(&options.extras).cloned());
    if options.trees.is_empty() { Err(USAGE.to_owned()) } else { Ok(options) }
}

/// Adds the files of one tree.
fn add_tree(tallies: &mut Tallies, tree: &Path, options: &Options) -> Result<(), String> {
    let files = files_of(tree, &options.languages)?;
    let paths: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
    let tags = tags::of_files(tree, &paths)?;
    let tree_name = tree.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    for file in &files {
        let tags = tags.get(&file.path).map_or(&[][..], Vec::as_slice);
        let shown = format!("{tree_name}/{}", file.path);
        compare::add_file(tallies, &file.path, &shown, &file.text, tags);
    }
    Ok(())
}

/// The files that the index would read, in the languages asked for (all that have symbols, when none is).
fn files_of(tree: &Path, languages: &[String]) -> Result<Vec<SourceFile>, String> {
    let scope = Scope::new(tree, &ScopeOptions { config: ScopeConfig::default(), ..ScopeOptions::default() })
        .map_err(|error| error.to_string())?;
    let found = scan::walk(&scope).map_err(|error| error.to_string())?;
    let mut files = Vec::new();
    for file in found.files.iter().filter(|file| file.skip.is_none() && file.stat.size <= MAX_FILE_BYTES) {
        let Ok(bytes) = std::fs::read(tree.join(&*file.path)) else { continue };
        let language = lang::detect(&file.path, &bytes[..bytes.len().min(DETECTION_BYTES)]);
        let is_wanted = languages.is_empty() || languages.iter().any(|name| name == language.name);
        if !is_wanted || language.name == "text" {
            continue;
        }
        if let Ok(text) = content::classify(&file.path, &bytes) {
            files.push(SourceFile { path: file.path.to_string(), text: text.to_owned() });
        }
    }
    Ok(files)
}

#[expect(clippy::print_stdout, reason = "the report is what it is for")]
fn print(tallies: &Tallies, options: &Options) {
    if let Some(tally) = options.misses.as_ref().and_then(|language| tallies.get(language)) {
        return print_differences(&tally.misses, options.limit);
    }
    if let Some(tally) = options.extras.as_ref().and_then(|language| tallies.get(language)) {
        return print_differences(sample(&tally.extras, options), options.limit);
    }
    if options.is_json {
        return println!("{:#}", as_json(tallies));
    }
    println!(
        "{:<14} {:>7} {:>8} {:>8} {:>8} {:>9} {:>8} {:>9}",
        HEAD[0], HEAD[1], HEAD[2], HEAD[3], HEAD[4], HEAD[5], HEAD[6], HEAD[7]
    );
    let (mut expected, mut found) = (0, 0);
    for (language, tally) in tallies.iter().filter(|(_, tally)| tally.ours + tally.expected > 0) {
        let is_code = lang::by_name(language).is_some_and(|language| language.category == Category::Code);
        if is_code {
            expected += tally.expected;
            found += tally.found;
        }
        println!(
            "{language:<14} {:>7} {:>8} {:>8} {:>8} {:>9} {:>8} {:>9}",
            tally.files,
            tally.expected,
            tally.found,
            recall(tally.found, tally.expected),
            tally.set_aside,
            tally.ours,
            tally.extras.len()
        );
    }
    println!("{:<14} {:>7} {expected:>8} {found:>8} {:>8}", "all code", "", recall(found, expected));
}

/// The share in percent, or nothing where there was nothing to find.
fn recall(found: usize, expected: usize) -> String {
    if expected == 0 { "-".to_owned() } else { format!("{:.2} %", 100.0 * found as f64 / expected as f64) }
}

fn as_json(tallies: &Tallies) -> serde_json::Value {
    let rows = tallies.iter().map(|(language, tally)| {
        json!({
            "language": language,
            "files": tally.files,
            "ctags": tally.expected,
            "found": tally.found,
            "set_aside": tally.set_aside,
            "ours": tally.ours,
            "only_ours": tally.extras.len(),
        })
    });
    rows.collect()
}

/// As many of the differences as may be shown, drawn at random, in document order.
fn sample<'a>(differences: &'a [Difference], options: &Options) -> Vec<&'a Difference> {
    let mut order: Vec<(u64, usize)> =
        (0..differences.len()).map(|index| (scramble(options.seed, index as u64), index)).collect();
    order.sort_unstable();
    order.truncate(options.limit);
    order.sort_unstable_by_key(|(_, index)| *index);
    order.into_iter().map(|(_, index)| &differences[index]).collect()
}

/// A number that looks random and is the same in every run (splitmix64).
fn scramble(seed: u64, index: u64) -> u64 {
    let mut z = seed.wrapping_add(index.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[expect(clippy::print_stdout, reason = "the report is what it is for")]
fn print_differences<'a>(differences: impl IntoIterator<Item = &'a Difference>, limit: usize) {
    for difference in differences.into_iter().take(limit) {
        let Difference { place, kind, name, source } = difference;
        println!("{place}\t{kind}\t{name}\t| {source}");
    }
}

fn fail(message: &str) -> ExitCode {
    eprintln!("error: {message}");
    ExitCode::from(2)
}
