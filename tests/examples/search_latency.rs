//! Measures warm searches over a daemon's Unix socket: percentiles of the time a caller waits for one answer.
//!
//! `search_latency SOCKET REPOSITORY [ROUNDS]` asks a fixed list of questions in turn, once to warm up and then
//! `ROUNDS` times (default 20), one at a time over one connection, and prints what the caller saw.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use contexd_proto::v1;
use contexd_tests::client::Client;

/// Identifiers, phrases and an error message: what people and programs ask.
const QUESTIONS: [&str; 20] = [
    "spawn a blocking task on a thread pool",
    "Runtime",
    "how are timers driven",
    "read exact number of bytes from a stream",
    "JoinHandle::abort",
    "graceful shutdown of the worker threads",
    "where is the configuration parsed",
    "mutex fairness",
    "error type returned when the channel is closed",
    "send_timeout",
    "split a stream into reader and writer halves",
    "signal handling ctrl_c",
    "thread panicked at 'cannot start a runtime from within a runtime'",
    "src/runtime/builder.rs",
    "waker registration and wake up",
    "io driver poll events",
    "budget of cooperative scheduling",
    "test that a dropped task is cancelled",
    "semaphore permits",
    "copy bidirectional",
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [socket, repository, rest @ ..] = arguments.as_slice() else {
        return usage();
    };
    let Ok(rounds) = rest.first().map_or(Ok(20), |rounds| rounds.parse::<usize>()) else {
        return usage();
    };
    let Some(client) = Client::connect(Path::new(socket)) else {
        return fail(&format!("nobody listens at {socket}"));
    };
    let mut times = Vec::with_capacity(rounds * QUESTIONS.len());
    for round in 0..=rounds {
        for question in QUESTIONS {
            match ask(&client, repository, question) {
                Ok(time) if round > 0 => times.push(time),
                Ok(_warm_up) => {}
                Err(status) => return fail(&format!("{question:?}: {status}")),
            }
        }
    }
    print(times);
    ExitCode::SUCCESS
}

/// Asks one question; the time from the request until the whole answer is there.
fn ask(client: &Client, repository: &str, question: &str) -> Result<Duration, tonic::Status> {
    let request = v1::SearchRequest {
        repository: repository.to_owned(),
        query: question.to_owned(),
        limit: 10,
        ..Default::default()
    };
    let mut searching = client.searching();
    let began = Instant::now();
    client.wait(searching.search(request))?;
    Ok(began.elapsed())
}

#[expect(clippy::print_stdout, reason = "the numbers are what it is for")]
fn print(mut times: Vec<Duration>) {
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize].as_secs_f64() * 1e3;
    println!("{} searches over {} questions", times.len(), QUESTIONS.len());
    println!("p50 {:.2} ms  p90 {:.2} ms  p99 {:.2} ms  max {:.2} ms", at(0.5), at(0.9), at(0.99), at(1.0));
}

fn usage() -> ExitCode {
    fail("usage: search_latency SOCKET REPOSITORY [ROUNDS]")
}

fn fail(message: &str) -> ExitCode {
    eprintln!("error: {message}");
    ExitCode::from(2)
}
