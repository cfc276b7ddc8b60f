//! `contexd related`: what stands at the other end of a definition's edges.

use clap::{Args, ValueEnum};
use contexd_proto::v1;

use crate::cli::Outcome;
use crate::cli::error::CommandError;
use crate::cli::invocation::Invocation;
use crate::cli::output::Printer;
use crate::cli::service::Service;
use crate::cli::target::{self, Sure};
use crate::cli::view::{Related, note_targets, render_related};

/// Arguments of `contexd related`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  contexd related callers Runtime::spawn
  contexd related callees src/main.rs:14:9
  contexd related implementations Storage      types that implement it; for a method, those that take its place
  contexd related tests parse_config --json

With --json: one object a line, with path, start_line, kind, symbol, confidence, candidates, uses, used_at")]
pub(crate) struct RelatedArgs {
    /// Which edges
    #[arg(value_name = "RELATION")]
    relation: Relation,
    /// A name, a qualified name, FILE:LINE or FILE:LINE:COLUMN
    #[arg(value_name = "TARGET")]
    target: String,
    /// Most definitions to show, 1 to 1,000
    #[arg(long, short = 'k', value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    limit: u32,
    /// How sure an edge must be to be shown
    #[arg(long, value_name = "HOW", default_value = "any")]
    sure: Sure,
}

/// How two definitions hang together, seen from the one that is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Relation {
    /// What calls it
    Callers,
    /// What it calls
    Callees,
    /// The types that it uses
    Types,
    /// What uses it as a type
    TypeUsers,
    /// What it extends or implements; for a method, the methods whose place it takes
    Bases,
    /// What extends or implements it; for a method, those that take its place
    Implementations,
    /// The tests that use it
    Tests,
    /// The parts of documents that name it
    Docs,
}

impl Relation {
    fn to_wire(self) -> i32 {
        let relation = match self {
            Self::Callers => v1::Relation::Callers,
            Self::Callees => v1::Relation::Callees,
            Self::Types => v1::Relation::UsedTypes,
            Self::TypeUsers => v1::Relation::TypeUsers,
            Self::Bases => v1::Relation::Bases,
            Self::Implementations => v1::Relation::Implementations,
            Self::Tests => v1::Relation::Tests,
            Self::Docs => v1::Relation::Documents,
        };
        relation.into()
    }
}

/// Runs `contexd related`.
pub(crate) async fn run(
    args: &RelatedArgs,
    invocation: &Invocation,
    printer: &mut Printer,
) -> Result<Outcome, CommandError> {
    let service = Service::start(invocation).await?;
    let request = v1::GetRelatedRequest {
        repository: invocation.repository_name()?,
        consistency: invocation.consistency(),
        session: String::new(),
        target: Some(target::parse(&args.target, invocation)?),
        relation: args.relation.to_wire(),
        limit: args.limit,
        least: args.sure.to_wire(),
    };
    let reply = service.ask(invocation, async || service.graph().get_related(request.clone()).await).await?;
    note_targets(&reply.targets, invocation.notes);
    let found: Vec<Related> = reply.related.into_iter().map(Related::from).collect();
    printer.lines(&found, render_related)?;
    let hidden = reply.total.saturating_sub(found.len() as u64);
    if hidden > 0 && !printer.json {
        invocation.notes.say(format!("{hidden} more: raise --limit"));
    }
    if found.is_empty() {
        invocation.notes.say("nothing found");
    }
    Ok(Outcome::found(!found.is_empty()))
}
