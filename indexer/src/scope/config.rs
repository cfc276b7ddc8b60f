//! What the repository's own configuration file says about the scope.

use std::path::Path;
use std::{fs, io};

use serde::Deserialize;

use crate::IndexerError;

/// Globs that narrow or widen the scope, in the syntax of `.gitignore` lines relative to the root.
///
/// A pattern that matches a directory covers everything below it. `exclude` wins over `include`, and `include` wins
/// over every ignore file. A pattern of `include` reaches into an ignored directory only along its literal leading
/// directories: `target/generated/**` does, `**/*.pb.go` does not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScopeConfig {
    /// What is indexed although an ignore file leaves it out.
    pub include: Vec<String>,
    /// What is never indexed.
    pub exclude: Vec<String>,
}

impl ScopeConfig {
    /// Name of the configuration file at the root.
    pub const FILE_NAME: &'static str = ".contexd.toml";

    /// Reads the keys `include` and `exclude` of a configuration file's text.
    ///
    /// # Errors
    /// When the text is not TOML or holds another key.
    pub fn parse(text: &str) -> Result<Self, IndexerError> {
        toml::from_str(text).map_err(|error| config_error(Path::new(Self::FILE_NAME), &error))
    }

    /// Reads the configuration file at `root`; the default when there is none.
    ///
    /// # Errors
    /// When the file cannot be read or [`parse`](Self::parse) refuses it.
    pub fn load(root: &Path) -> Result<Self, IndexerError> {
        let path = root.join(Self::FILE_NAME);
        match fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text).map_err(|error| config_error(&path, &error)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(config_error(&path, &error)),
        }
    }
}

fn config_error(path: &Path, error: &dyn std::fmt::Display) -> IndexerError {
    IndexerError::Config { path: path.to_owned(), detail: error.to_string().trim_end().to_owned() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn known_keys_are_read() {
        let config = ScopeConfig::parse("include = ['gen/**']\nexclude = ['*.snap']").unwrap();
        assert_eq!((config.include, config.exclude), (vec!["gen/**".to_owned()], vec!["*.snap".to_owned()]));
        assert_eq!(ScopeConfig::parse("").unwrap(), ScopeConfig::default());
    }

    #[test]
    fn unknown_keys_are_errors() {
        let error = ScopeConfig::parse("exlude = []").unwrap_err().to_string();
        assert!(error.contains("unknown field `exlude`"), "{error}");
    }
}
