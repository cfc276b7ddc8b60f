//! The contexd binary: the command line, and with `contexd serve` the daemon.

mod cli;
mod config;
mod settings;

fn main() -> std::process::ExitCode {
    cli::main()
}
