//! `contexd explain`: why a place ranks where it ranks, or how a past answer was ranked.

use clap::Args;
use contexd_proto::v1;

use crate::cli::Outcome;
use crate::cli::error::CommandError;
use crate::cli::filter::{FilterArgs, FocusArg};
use crate::cli::invocation::Invocation;
use crate::cli::output::Printer;
use crate::cli::service::Service;
use crate::cli::view::{Explanation, PastQuery, render_explanation, render_past_queries, render_past_query};

/// Arguments of `contexd explain`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  contexd explain src/pool.rs:120 resize the pool      the piece around line 120
  contexd explain src/pool.rs resize the pool          the best piece of the file
  contexd explain src/pool.rs resize the pool --json | jq .hit.breakdown
  contexd explain --list                               past answers, newest first, with their ids
  contexd explain 5f0c2a9be3d41768                     a past answer with the numbers that ranked it

What is explained is the order of `contexd search`, by the same computation: how the question was read, which sources
proposed the piece and how far up it stood in each, what each signal adds to the score, and the factors on it. A place
that no source proposed has no rank (exit status 1).
Past answers are kept where the query log is on, which it is not by default: [query_log] enabled = true in config.toml,
CONTEXD_QUERY_LOG=1 or --query-log, for a daemon that starts. It is a file in the cache that only its user can read, holds
at most [query_log] max_entries (1000) answers in max_bytes (4194304), and no keys or tokens of well-known formats.
With --json: one object with rank, candidates, query_kind, stages and hit; of a past answer query_id, answered_unix_ms,
root, generation, method, query, query_kind, limit, found and hits; with --list one object an answer, without hits.")]
pub(crate) struct ExplainArgs {
    /// The place: a path, perhaps with a line; without a question the id of a past answer
    #[arg(value_name = "PATH[:LINE] or ID", required_unless_present = "list")]
    place: Option<String>,
    /// The question; several words are joined
    #[arg(value_name = "QUERY")]
    query: Vec<String>,
    /// List past answers, newest first; with --repo those about one repository
    #[arg(long, conflicts_with_all = ["place", "focus"])]
    list: bool,
    /// Most past answers to list, 1 to 200 [default: 20]
    #[arg(long, short = 'k', value_name = "N", requires = "list", value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: Option<u32>,
    /// Where you stand; files that hang together with it rank higher
    #[arg(long, value_name = "PATH[:LINE]")]
    focus: Option<FocusArg>,
    #[command(flatten)]
    filter: FilterArgs,
}

/// Digits of the id of a past answer.
const ID_DIGITS: usize = 16;

/// Runs `contexd explain`.
pub(crate) async fn run(
    args: &ExplainArgs,
    invocation: &Invocation,
    printer: &mut Printer,
) -> Result<Outcome, CommandError> {
    let Some(place) = &args.place else { return list(args, invocation, printer).await };
    if args.query.is_empty() {
        return explain_past(place, invocation, printer).await;
    }
    let place: FocusArg = place.parse().map_err(CommandError::input)?;
    let request = args.to_wire(&place, invocation)?;
    let service = Service::start(invocation).await?;
    let reply = service.ask(invocation, async || service.context().explain(request.clone()).await).await?;
    let explanation = Explanation::from(reply);
    printer.object(&explanation, render_explanation)?;
    Ok(Outcome::found(explanation.rank > 0))
}

/// Lists what the query log holds.
async fn list(
    args: &ExplainArgs,
    invocation: &Invocation,
    printer: &mut Printer,
) -> Result<Outcome, CommandError> {
    let repository = if invocation.repository_named { invocation.repository_name()? } else { String::new() };
    let request = v1::ListQueriesRequest { repository, limit: args.limit.unwrap_or_default() };
    let service = Service::running_or_own(invocation).await?;
    let reply = service.context().list_queries(request).await?.into_inner();
    let queries: Vec<PastQuery> = reply.queries.into_iter().map(PastQuery::from).collect();
    printer.lines(&queries, render_past_queries)?;
    if queries.is_empty() {
        invocation.notes.say("no past answers are kept yet");
    }
    Ok(Outcome::found(!queries.is_empty()))
}

/// Prints a past answer.
async fn explain_past(
    query_id: &str,
    invocation: &Invocation,
    printer: &mut Printer,
) -> Result<Outcome, CommandError> {
    if query_id.len() != ID_DIGITS || !query_id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(CommandError::input(format!(
            "no question, and {query_id} is not the id of a past answer"
        ))
        .hint("name a place and a question: `contexd explain PATH[:LINE] QUERY`")
        .hint("or a past answer by its 16 digits: `contexd explain --list` shows them"));
    }
    let request = v1::GetQueryRequest { query_id: query_id.to_ascii_lowercase() };
    let service = Service::running_or_own(invocation).await?;
    let reply = service.context().get_query(request).await?.into_inner();
    let query = PastQuery::from(reply.query.unwrap_or_default());
    printer.object(&query, render_past_query)?;
    Ok(Outcome::Found)
}

impl ExplainArgs {
    fn to_wire(&self, place: &FocusArg, invocation: &Invocation) -> Result<v1::ExplainRequest, CommandError> {
        let place = place.to_wire(invocation)?;
        let focus = self.focus.as_ref().map(|focus| focus.to_wire(invocation)).transpose()?;
        let question = v1::AssembleContextRequest {
            repository: invocation.repository_name()?,
            consistency: invocation.consistency(),
            query: self.query.join(" "),
            filter: self.filter.to_wire(),
            focus,
            ..v1::AssembleContextRequest::default()
        };
        Ok(v1::ExplainRequest { request: Some(question), path: place.path, line: place.line })
    }
}
