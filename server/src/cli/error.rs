//! What a command that fails says: one line of what happened, and hints on what to do about it.

use std::fmt;

use tonic::Code;

use crate::config::ConfigError;

/// What sort of failure it is; decides the exit code and whether anything is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    /// What was typed or configured cannot be done.
    Input,
    /// There is no daemon, or it cannot be started or stopped.
    Daemon,
    /// The service refused or failed, with this code.
    Service(Code),
    /// The system failed: files, pipes, processes.
    System,
    /// Whoever read our output has gone. Not an error to anyone.
    BrokenPipe,
}

/// A failure with what can be done about it.
#[derive(Debug)]
pub(crate) struct CommandError {
    /// What sort it is.
    pub(crate) kind: ErrorKind,
    /// What happened: lower case, no full stop.
    pub(crate) message: String,
    /// What to do about it, likeliest first.
    pub(crate) hints: Vec<String>,
}

impl CommandError {
    /// A failure of `kind` without hints.
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hints: Vec::new() }
    }

    /// What was typed cannot be done.
    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Input, message)
    }

    /// The daemon cannot be reached, started or stopped.
    pub(crate) fn daemon(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Daemon, message)
    }

    /// The same failure with one more hint.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        self.hints.iter().try_for_each(|hint| write!(f, "\nhint: {hint}"))
    }
}

impl From<ConfigError> for CommandError {
    fn from(error: ConfigError) -> Self {
        let message = error.to_string();
        match error {
            ConfigError::Read { .. } => Self::input(message),
            ConfigError::Invalid { hint, .. } => Self::input(message).hint(hint),
        }
    }
}

impl From<std::io::Error> for CommandError {
    fn from(error: std::io::Error) -> Self {
        let kind = match error.kind() {
            std::io::ErrorKind::BrokenPipe => ErrorKind::BrokenPipe,
            _ => ErrorKind::System,
        };
        Self::new(kind, error.to_string())
    }
}

impl From<serde_json::Error> for CommandError {
    fn from(error: serde_json::Error) -> Self {
        std::io::Error::from(error).into()
    }
}

impl From<tonic::Status> for CommandError {
    /// A status carries its hints in its message, a line each; where it has none, its code suggests one.
    fn from(status: tonic::Status) -> Self {
        let mut parts = status.message().split("\nhint: ");
        let message = parts.next().unwrap_or_default();
        let hints: Vec<String> = parts.map(str::to_owned).collect();
        let error = Self { kind: ErrorKind::Service(status.code()), message: message.to_owned(), hints };
        match service_hint(status.code()) {
            Some(hint) if error.hints.is_empty() => error.hint(hint),
            _ => error,
        }
    }
}

impl From<contexd::ServiceError> for CommandError {
    fn from(error: contexd::ServiceError) -> Self {
        tonic::Status::from(error).into()
    }
}

/// What usually helps against a refusal of the service that gives no hint of its own.
fn service_hint(code: Code) -> Option<&'static str> {
    match code {
        Code::Unavailable => {
            Some("`contexd status` tells whether a daemon runs; its log says why it stopped")
        }
        Code::DeadlineExceeded => {
            Some("the index is busy: allow more time with --wait MS, or see `contexd status`")
        }
        Code::Unimplemented => {
            Some("the running daemon may be of another version: `contexd stop`, then try again")
        }
        Code::ResourceExhausted => Some("too many requests at once: try again in a moment"),
        Code::Internal | Code::Unknown | Code::DataLoss => {
            Some("the daemon's log has the details: see `contexd status` for where it is")
        }
        Code::Ok
        | Code::Cancelled
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unauthenticated => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_prints_its_hints_beneath() {
        let error = CommandError::input("no such directory: x").hint("name one with --repo");
        assert_eq!(error.to_string(), "error: no such directory: x\nhint: name one with --repo");
    }

    #[test]
    fn a_reader_that_left_is_not_a_system_failure() {
        let error = CommandError::from(std::io::Error::from(std::io::ErrorKind::BrokenPipe));
        assert_eq!(error.kind, ErrorKind::BrokenPipe);
    }

    #[test]
    fn the_services_own_hints_come_before_ours() {
        let status = tonic::Status::internal("it broke\nhint: build it anew\nhint: report it");
        let error = CommandError::from(status);
        assert_eq!((error.message.as_str(), error.hints.len()), ("it broke", 2));
        assert_eq!(CommandError::from(tonic::Status::internal("it broke")).hints.len(), 1);
    }

    #[test]
    fn the_services_code_is_kept() {
        let error = CommandError::from(tonic::Status::not_found("no such file"));
        assert_eq!(error.kind, ErrorKind::Service(Code::NotFound));
        assert!(error.hints.is_empty());
    }
}
