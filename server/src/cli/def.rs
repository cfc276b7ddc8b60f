//! `contexd def`: where a name is defined.

use clap::Args;
use contexd_proto::v1;

use crate::cli::Outcome;
use crate::cli::error::CommandError;
use crate::cli::invocation::Invocation;
use crate::cli::output::Printer;
use crate::cli::service::Service;
use crate::cli::target;
use crate::cli::view::{Meaning, render_meanings};

/// Arguments of `contexd def`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  contexd def Runtime::spawn               where the name is defined
  contexd def src/main.rs:14:9             what the name at line 14, column 9 means
  contexd def src/main.rs:14               what every name that is used in line 14 means

Each definition says how sure it is: exact (scopes and imports prove it), scoped (by way of a type, a wildcard or an
include), unique_name (the only one of that name), ambiguous (one of several; all are listed).
With --json: one object a line, with path, start_line, end_line, kind, symbol, confidence, candidates, ...")]
pub(crate) struct DefArgs {
    /// A name, a qualified name, FILE:LINE or FILE:LINE:COLUMN
    #[arg(value_name = "TARGET")]
    target: String,
    /// Most definitions to show, 1 to 200
    #[arg(long, short = 'k', value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
}

/// Runs `contexd def`.
pub(crate) async fn run(
    args: &DefArgs,
    invocation: &Invocation,
    printer: &mut Printer,
) -> Result<Outcome, CommandError> {
    let service = Service::start(invocation).await?;
    let request = v1::GetDefinitionRequest {
        repository: invocation.repository_name()?,
        consistency: invocation.consistency(),
        session: String::new(),
        target: Some(target::parse(&args.target, invocation)?),
        limit: args.limit,
    };
    let reply =
        service.ask(invocation, async || service.search().get_definition(request.clone()).await).await?;
    let found: Vec<Meaning> = reply.definitions.into_iter().map(Meaning::from).collect();
    printer.lines(&found, render_meanings)?;
    let hidden = reply.total.saturating_sub(found.len() as u64);
    if hidden > 0 && !printer.json {
        invocation.notes.say(format!("{hidden} more: raise --limit"));
    }
    if found.is_empty() {
        invocation.notes.say("not defined in this repository, as far as its syntax tells");
    }
    Ok(Outcome::found(!found.is_empty()))
}
