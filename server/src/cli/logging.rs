//! How much is logged. The log goes to stderr, never to stdout.

use contexd::daemon::logging::{self, LogFormat};

use crate::cli::args::Command;
use crate::cli::invocation::Invocation;

/// Starts the log. The daemon says what it does; other commands, which may do its work in their own process, say
/// only what goes wrong, unless asked for more.
pub(crate) fn start(command: &Command, invocation: &Invocation) {
    let (is_daemon, format) = match command {
        Command::Serve(args) => (true, args.log_format.into()),
        _ => (false, LogFormat::Text),
    };
    logging::init(format, level(is_daemon, invocation.verbose, invocation.notes.quiet));
}

fn level(is_daemon: bool, verbose: u8, quiet: bool) -> &'static str {
    match (quiet, verbose.saturating_add(u8::from(is_daemon))) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "info",
        (false, 2) => "debug",
        (false, _) => "trace",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_daemon_says_more_than_a_command() {
        assert_eq!([level(false, 0, false), level(true, 0, false)], ["warn", "info"]);
        assert_eq!(
            [level(true, 1, false), level(true, 0, true), level(true, 255, false)],
            ["debug", "error", "trace"]
        );
    }
}
