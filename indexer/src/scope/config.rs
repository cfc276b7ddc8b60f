//! What the repository's own configuration file says about the scope.

use std::path::Path;
use std::{fs, io};

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::IndexerError;

/// Globs that narrow or widen the scope, in the syntax of `.gitignore` lines relative to the root.
///
/// A pattern that matches a directory covers everything below it. `exclude` wins over `include`, and `include` wins
/// over every ignore file. A pattern of `include` reaches into an ignored directory only along its literal leading
/// directories: `target/generated/**` does, `**/*.pb.go` does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeConfig {
    /// What is indexed although an ignore file leaves it out.
    pub include: Vec<String>,
    /// What is never indexed.
    pub exclude: Vec<String>,
}

/// The file as it stands. The tables are read elsewhere; they are named here because they are known.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ConfigFile {
    include: Vec<String>,
    exclude: Vec<String>,
    #[serde(rename = "search")]
    _search: IgnoredAny,
    #[serde(rename = "context")]
    _context: IgnoredAny,
}

impl From<ConfigFile> for ScopeConfig {
    fn from(file: ConfigFile) -> Self {
        Self { include: file.include, exclude: file.exclude }
    }
}

impl ScopeConfig {
    /// Name of the configuration file at the root.
    pub const FILE_NAME: &'static str = ".contexd.toml";

    /// Reads the keys `include` and `exclude` of a configuration file's text.
    ///
    /// # Errors
    /// When the text is not TOML or holds a key that no part of the program knows.
    pub fn parse(text: &str) -> Result<Self, IndexerError> {
        Self::parse_file(Path::new(Self::FILE_NAME), text)
    }

    /// Reads the configuration file at `root`; the default when there is none.
    ///
    /// # Errors
    /// When the file cannot be read or [`parse`](Self::parse) refuses it.
    pub fn load(root: &Path) -> Result<Self, IndexerError> {
        let path = root.join(Self::FILE_NAME);
        match fs::read_to_string(&path) {
            Ok(text) => Self::parse_file(&path, &text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(config_error(&path, &error)),
        }
    }

    fn parse_file(path: &Path, text: &str) -> Result<Self, IndexerError> {
        let file: Result<ConfigFile, _> = toml::from_str(text);
        file.map(Self::from).map_err(|error| config_error(path, &error))
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
    fn tables_of_other_parts_are_passed_over() {
        let config =
            ScopeConfig::parse("exclude = ['a']\n[search]\nlimit = 3\n[context]\nbudget = 9").unwrap();
        assert_eq!(config.exclude, ["a"]);
    }

    #[test]
    fn unknown_keys_are_errors() {
        let error = ScopeConfig::parse("exlude = []").unwrap_err().to_string();
        assert!(error.contains("unknown field `exlude`"), "{error}");
    }
}
