//! Measures warm searches over a daemon's Unix socket: where the server's time goes, what the caller waits, and whether
//! the same request to the same generation has the same bytes.
//!
//! `search_latency SOCKET REPOSITORY [--rounds N] [--repeats N] [--questions FILE]...` asks every question once to warm up
//! and then `--rounds` times (default 5), one at a time over one connection. The questions are those of the files, which
//! have the format of `contexd eval`; without any they are made of the repository's own symbols. Then one search and one
//! pack are asked for `--repeats` times each (default 1,000) and their replies compared byte for byte, less
//! `meta.timings`, which no two replies have in common. Ends with status 1 when two replies differ.

mod questions;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use contexd_proto::v1;
use contexd_tests::client::{Client, Reply, lasting_bytes};
use questions::Question;

const USAGE: &str =
    "usage: search_latency SOCKET REPOSITORY [--rounds N] [--repeats N] [--questions FILE]...";

/// What was typed.
struct Arguments {
    socket: PathBuf,
    repository: String,
    rounds: usize,
    repeats: usize,
    questions: Vec<PathBuf>,
}

/// The time of one answer, in microseconds.
#[derive(Clone, Copy, Default)]
struct Sample {
    /// From the request until the whole answer was there, as the caller saw it.
    caller: u64,
    /// As the server says it: all, and its stages.
    server: v1::Timings,
}

fn main() -> ExitCode {
    let outcome = parse(std::env::args().skip(1)).and_then(|arguments| measure(&arguments));
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}

fn parse(mut words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let (Some(socket), Some(repository)) = (words.next(), words.next()) else {
        return Err(USAGE.to_owned());
    };
    let mut arguments =
        Arguments { socket: socket.into(), repository, rounds: 5, repeats: 1_000, questions: Vec::new() };
    while let Some(option) = words.next() {
        let value = words.next().ok_or(USAGE)?;
        let number = || value.parse().map_err(|_| format!("{option} {value}: not a number"));
        match option.as_str() {
            "--rounds" => arguments.rounds = number()?,
            "--repeats" => arguments.repeats = number()?,
            "--questions" => arguments.questions.push(value.into()),
            _ => return Err(USAGE.to_owned()),
        }
    }
    Ok(arguments)
}

/// Measures and prints; whether all repeats had the same bytes.
fn measure(arguments: &Arguments) -> Result<bool, String> {
    let client = Client::connect(&arguments.socket)
        .ok_or_else(|| format!("nobody listens at {}", arguments.socket.display()))?;
    let repository = arguments.repository.as_str();
    let questions = match arguments.questions.as_slice() {
        [] => questions::of_repository(&client, repository),
        files => questions::of_files(files),
    }?;
    let status = client.status(repository);
    print(&format!("{repository}: {} files, {} chunks", status.files_indexed, status.chunks));
    let samples = time(&client, repository, &questions, arguments.rounds)?;
    print(&table(&samples));
    let Some(question) = questions.first() else { return Err("there are no questions".to_owned()) };
    repeat(&client, repository, question, arguments.repeats)
}

/// The samples of each category of question.
fn time(
    client: &Client,
    repository: &str,
    questions: &[Question],
    rounds: usize,
) -> Result<BTreeMap<String, Vec<Sample>>, String> {
    let mut samples: BTreeMap<String, Vec<Sample>> = BTreeMap::new();
    for round in 0..=rounds {
        for question in questions {
            let sample = ask(client, repository, &question.query)
                .map_err(|status| format!("{:?}: {status}", question.query))?;
            if round > 0 {
                samples.entry(question.category.clone()).or_default().push(sample);
            }
        }
    }
    Ok(samples)
}

fn request(repository: &str, query: &str) -> v1::SearchRequest {
    v1::SearchRequest {
        repository: repository.to_owned(),
        query: query.to_owned(),
        limit: 10,
        ..Default::default()
    }
}

fn ask(client: &Client, repository: &str, query: &str) -> Result<Sample, tonic::Status> {
    let mut searching = client.searching();
    let began = Instant::now();
    let reply = client.wait(searching.search(request(repository, query)))?;
    let caller = microseconds(began.elapsed());
    let server = reply.meta.and_then(|meta| meta.timings).unwrap_or_default();
    Ok(Sample { caller, server })
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// A line a category and one for all: what the server took, what the caller waited, and the server's stages.
fn table(samples: &BTreeMap<String, Vec<Sample>>) -> String {
    let mut text = format!(
        "milliseconds      {:>8} {:>7} {:>7} {:>7} {:>7}  {:>7} {:>7}  {:>7} {:>9} {:>7}\n",
        "searches", "p50", "p90", "p99", "max", "caller", "p99", "embed", "retrieve", "verify"
    );
    let all: Vec<Sample> = samples.values().flatten().copied().collect();
    let rows = samples.iter().map(|(name, samples)| (name.as_str(), samples));
    for (name, samples) in rows.chain([("all", &all)]) {
        let at = |share: f64, value: fn(&Sample) -> u64| percentile(samples, share, value);
        let total: fn(&Sample) -> u64 = |sample| sample.server.total_us;
        let caller: fn(&Sample) -> u64 = |sample| sample.caller;
        text.push_str(&format!(
            "{name:<17} {:>8} {:>7.2} {:>7.2} {:>7.2} {:>7.2}  {:>7.2} {:>7.2}  {:>7.2} {:>9.2} {:>7.2}\n",
            samples.len(),
            at(0.5, total),
            at(0.9, total),
            at(0.99, total),
            at(1.0, total),
            at(0.5, caller),
            at(0.99, caller),
            at(0.5, |sample| sample.server.embed_us),
            at(0.5, |sample| sample.server.retrieve_us),
            at(0.5, |sample| sample.server.verify_us),
        ));
    }
    text.push_str("p50 to max: the server's own time; caller: what waiting for the reply took, p50 and p99; stages: p50");
    text
}

/// A percentile of a time, in milliseconds.
fn percentile(samples: &[Sample], share: f64, value: fn(&Sample) -> u64) -> f64 {
    let mut values: Vec<u64> = samples.iter().map(value).collect();
    values.sort_unstable();
    let position = (values.len().saturating_sub(1) as f64 * share).round() as usize;
    values.get(position).copied().unwrap_or_default() as f64 / 1e3
}

/// Asks for one search and one pack again and again; whether the replies had the same bytes.
fn repeat(client: &Client, repository: &str, question: &Question, repeats: usize) -> Result<bool, String> {
    let search =
        v1::SearchRequest { include_text: true, explain: true, ..request(repository, &question.query) };
    let pack = v1::AssembleContextRequest {
        repository: repository.to_owned(),
        query: question.query.clone(),
        ..Default::default()
    };
    let searches = compare("Search", repeats, || client.wait(client.searching().search(search.clone())))?;
    let packs =
        compare("AssembleContext", repeats, || client.wait(client.packing().assemble_context(pack.clone())))?;
    Ok(searches && packs)
}

fn compare<T: Reply>(
    method: &str,
    repeats: usize,
    ask: impl Fn() -> Result<T, tonic::Status>,
) -> Result<bool, String> {
    let ask = || ask().map(lasting_bytes).map_err(|status| format!("{method}: {status}"));
    let first = ask()?;
    for number in 1..repeats {
        if ask()? != first {
            print(&format!("{method}: reply {} of {repeats} differs from the first", number + 1));
            return Ok(false);
        }
    }
    print(&format!(
        "{method}: {repeats} replies of {} bytes each are identical but for meta.timings",
        first.len()
    ));
    Ok(true)
}

#[expect(clippy::print_stdout, reason = "the numbers are what it is for")]
fn print(text: &str) {
    println!("{text}");
}

/// Reads a file.
fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}
