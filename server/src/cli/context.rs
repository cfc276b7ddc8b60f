//! `contexd context`: a pack of pieces within a token budget.

use clap::Args;
use contexd_proto::v1;

use crate::cli::Outcome;
use crate::cli::error::CommandError;
use crate::cli::filter::{FilterArgs, FocusArg};
use crate::cli::invocation::Invocation;
use crate::cli::output::Printer;
use crate::cli::service::Service;
use crate::cli::view::{Pack, omitted_note};
use crate::settings::PackFormat;

/// Arguments of `contexd context`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  contexd context how is a blocking task spawned --budget 4000
  contexd context \"resize the pool\" --format xml > context.xml
  contexd context --focus src/pool.rs:120 --budget 2000      what surrounds a place
  contexd context \"the retry policy\" --json | jq .items[].path

Pieces come whole, folded, as signatures or as names, whichever fits. The pack never exceeds the budget, counted by a
real tokenizer over the text as printed.
With --json (or --format json): one object with budget, tokens, tokenizer, generation, items and omitted.")]
pub(crate) struct ContextArgs {
    /// What the pack is for: words, identifiers, an error message
    #[arg(value_name = "QUERY", required_unless_present = "focus")]
    query: Vec<String>,
    /// Most tokens of the pack, 1 to 1,000,000 [default: 8000]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    budget: Option<u32>,
    /// How the pack is rendered [default: markdown]
    #[arg(long, short, value_name = "FORMAT")]
    format: Option<PackFormat>,
    /// Where you stand; its surroundings belong to the pack
    #[arg(long, value_name = "PATH[:LINE]")]
    focus: Option<FocusArg>,
    /// Most hits to consider as primary pieces, 1 to 200
    #[arg(long, short = 'k', value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
    #[command(flatten)]
    filter: FilterArgs,
}

/// Runs `contexd context`.
pub(crate) async fn run(
    args: &ContextArgs,
    invocation: &Invocation,
    printer: &mut Printer,
) -> Result<Outcome, CommandError> {
    let format = if printer.json { PackFormat::Json } else { args.chosen_format(invocation) };
    let service = Service::start(invocation).await?;
    let request = args.to_wire(invocation, format)?;
    let reply =
        service.ask(invocation, async || service.context().assemble_context(request.clone()).await).await?;
    let rendered = reply.rendered.clone();
    invocation.note_logged(reply.meta.as_ref());
    let pack = Pack::from(reply);
    match format {
        PackFormat::Json => printer.json(&pack)?,
        PackFormat::Markdown | PackFormat::Xml => printer.text(&ended(rendered))?,
    }
    invocation.notes.say(omitted_note(&pack));
    Ok(Outcome::found(!pack.items.is_empty()))
}

impl ContextArgs {
    fn chosen_format(&self, invocation: &Invocation) -> PackFormat {
        self.format.unwrap_or(invocation.settings.context_format)
    }

    fn to_wire(
        &self,
        invocation: &Invocation,
        format: PackFormat,
    ) -> Result<v1::AssembleContextRequest, CommandError> {
        let focus = self.focus.as_ref().map(|focus| focus.to_wire(invocation)).transpose()?;
        let format = match format {
            PackFormat::Markdown => v1::PackFormat::Markdown,
            PackFormat::Xml => v1::PackFormat::Xml,
            PackFormat::Json => v1::PackFormat::Json,
        };
        Ok(v1::AssembleContextRequest {
            repository: invocation.repository_name()?,
            consistency: invocation.consistency(),
            query: self.query.join(" "),
            focus,
            budget: self.budget.unwrap_or(invocation.settings.context_budget),
            format: format.into(),
            filter: self.filter.to_wire(),
            limit: self.limit,
            ..v1::AssembleContextRequest::default()
        })
    }
}

/// `text` with a line end at its end.
fn ended(mut text: String) -> String {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}
