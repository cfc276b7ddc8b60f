//! Configuration files: what may stand in them, read into one [`Layer`] each.
//!
//! There are two: the user's own (`$XDG_CONFIG_HOME/contexd/config.toml`) and the one at a repository's root
//! (`.contexd.toml`). The repository's file may have come with a clone, so it sets nothing that names a program, a
//! library or a socket, and nothing that keeps what was asked: those keys are known in the user's file only. A key that is not known is an error in both.

use std::num::{NonZeroU32, NonZeroU64};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::settings::{ColorWhen, Layer, PackFormat};

/// Name of the configuration file at a repository's root.
pub(crate) const REPOSITORY_FILE: &str = ".contexd.toml";

/// Why a configuration file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// It exists and cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is not TOML, has a key that is not known, or a value of the wrong type.
    #[error("invalid configuration in {}: {detail}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong, with its line.
        detail: String,
        /// What the writer of the file may do about it.
        hint: String,
    },
}

/// Reads the user's file; an absent file is an empty layer. `home` is what `~/` stands for.
pub(crate) fn load_user_file(path: &Path, home: Option<&Path>) -> Result<Layer, ConfigError> {
    let Some(text) = read_if_present(path)? else { return Ok(Layer::default()) };
    let file: UserFile = parse(path, &text, "`contexd help` lists the keys of the user's file".to_owned())?;
    let base = path.parent().unwrap_or(Path::new("/"));
    Ok(file.into_layer(&PathBase { directory: base, home }))
}

/// Reads the file at the root of a repository; an absent file is an empty layer. `user_file` is named in the hint
/// for keys that belong there.
pub(crate) fn load_repository_file(root: &Path, user_file: &Path) -> Result<Layer, ConfigError> {
    let path = root.join(REPOSITORY_FILE);
    let Some(text) = read_if_present(&path)? else { return Ok(Layer::default()) };
    let hint =
        format!("sockets, directories and models are set in {}, not in a repository", user_file.display());
    let file: RepositoryFile = parse(&path, &text, hint)?;
    Ok(file.into_layer())
}

fn read_if_present(path: &Path) -> Result<Option<String>, ConfigError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(ConfigError::Read { path: path.to_owned(), source }),
    }
}

fn parse<T: DeserializeOwned>(path: &Path, text: &str, hint: String) -> Result<T, ConfigError> {
    toml::from_str(text).map_err(|error| ConfigError::Invalid {
        path: path.to_owned(),
        detail: describe(&error, text),
        hint,
    })
}

/// One line: where, and what.
fn describe(error: &toml::de::Error, text: &str) -> String {
    let message = error.message().replace('\n', ", ");
    match error.span() {
        Some(span) => {
            let line = text[..span.start.min(text.len())].matches('\n').count() + 1;
            format!("line {line}: {message}")
        }
        None => message,
    }
}

/// The user's file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct UserFile {
    socket: Option<PathBuf>,
    cache_dir: Option<PathBuf>,
    color: Option<ColorWhen>,
    semantic: SemanticTable,
    query_log: QueryLogTable,
    search: SearchTable,
    context: ContextTable,
}

/// The second embedding tier.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SemanticTable {
    model_dir: Option<PathBuf>,
    onnxruntime: Option<PathBuf>,
    threads: Option<usize>,
    max_load: Option<f32>,
    on_battery: Option<bool>,
}

/// The log of past answers.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct QueryLogTable {
    enabled: Option<bool>,
    max_entries: Option<NonZeroU32>,
    max_bytes: Option<NonZeroU64>,
}

/// The file at a repository's root. `include` and `exclude` say what is indexed and are read by the indexer, which
/// follows their changes; they are named here because they are known.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RepositoryFile {
    #[serde(rename = "include")]
    _include: Vec<String>,
    #[serde(rename = "exclude")]
    _exclude: Vec<String>,
    search: SearchTable,
    context: ContextTable,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SearchTable {
    limit: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ContextTable {
    budget: Option<u32>,
    format: Option<PackFormat>,
}

/// What relative paths and `~/` in a file stand for.
struct PathBase<'a> {
    directory: &'a Path,
    home: Option<&'a Path>,
}

impl PathBase<'_> {
    fn absolute(&self, path: PathBuf) -> PathBuf {
        match (path.strip_prefix("~"), self.home) {
            (Ok(rest), Some(home)) => home.join(rest),
            _ => self.directory.join(path),
        }
    }
}

impl UserFile {
    fn into_layer(self, base: &PathBase<'_>) -> Layer {
        let absolute = |path: Option<PathBuf>| path.map(|path| base.absolute(path));
        Layer {
            socket: absolute(self.socket),
            cache_dir: absolute(self.cache_dir),
            model_dir: absolute(self.semantic.model_dir),
            onnxruntime: absolute(self.semantic.onnxruntime),
            query_log: self.query_log.enabled,
            query_log_max_entries: self.query_log.max_entries,
            query_log_max_bytes: self.query_log.max_bytes,
            semantic_threads: self.semantic.threads,
            semantic_max_load: self.semantic.max_load,
            semantic_on_battery: self.semantic.on_battery,
            color: self.color,
            search_limit: self.search.limit,
            context_budget: self.context.budget,
            context_format: self.context.format,
        }
    }
}

impl RepositoryFile {
    fn into_layer(self) -> Layer {
        Layer {
            search_limit: self.search.limit,
            context_budget: self.context.budget,
            context_format: self.context.format,
            ..Layer::default()
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn user(text: &str) -> Result<Layer, ConfigError> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        load_user_file(&path, Some(Path::new("/home/me")))
    }

    fn repository(text: &str) -> Result<Layer, ConfigError> {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join(REPOSITORY_FILE), text).unwrap();
        load_repository_file(directory.path(), Path::new("/config.toml"))
    }

    #[test]
    fn absent_files_are_empty_layers() {
        let nowhere = Path::new("/nonexistent/contexd");
        assert_eq!(load_user_file(nowhere, None).unwrap(), Layer::default());
        assert_eq!(load_repository_file(nowhere, nowhere).unwrap(), Layer::default());
    }

    #[test]
    fn every_key_of_the_users_file_is_read() {
        let layer = user(
            "socket = '/run/c.sock'\ncache_dir = '~/cache'\ncolor = 'never'\n\
             [semantic]\nmodel_dir = '/models/gte'\nonnxruntime = '/lib/libonnxruntime.so'\n\
             threads = 3\nmax_load = 0.5\non_battery = true\n\
             [query_log]\nenabled = true\nmax_entries = 50\nmax_bytes = 4096\n\
             [search]\nlimit = 5\n[context]\nbudget = 900\nformat = 'xml'\n",
        )
        .unwrap();
        let expected = Layer {
            socket: Some("/run/c.sock".into()),
            cache_dir: Some("/home/me/cache".into()),
            model_dir: Some("/models/gte".into()),
            onnxruntime: Some("/lib/libonnxruntime.so".into()),
            query_log: Some(true),
            query_log_max_entries: NonZeroU32::new(50),
            query_log_max_bytes: NonZeroU64::new(4_096),
            semantic_threads: Some(3),
            semantic_max_load: Some(0.5),
            semantic_on_battery: Some(true),
            color: Some(ColorWhen::Never),
            search_limit: Some(5),
            context_budget: Some(900),
            context_format: Some(PackFormat::Xml),
        };
        assert_eq!(layer, expected);
    }

    #[test]
    fn relative_paths_stand_under_the_files_directory() {
        let socket = user("socket = 'here.sock'").unwrap().socket.unwrap();
        assert!(socket.is_absolute() && socket.ends_with("here.sock"));
    }

    #[test]
    fn unknown_keys_are_errors_with_their_line() {
        for text in [
            "\nsokcet = 'x'",
            "\n[semantic]\nmodel = 'x'",
            "\n[search]\nlimit = 'many'",
            "\n[query_log]\nmax_entries = 0",
        ] {
            let message = user(text).unwrap_err().to_string();
            assert!(message.contains(": line "), "{message}");
        }
    }

    #[test]
    fn a_repository_sets_search_and_context_only() {
        let layer = repository("include = ['src/**']\n[search]\nlimit = 3\n[context]\nbudget = 100").unwrap();
        assert_eq!((layer.search_limit, layer.context_budget), (Some(3), Some(100)));
        let refused =
            ["socket = '/tmp/x'", "[semantic]\nonnxruntime = 'evil.so'", "[query_log]\nenabled = true"];
        for text in refused {
            assert!(
                matches!(repository(text), Err(ConfigError::Invalid { hint, .. }) if hint.contains("/config.toml"))
            );
        }
    }
}
