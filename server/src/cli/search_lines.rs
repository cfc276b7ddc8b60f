//! `contexd search --stdin`: a line of JSON in, a line of JSON out, until there is no more input.
//!
//! Each line of input gets exactly one line of output, in order: the hits, or why there are none. Callers come in
//! two kinds: those that write their questions and read the answers, and those that first wait to be told that the
//! index is complete. The second kind is told with one line more, `{"ready": true}`; it is recognised by having
//! asked nothing when the index is complete.

use std::io::BufRead;
use std::time::Duration;

use contexd_proto::v1;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use crate::cli::Outcome;
use crate::cli::error::{CommandError, ErrorKind};
use crate::cli::filter::FocusArg;
use crate::cli::invocation::Invocation;
use crate::cli::output::Printer;
use crate::cli::scan;
use crate::cli::service::Service;
use crate::cli::view::{Answer, Hit, Refusal};

/// How long after the start of the process a first question may take to count as asked unprompted.
const UNPROMPTED: Duration = Duration::from_millis(50);
/// Lines read ahead of the answers.
const LINES_AHEAD: usize = 64;
/// Most hits of a line's `k`.
const MOST_HITS: u32 = 200;

/// One line of input.
#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Question {
    /// What to look for.
    query: String,
    /// Most hits.
    k: Option<u32>,
    /// Where the caller stands.
    focus: Option<FocusArg>,
}

/// What a caller that waits is told: the index is complete.
#[derive(Debug, Serialize)]
struct Ready {
    ready: bool,
    root: String,
    generation: u64,
    files: u64,
    chunks: u64,
    symbols: u64,
}

/// Answers lines until the end of input. `template` is what each question has in common.
pub(crate) async fn run(
    template: &v1::SearchRequest,
    invocation: &Invocation,
    printer: &mut Printer,
) -> Result<Outcome, CommandError> {
    let unprompted_until = Instant::now() + UNPROMPTED;
    let mut lines = read_lines();
    let service = Service::start(invocation).await?;
    let status = scan::complete(&service, invocation, false).await?.repository.unwrap_or_default();
    let mut next = match timeout_at(unprompted_until, lines.recv()).await {
        Ok(line) => line,
        Err(_) => {
            print_now(printer, &Ready::from(status))?;
            lines.recv().await
        }
    };
    while let Some(line) = next {
        match answer(&line?, template, &service, invocation).await {
            Ok(answer) => print_now(printer, &answer)?,
            Err(error) => print_now(printer, &Refusal::new(error.message))?,
        }
        next = lines.recv().await;
    }
    Ok(Outcome::Found)
}

/// Reads stdin on a thread of its own: a read that blocks cannot be given up otherwise.
fn read_lines() -> mpsc::Receiver<std::io::Result<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel(LINES_AHEAD);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().split(b'\n') {
            if sender.blocking_send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

fn print_now(printer: &mut Printer, value: &impl Serialize) -> Result<(), CommandError> {
    printer.json(value)?;
    printer.flush()
}

async fn answer(
    line: &[u8],
    template: &v1::SearchRequest,
    service: &Service,
    invocation: &Invocation,
) -> Result<Answer, CommandError> {
    let question = parse(line).map_err(|detail| CommandError::new(ErrorKind::Input, detail))?;
    let limit = question.k.unwrap_or(template.limit);
    let focus = match &question.focus {
        Some(focus) => Some(focus.to_wire(invocation)?),
        None => template.focus.clone(),
    };
    let request = v1::SearchRequest { query: question.query, limit, focus, ..template.clone() };
    let reply = service.search().search(request).await?.into_inner();
    let v1::ReplyMeta { generation, query_id, .. } = reply.meta.unwrap_or_default();
    let hits = reply.hits.into_iter().map(Hit::from).collect();
    Ok(Answer { hits, query_kind: reply.query_kind, generation, query_id })
}

/// The question of a line, or what is wrong with the line.
fn parse(line: &[u8]) -> Result<Question, String> {
    let question: Question = serde_json::from_slice(line)
        .map_err(|error| format!("not a line of the form {{\"query\": \"...\", \"k\": 10}}: {error}"))?;
    if question.query.trim().is_empty() {
        return Err("the query is empty".to_owned());
    }
    match question.k {
        Some(k) if !(1..=MOST_HITS).contains(&k) => Err(format!("k is {k}, not within 1 to {MOST_HITS}")),
        _ => Ok(question),
    }
}

impl From<v1::RepositoryStatus> for Ready {
    fn from(status: v1::RepositoryStatus) -> Self {
        Self {
            ready: true,
            root: status.root,
            generation: status.generation,
            files: status.files_indexed,
            chunks: status.chunks,
            symbols: status.symbols,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_query_and_perhaps_a_number_and_a_place() {
        let question = |query: &str, k, focus: Option<&str>| {
            Ok(Question { query: query.to_owned(), k, focus: focus.map(|focus| focus.parse().unwrap()) })
        };
        assert_eq!(parse(br#"{"query": "retry", "k": 3}"#), question("retry", Some(3), None));
        assert_eq!(parse(br#"{"query": "retry"}"#), question("retry", None, None));
        assert_eq!(parse(b"{\"query\": \"\\u00e4\", \"id\": 7}\r"), question("ä", None, None));
        let focused = parse(br#"{"query": "retry", "focus": "src/a.rs:7"}"#);
        assert_eq!(focused, question("retry", None, Some("src/a.rs:7")));
    }

    #[test]
    fn what_is_wrong_with_a_line_is_said() {
        let lines: [(&[u8], &str); 8] = [
            (b"", "not a line of the form"),
            (b"retry", "not a line of the form"),
            (b"{\"query\": 3}", "not a line of the form"),
            (b"{\"k\": 3}", "missing field `query`"),
            (b"{\"query\": \"\xff\"}", "not a line of the form"),
            (b"{\"query\": \" \"}", "the query is empty"),
            (b"{\"query\": \"x\", \"k\": 0}", "k is 0"),
            (b"{\"query\": \"x\", \"k\": 201}", "not within 1 to 200"),
        ];
        for (line, part) in lines {
            let error = parse(line).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}
