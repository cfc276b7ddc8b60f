//! `contexd completions`: scripts with which shells complete commands and options.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::cli::Outcome;
use crate::cli::args::Cli;
use crate::cli::error::CommandError;
use crate::cli::output::Printer;

/// Arguments of `contexd completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  contexd completions bash > ~/.local/share/bash-completion/completions/contexd
  contexd completions zsh > ~/.zfunc/_contexd          with ~/.zfunc in $fpath
  contexd completions fish > ~/.config/fish/completions/contexd.fish")]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Runs `contexd completions`.
pub(crate) fn run(args: &CompletionsArgs, printer: &mut Printer) -> Result<Outcome, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "contexd", &mut script);
    printer.text(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Found)
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn every_shell_completes_every_command() {
        for shell in Shell::value_variants() {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "contexd", &mut script);
            let script = String::from_utf8_lossy(&script);
            for command in Cli::command().get_subcommands() {
                assert!(script.contains(command.get_name()), "{shell}: {}", command.get_name());
            }
        }
    }
}
