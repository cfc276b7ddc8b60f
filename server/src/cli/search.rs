//! `contexd search`: ranked places.

use clap::Args;
use contexd_proto::v1;

use crate::cli::Outcome;
use crate::cli::error::CommandError;
use crate::cli::filter::{FilterArgs, FocusArg};
use crate::cli::invocation::Invocation;
use crate::cli::output::Printer;
use crate::cli::search_lines;
use crate::cli::service::Service;
use crate::cli::view::{Hit, render_hits};

/// Arguments of `contexd search`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  contexd search spawn a blocking task on a thread pool
  contexd search BlockingPool::spawn -k 3
  contexd search retry policy --lang rust --tests no
  contexd search \"connection reset\" --include 'src/net/**' --json
  contexd search new_function --wait 2000      after an edit: wait until the index holds it, 2 s at most

With --json: one object a line, with path, start_line, end_line (1-based, inclusive), score, kind, symbol, language,
state and signature.

With --stdin: one answer for each line of input, in order, written as soon as it is known:
  {\"query\": \"retry policy\", \"k\": 10}   answers   {\"schema_version\": 1, \"hits\": [...], \"query_kind\": \"natural_language\", \"generation\": 7}
  a line that cannot be answered           answers   {\"schema_version\": 1, \"error\": \"...\", \"hits\": []}
A line may have a \"focus\" (\"src/pool.rs:120\") too. The index is complete before the first answer. A caller that asks nothing until it is told to gets one line
{\"schema_version\": 1, \"ready\": true, ...} first; a caller that has asked by then does not.")]
pub(crate) struct SearchArgs {
    /// What to look for; several words are joined
    #[arg(value_name = "QUERY", required_unless_present = "stdin", conflicts_with = "stdin")]
    query: Vec<String>,
    /// Read a query from each line of stdin and answer each with a line of JSON
    #[arg(long)]
    stdin: bool,
    /// Most hits to show, 1 to 200 [default: 10]
    #[arg(long, short = 'k', value_name = "N", value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: Option<u32>,
    /// Show the numbers that made each score
    #[arg(long)]
    explain: bool,
    /// With --json: each hit with the text of its lines
    #[arg(long)]
    text: bool,
    /// Where you stand; files that hang together with it rank higher
    #[arg(long, value_name = "PATH[:LINE]")]
    focus: Option<FocusArg>,
    #[command(flatten)]
    filter: FilterArgs,
}

/// Runs `contexd search`.
pub(crate) async fn run(
    args: &SearchArgs,
    invocation: &Invocation,
    printer: &mut Printer,
) -> Result<Outcome, CommandError> {
    let mut request = args.to_wire(invocation)?;
    if args.stdin {
        return search_lines::run(&request, invocation, printer).await;
    }
    request.include_text |= !printer.json;
    let service = Service::start(invocation).await?;
    let reply = service.ask(invocation, async || service.search().search(request.clone()).await).await?;
    let hits: Vec<Hit> = reply.hits.into_iter().map(Hit::from).collect();
    printer.lines(&hits, render_hits)?;
    invocation.note_logged(reply.meta.as_ref());
    if hits.is_empty() {
        invocation.notes.say("nothing found");
    }
    Ok(Outcome::found(!hits.is_empty()))
}

impl SearchArgs {
    fn to_wire(&self, invocation: &Invocation) -> Result<v1::SearchRequest, CommandError> {
        let focus = self.focus.as_ref().map(|focus| focus.to_wire(invocation)).transpose()?;
        Ok(v1::SearchRequest {
            repository: invocation.repository_name()?,
            consistency: invocation.consistency(),
            session: String::new(),
            query: self.query.join(" "),
            limit: self.limit.unwrap_or(invocation.settings.search_limit),
            filter: self.filter.to_wire(),
            focus,
            include_text: self.text,
            explain: self.explain,
        })
    }
}
