//! The command line: parse what was typed ([`args`]), resolve what it means ([`invocation`]), run one command (a file
//! each) against the service ([`service`]), print ([`output`], [`view`]).

mod args;
mod completions;
mod context;
mod daemon;
mod def;
mod error;
mod eval;
mod explain;
mod filter;
mod grep;
mod index;
mod invocation;
mod logging;
mod map;
mod model;
mod neighbours;
mod outline;
mod output;
mod progress;
mod refs;
mod related;
mod repo;
mod scan;
mod search;
mod search_lines;
mod serve;
mod service;
mod start;
mod status;
mod stop;
mod symbols;
mod target;
mod view;
mod why;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use error::{CommandError, ErrorKind};
use invocation::Invocation;
use output::Printer;

use crate::settings::Environment;

/// How a command that did not fail ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// There was something.
    Found,
    /// There was nothing.
    NothingFound,
}

impl Outcome {
    /// The outcome by whether there was something.
    pub(crate) fn found(found: bool) -> Self {
        if found { Self::Found } else { Self::NothingFound }
    }
}

/// Runs the command that was typed. The exit code is 0 when something was found, 1 when nothing was, 2 on error.
pub(crate) fn main() -> ExitCode {
    let cli = Cli::parse();
    exit_code(&run(&cli))
}

fn exit_code(result: &Result<Outcome, CommandError>) -> ExitCode {
    match result {
        Ok(Outcome::Found) => ExitCode::SUCCESS,
        Ok(Outcome::NothingFound) => ExitCode::from(1),
        Err(error) if error.kind == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            // A stderr that cannot be written to leaves the exit code to tell.
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::from(2)
        }
    }
}

fn run(cli: &Cli) -> Result<Outcome, CommandError> {
    let environment = Environment::read(|name| std::env::var_os(name));
    let invocation = Invocation::resolve(cli, &environment)?;
    let mut printer = invocation.printer();
    if let Command::Completions(args) = &cli.command {
        let outcome = completions::run(args, &mut printer)?;
        return printer.flush().map(|()| outcome);
    }
    logging::start(&cli.command, &invocation);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let outcome = dispatch(&cli.command, &invocation, &mut printer).await;
        let flushed = printer.flush();
        invocation.close().await;
        flushed.and(outcome)
    })
}

async fn dispatch(
    command: &Command,
    invocation: &Invocation,
    printer: &mut Printer,
) -> Result<Outcome, CommandError> {
    match command {
        Command::Search(args) => search::run(args, invocation, printer).await,
        Command::Grep(args) => grep::run(args, invocation, printer).await,
        Command::Symbols(args) => symbols::run(args, invocation, printer).await,
        Command::Def(args) => def::run(args, invocation, printer).await,
        Command::Refs(args) => refs::run(args, invocation, printer).await,
        Command::Related(args) => related::run(args, invocation, printer).await,
        Command::Neighbours(args) => neighbours::run(args, invocation, printer).await,
        Command::Map(args) => map::run(args, invocation, printer).await,
        Command::Outline(args) => outline::run(args, invocation, printer).await,
        Command::Context(args) => context::run(args, invocation, printer).await,
        Command::Eval(args) => eval::run(args, invocation, printer).await,
        Command::Explain(args) => explain::run(args, invocation, printer).await,
        Command::Why(args) => why::run(args, invocation, printer).await,
        Command::Index(args) => index::run(args, invocation, printer).await,
        Command::Status(_) => status::run(invocation, printer).await,
        Command::Repo(args) => repo::run(args, invocation, printer).await,
        Command::Model(args) => model::run(args, invocation, printer).await,
        Command::Start(_) => start::run(invocation, printer).await,
        Command::Stop(_) => stop::run(invocation, printer).await,
        Command::Serve(args) => serve::run(args, invocation).await,
        Command::Completions(args) => completions::run(args, printer),
    }
}
