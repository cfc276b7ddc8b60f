//! The definition that an argument means: a name, or a place where the name stands.

use std::path::Path;

use clap::ValueEnum;
use contexd_proto::v1;

use crate::cli::error::CommandError;
use crate::cli::invocation::Invocation;

/// How sure an answer must be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sure {
    /// Proven by scopes and imports
    Exact,
    /// Also by way of types, wildcards and includes
    Scoped,
    /// Also the only definition of the name
    Unique,
    /// Also one of several definitions of the name
    #[default]
    Any,
}

impl Sure {
    /// As requests carry it.
    pub(crate) fn to_wire(self) -> i32 {
        let confidence = match self {
            Self::Exact => v1::Confidence::Exact,
            Self::Scoped => v1::Confidence::Scoped,
            Self::Unique => v1::Confidence::UniqueName,
            Self::Any => v1::Confidence::Ambiguous,
        };
        confidence.into()
    }
}

/// `FILE:LINE`, `FILE:LINE:COLUMN` or a name.
pub(crate) fn parse(typed: &str, invocation: &Invocation) -> Result<v1::Target, CommandError> {
    let by = match split_place(typed) {
        Some((file, line, column)) => {
            let path = invocation.path_in_repository(Path::new(file))?;
            v1::target::By::Position(v1::Position { path, line, column })
        }
        None => v1::target::By::Name(typed.to_owned()),
    };
    Ok(v1::Target { by: Some(by) })
}

/// Takes a place apart; column 0 where none is given.
fn split_place(typed: &str) -> Option<(&str, u32, u32)> {
    let (before, last) = typed.rsplit_once(':')?;
    let last: u32 = last.parse().ok()?;
    if let Some((file, line)) = before.rsplit_once(':')
        && let Ok(line) = line.parse()
    {
        return Some((file, line, last));
    }
    Some((before, last, 0)).filter(|(file, ..)| !file.is_empty() && !file.ends_with(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_names() {
        assert_eq!(split_place("a/b.rs:3"), Some(("a/b.rs", 3, 0)));
        assert_eq!(split_place("a/b.rs:3:14"), Some(("a/b.rs", 3, 14)));
        assert_eq!(split_place("Runtime::spawn"), None);
        assert_eq!(split_place("spawn"), None);
        assert_eq!(split_place("A::3"), None);
    }
}
