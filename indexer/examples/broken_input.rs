//! Feeds broken files to the parsing half and checks what it promises of every record.
//!
//! `broken_input DIR... [--language NAME]` breaks every file of the directories in five ways, then parses generated texts
//! of each language, or of the one named: brackets 10,000 deep, and one line of 50 MB. A panic, a file that takes more
//! processor time than it may, or a record that breaks a promise is a failure; their number is the exit code's business,
//! their list is printed.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a tool for developers"
)]

#[path = "../tests/parse/record_rules.rs"]
mod record_rules;

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use contexd_indexer::lang::{self, Language};
use contexd_indexer::{ParseBudget, content, parse, parse_file};
use contexd_store::FileRecord;
use cpu_time::ThreadTime;
use rayon::prelude::*;

/// Larger files are not indexed.
const MAX_FILE: u64 = 1 << 20;

/// Time that a broken file of a tree gets, less than the default, so that a tree of slow ones does not take hours.
const TIME_OF_A_FILE: Duration = Duration::from_millis(250);

/// Files between two signs of progress.
const PROGRESS: usize = 2_000;

/// How deep the generated brackets nest.
const DEPTH: usize = 10_000;

/// How long the generated line is.
const LONG_LINE: usize = 50_000_000;

/// What a text may cost in processor time beyond the budget, for what has no deadline (chunks, lines): a part that does
/// not depend on the text, and one a megabyte.
const SLACK: (Duration, Duration) = (Duration::from_secs(1), Duration::from_millis(100));

/// A way to break a file.
type Breakage = fn(&[u8], &mut Random) -> Vec<u8>;

const BREAKAGES: [(&str, Breakage); 5] = [
    ("truncated", truncated),
    ("flipped", flipped),
    ("line ends", with_other_line_ends),
    ("marked", with_mark),
    ("not utf-8", with_invalid_bytes),
];

fn main() -> ExitCode {
    compile_queries();
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let named = arguments.iter().position(|argument| argument == "--language");
    let only = named.and_then(|at| arguments.drain(at..).nth(1));
    let files = files_below(arguments.into_iter());
    let done = AtomicUsize::new(0);
    let of_files = files
        .par_iter()
        .map(|path| {
            let run = broken_file(path);
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            if done.is_multiple_of(PROGRESS) {
                eprintln!("{done} of {} files", files.len());
            }
            run
        })
        .reduce(Run::default, Run::and);
    of_files.report("files");
    let is_asked = |language: &&Language| only.as_ref().is_none_or(|only| language.name == only);
    let languages: Vec<&'static Language> = lang::all().filter(is_asked).collect();
    let generated = languages.into_par_iter().map(generated_texts).reduce(Run::default, Run::and);
    generated.report("generated texts");
    ExitCode::from(u8::from(of_files.failures + generated.failures > 0))
}

/// Has each language's query compiled, which a process does once and which takes Swift's more than a second; no file is to
/// be blamed for it.
fn compile_queries() {
    lang::all().for_each(|language| drop(parse("", language, &ParseBudget::default())));
}

/// The files that could be indexed, sorted, so that each is broken in the same way in every run.
fn files_below(directories: impl Iterator<Item = String>) -> Vec<PathBuf> {
    let entries = directories.flat_map(|directory| ignore::WalkBuilder::new(directory).build()).flatten();
    let is_small = |entry: &ignore::DirEntry| {
        entry.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() <= MAX_FILE)
    };
    let mut files: Vec<PathBuf> = entries.filter(is_small).map(ignore::DirEntry::into_path).collect();
    files.sort();
    files
}

/// What happens when one file is broken in each way.
fn broken_file(path: &Path) -> Run {
    let mut run = Run::default();
    if let Ok(bytes) = fs::read(path) {
        run.break_file(&path.to_string_lossy(), &bytes);
    }
    run
}

/// What happens to the texts made for one language.
fn generated_texts(language: &'static Language) -> Run {
    let mut run = Run::default();
    run.nest(language);
    run.lengthen(language);
    eprintln!("generated texts of {}", language.name);
    run
}

/// Xorshift: the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}

impl Default for Random {
    fn default() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }
}

fn truncated(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    bytes[..random.below(bytes.len() + 1)].to_vec()
}

fn flipped(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..(bytes.len() / 200 + 1) {
        let at = random.below(bytes.len());
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 << random.below(8);
        }
    }
    bytes
}

fn with_other_line_ends(bytes: &[u8], _: &mut Random) -> Vec<u8> {
    String::from_utf8_lossy(bytes).replace('\n', "\r\n").into_bytes()
}

fn with_mark(bytes: &[u8], _: &mut Random) -> Vec<u8> {
    [b"\xef\xbb\xbf", bytes].concat()
}

fn with_invalid_bytes(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let at = random.below(bytes.len() + 1);
    [&bytes[..at], b"\xff\xc3\x28\xe2\x82", &bytes[at..]].concat()
}

/// What has been seen so far.
#[derive(Default)]
struct Run {
    random: Random,
    parsed: BTreeMap<&'static str, usize>,
    bytes: usize,
    refused: BTreeMap<&'static str, usize>,
    problems: BTreeMap<String, usize>,
    slowest: (Duration, String),
    failures: usize,
}

impl Run {
    fn break_file(&mut self, path: &str, bytes: &[u8]) {
        for (name, breakage) in BREAKAGES {
            let broken = breakage(bytes, &mut self.random);
            if let Err(reason) = content::classify(path, &broken) {
                *self.refused.entry(reason.as_str()).or_default() += 1;
            }
            let text = String::from_utf8_lossy(&broken);
            let budget = ParseBudget { time: TIME_OF_A_FILE, ..ParseBudget::default() };
            self.check(name, path, &text, &budget, |text, budget| parse_file(path, text, budget));
        }
    }

    fn nest(&mut self, language: &'static Language) {
        let budget = ParseBudget::default();
        for (open, close) in
            [("(", ")"), ("[", "]"), ("{", "}"), ("<", ">"), ("f(a, ", ")"), ("{ x: [", "] }")]
        {
            let balanced = open.repeat(DEPTH) + &close.repeat(DEPTH);
            for text in [balanced, open.repeat(DEPTH), close.repeat(DEPTH)] {
                self.check("nested", language.name, &text, &budget, |text, budget| {
                    parse(text, language, budget)
                });
            }
        }
        let blocks = ["if x {\n", "begin\n", "class A {\n", "def f(\n", "#if A\n", "\"${", "<div>\n", "- - "];
        for block in blocks {
            let text = block.repeat(DEPTH);
            self.check("nested", language.name, &text, &budget, |text, budget| parse(text, language, budget));
        }
    }

    fn lengthen(&mut self, language: &'static Language) {
        let budget = ParseBudget::default();
        for part in ["x ", "f(1);", "\"a\", ", "{a:1},"] {
            let text = part.repeat(LONG_LINE / part.len());
            self.check("long line", language.name, &text, &budget, |text, budget| {
                parse(text, language, budget)
            });
        }
    }

    fn check(
        &mut self,
        how: &'static str,
        what: &str,
        text: &str,
        budget: &ParseBudget,
        parse: impl Fn(&str, &ParseBudget) -> FileRecord,
    ) {
        let start = ThreadTime::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| parse(text, budget)));
        let elapsed = start.elapsed();
        *self.parsed.entry(how).or_default() += 1;
        self.bytes += text.len();
        if elapsed > self.slowest.0 {
            self.slowest = (elapsed, format!("{what} {how}"));
        }
        let allowed = budget.time + SLACK.0 + SLACK.1 * (text.len() as u32 / 1_000_000);
        if elapsed > allowed {
            self.fail(&format!("slow: {elapsed:?} for {} bytes", text.len()), what, how);
        }
        match outcome {
            Err(_) => self.fail("panic", what, how),
            Ok(record) => {
                for problem in &record.problems {
                    let problem = format!("{problem:?}");
                    let name = problem.split('(').next().unwrap_or_default().to_owned();
                    *self.problems.entry(name).or_default() += 1;
                }
                if catch_unwind(|| record_rules::assert_holds(text, &record)).is_err() {
                    self.fail("broken promise", what, how);
                }
            }
        }
    }

    fn fail(&mut self, why: &str, what: &str, how: &str) {
        self.failures += 1;
        println!("FAILED {why}: {what}, {how}");
    }

    /// What both saw.
    fn and(mut self, other: Self) -> Self {
        add(&mut self.parsed, other.parsed);
        add(&mut self.refused, other.refused);
        add(&mut self.problems, other.problems);
        self.bytes += other.bytes;
        self.slowest = self.slowest.max(other.slowest);
        self.failures += other.failures;
        self
    }

    fn report(&self, after: &str) {
        println!(
            "after {after}: parsed {:?}, {} MB; classified as not to index {:?}; problems {:?}; slowest {:?}; {} \
             failures; {} at most in memory",
            self.parsed,
            self.bytes / 1_000_000,
            self.refused,
            self.problems,
            self.slowest,
            self.failures,
            peak_memory().unwrap_or_default(),
        );
    }
}

fn add<Key: Ord>(counts: &mut BTreeMap<Key, usize>, others: BTreeMap<Key, usize>) {
    for (key, count) in others {
        *counts.entry(key).or_default() += count;
    }
}

fn peak_memory() -> Option<String> {
    let text = fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().to_owned())
}
