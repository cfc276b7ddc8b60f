//! `contexd refs`: who uses a definition.

use clap::Args;
use contexd_proto::v1;

use crate::cli::Outcome;
use crate::cli::error::CommandError;
use crate::cli::filter::FilterArgs;
use crate::cli::invocation::Invocation;
use crate::cli::output::Printer;
use crate::cli::service::Service;
use crate::cli::target::{self, Sure};
use crate::cli::view::{Reference, note_targets, render_references};

/// Arguments of `contexd refs`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  contexd refs Runtime::spawn              every place that uses it
  contexd refs src/lib.rs:14:9             uses of what stands there
  contexd refs Config --sure scoped        only uses that scopes, imports and types prove
  contexd refs Config --include 'src/**' --tests no --json

A use by name alone says so: unique_name (nothing else bears the name) or ambiguous (one of several do).
With --json: one object a line, with path, line, column, kind, enclosing, confidence, candidates, targets, text")]
pub(crate) struct RefsArgs {
    /// A name, a qualified name, FILE:LINE or FILE:LINE:COLUMN
    #[arg(value_name = "TARGET")]
    target: String,
    /// Most uses to show, 1 to 10,000
    #[arg(long, short = 'k', value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    /// How sure a use must be to be shown
    #[arg(long, value_name = "HOW", default_value = "any")]
    sure: Sure,
    #[command(flatten)]
    filter: FilterArgs,
}

/// Runs `contexd refs`.
pub(crate) async fn run(
    args: &RefsArgs,
    invocation: &Invocation,
    printer: &mut Printer,
) -> Result<Outcome, CommandError> {
    let service = Service::start(invocation).await?;
    let request = v1::FindReferencesRequest {
        repository: invocation.repository_name()?,
        consistency: invocation.consistency(),
        session: String::new(),
        target: Some(target::parse(&args.target, invocation)?),
        filter: args.filter.to_wire(),
        limit: args.limit,
        least: args.sure.to_wire(),
    };
    let reply =
        service.ask(invocation, async || service.search().find_references(request.clone()).await).await?;
    note_targets(&reply.targets, invocation.notes);
    let found: Vec<Reference> =
        reply.references.into_iter().map(|one| Reference::new(one, &reply.targets)).collect();
    printer.lines(&found, render_references)?;
    let hidden = reply.total.saturating_sub(found.len() as u64);
    if hidden > 0 && !printer.json {
        invocation.notes.say(format!("{hidden} more: raise --limit or narrow with filters"));
    }
    if found.is_empty() {
        invocation.notes.say("no uses found");
    }
    Ok(Outcome::found(!found.is_empty()))
}
