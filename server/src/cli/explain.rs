//! `contexd explain`: why a place ranks where it ranks.

use clap::Args;
use contexd_proto::v1;

use crate::cli::Outcome;
use crate::cli::error::CommandError;
use crate::cli::filter::{FilterArgs, FocusArg};
use crate::cli::invocation::Invocation;
use crate::cli::output::Printer;
use crate::cli::service::Service;
use crate::cli::view::{Explanation, render_explanation};

/// Arguments of `contexd explain`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  contexd explain src/pool.rs:120 resize the pool      the piece around line 120
  contexd explain src/pool.rs resize the pool          the best piece of the file
  contexd explain src/pool.rs resize the pool --json | jq .hit.breakdown

What is explained is the order of `contexd search`, by the same computation: how the question was read, which sources
proposed the piece and how far up it stood in each, what each signal adds to the score, and the factors on it. A place
that no source proposed has no rank (exit status 1).
With --json: one object with rank, candidates, query_kind, stages and hit.")]
pub(crate) struct ExplainArgs {
    /// The place: a path, perhaps with a line
    #[arg(value_name = "PATH[:LINE]")]
    place: FocusArg,
    /// The question; several words are joined
    #[arg(value_name = "QUERY", required = true)]
    query: Vec<String>,
    /// Where you stand; places near it rank higher
    #[arg(long, value_name = "PATH[:LINE]")]
    focus: Option<FocusArg>,
    #[command(flatten)]
    filter: FilterArgs,
}

/// Runs `contexd explain`.
pub(crate) async fn run(
    args: &ExplainArgs,
    invocation: &Invocation,
    printer: &mut Printer,
) -> Result<Outcome, CommandError> {
    let request = args.to_wire(invocation)?;
    let service = Service::start(invocation).await?;
    let reply = service.ask(invocation, async || service.context().explain(request.clone()).await).await?;
    let explanation = Explanation::from(reply);
    printer.object(&explanation, render_explanation)?;
    Ok(Outcome::found(explanation.rank > 0))
}

impl ExplainArgs {
    fn to_wire(&self, invocation: &Invocation) -> Result<v1::ExplainRequest, CommandError> {
        let place = self.place.to_wire(invocation)?;
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
