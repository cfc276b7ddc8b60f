//! `contexd neighbours`: the files that a file hangs together with.

use std::path::PathBuf;

use clap::Args;
use contexd_proto::v1;

use crate::cli::Outcome;
use crate::cli::error::CommandError;
use crate::cli::invocation::Invocation;
use crate::cli::output::Printer;
use crate::cli::service::Service;
use crate::cli::view::{Neighbours, render_neighbours};

/// Arguments of `contexd neighbours`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  contexd neighbours src/runtime/mod.rs       what it imports, what imports it, what commits change with it
  contexd neighbours src/main.rs --json

With --json: one object with path, imports, importers, changed_together (path, commits, score), history_missing")]
pub(crate) struct NeighboursArgs {
    /// The file: relative to the working directory or to the repository's root
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,
    /// Most files of each sort, 1 to 1,000
    #[arg(long, short = 'k', value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    limit: u32,
}

/// Runs `contexd neighbours`.
pub(crate) async fn run(
    args: &NeighboursArgs,
    invocation: &Invocation,
    printer: &mut Printer,
) -> Result<Outcome, CommandError> {
    let service = Service::start(invocation).await?;
    let request = v1::GetFileNeighboursRequest {
        repository: invocation.repository_name()?,
        consistency: invocation.consistency(),
        session: String::new(),
        path: invocation.path_in_repository(&args.file)?,
        limit: args.limit,
    };
    let reply =
        service.ask(invocation, async || service.graph().get_file_neighbours(request.clone()).await).await?;
    if !reply.history_missing.is_empty() {
        invocation.notes.say(format!("no history: {}", reply.history_missing));
    }
    let neighbours = Neighbours::from(reply);
    printer.object(&neighbours, render_neighbours)?;
    Ok(Outcome::found(!neighbours.is_empty()))
}
