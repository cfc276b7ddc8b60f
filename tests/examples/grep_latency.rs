//! Measures warm greps over a daemon's Unix socket: how long a caller waits for a whole answer, with the files that the
//! index rules out and without.
//!
//! `grep_latency SOCKET REPOSITORY ROUNDS PATTERN...` asks for each pattern `ROUNDS` times, one at a time over one
//! connection, and prints percentiles of what the caller saw. The second row of a pattern is of the same pattern with
//! `|\b\B` behind it, which matches nothing more and about which nothing can be ruled out.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use contexd_proto::v1;
use contexd_tests::client::Client;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [socket, repository, rounds, patterns @ ..] = arguments.as_slice() else {
        return fail("usage: grep_latency SOCKET REPOSITORY ROUNDS PATTERN...");
    };
    let Ok(rounds @ 1..) = rounds.parse::<usize>() else {
        return fail("ROUNDS is a number from 1");
    };
    let Some(client) = Client::connect(Path::new(socket)) else {
        return fail(&format!("nobody listens at {socket}"));
    };
    for pattern in patterns {
        for asked in [pattern.clone(), format!(r"(?:{pattern})|\b\B")] {
            if let Err(status) = measure(&client, repository, &asked, rounds) {
                return fail(&format!("{asked}: {status}"));
            }
        }
    }
    ExitCode::SUCCESS
}

#[expect(clippy::print_stdout, reason = "the numbers are what it is for")]
fn measure(client: &Client, repository: &str, pattern: &str, rounds: usize) -> Result<(), tonic::Status> {
    let mut times = Vec::with_capacity(rounds);
    let mut summary = v1::GrepSummary::default();
    for _ in 0..rounds {
        let request = v1::GrepRequest {
            repository: repository.to_owned(),
            pattern: pattern.to_owned(),
            limit: 100_000,
            ..Default::default()
        };
        let began = Instant::now();
        summary = client.grep(request)?.1;
        times.push(began.elapsed());
    }
    times.sort();
    let at = |share: f64| milliseconds(times[((times.len() - 1) as f64 * share).round() as usize]);
    println!(
        "{pattern}: p50 {:.2} ms, p99 {:.2} ms; {} lines, {} files searched, {} ruled out",
        at(0.5),
        at(0.99),
        summary.lines,
        summary.files_searched,
        summary.files_ruled_out
    );
    Ok(())
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn fail(message: &str) -> ExitCode {
    eprintln!("error: {message}");
    ExitCode::from(2)
}
