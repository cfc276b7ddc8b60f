//! `contexd outline`: the definitions of one file.

use std::path::PathBuf;

use clap::Args;
use contexd_proto::v1;

use crate::cli::Outcome;
use crate::cli::error::CommandError;
use crate::cli::invocation::Invocation;
use crate::cli::output::Printer;
use crate::cli::service::Service;
use crate::cli::view::{OutlineEntry, render_outline};

/// Arguments of `contexd outline`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  contexd outline src/main.rs
  contexd outline src/runtime/mod.rs --repo ~/src/tokio
  contexd outline src/main.rs --json | jq -r .symbol

With --json: one object a line, with path, start_line, end_line, depth, kind, symbol, signature, ...")]
pub(crate) struct OutlineArgs {
    /// The file: relative to the working directory or to the repository's root
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,
}

/// Runs `contexd outline`.
pub(crate) async fn run(
    args: &OutlineArgs,
    invocation: &Invocation,
    printer: &mut Printer,
) -> Result<Outcome, CommandError> {
    let service = Service::start(invocation).await?;
    let request = v1::GetOutlineRequest {
        repository: invocation.repository_name()?,
        consistency: invocation.consistency(),
        session: String::new(),
        path: invocation.path_in_repository(&args.file)?,
    };
    let outline =
        service.ask(invocation, async || service.search().get_outline(request.clone()).await).await?;
    let entries = OutlineEntry::all_of(outline);
    printer.lines(&entries, render_outline)?;
    if entries.is_empty() {
        invocation.notes.say("no definitions in this file");
    }
    Ok(Outcome::found(!entries.is_empty()))
}
