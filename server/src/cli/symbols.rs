//! `contexd symbols`: definitions by name.

use clap::Args;
use contexd_proto::v1;

use crate::cli::Outcome;
use crate::cli::error::CommandError;
use crate::cli::filter::FilterArgs;
use crate::cli::invocation::Invocation;
use crate::cli::output::Printer;
use crate::cli::service::Service;
use crate::cli::view::{SymbolHit, render_symbols};

/// Arguments of `contexd symbols`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  contexd symbols Runtime                     every definition of that name, then near ones
  contexd symbols Runtime::spawn              with its container, joined as the language joins them
  contexd symbols 'parse_*'                   by wildcards; 'Runtime::*' is all of Runtime
  contexd symbols parse --kind function --lang python
  contexd symbols Config --exact --json

Equal names come first, then equal but for case, then by prefix, part and near miss. A * stands for any run of
characters.
With --json: one object a line, with path, start_line, end_line, kind, symbol, signature, match, ...")]
pub(crate) struct SymbolsArgs {
    /// A name, a qualified name, the start of one, or one with wildcards
    #[arg(value_name = "NAME")]
    name: String,
    /// Most definitions to show, 1 to 200
    #[arg(long, short = 'k', value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
    /// Only names that are equal, at most but for case
    #[arg(long)]
    exact: bool,
    #[command(flatten)]
    filter: FilterArgs,
}

/// Runs `contexd symbols`.
pub(crate) async fn run(
    args: &SymbolsArgs,
    invocation: &Invocation,
    printer: &mut Printer,
) -> Result<Outcome, CommandError> {
    let service = Service::start(invocation).await?;
    let request = v1::SearchSymbolsRequest {
        repository: invocation.repository_name()?,
        consistency: invocation.consistency(),
        name: args.name.clone(),
        limit: args.limit,
        filter: args.filter.to_wire(),
        exact_only: args.exact,
        ..v1::SearchSymbolsRequest::default()
    };
    let reply =
        service.ask(invocation, async || service.search().search_symbols(request.clone()).await).await?;
    let hits: Vec<SymbolHit> = reply.hits.into_iter().map(SymbolHit::from).collect();
    printer.lines(&hits, render_symbols)?;
    let hidden = reply.total.saturating_sub(hits.len() as u64);
    if hidden > 0 && !printer.json {
        invocation.notes.say(format!("{hidden} more: raise --limit or narrow the name"));
    }
    if hits.is_empty() {
        invocation.notes.say("nothing found");
    }
    Ok(Outcome::found(!hits.is_empty()))
}
