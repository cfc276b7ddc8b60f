//! Settings: what every command and the daemon run with, resolved once.
//!
//! Five sources give a [`Layer`] each, in this order: flags, environment, the repository's file, the user's file,
//! and [`Settings::resolve`] fills in the defaults. The first that names a setting decides it.

use std::ffi::OsString;
use std::num::{NonZeroU32, NonZeroU64};
use std::path::{Path, PathBuf};

use contexd::engine::{EngineOptions, ModelOptions, QueryLogOptions, Restraint};
use serde::{Deserialize, Serialize};

/// When output is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ColorWhen {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How a context pack is rendered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PackFormat {
    /// Headings and fenced code blocks
    #[default]
    Markdown,
    /// One element a piece
    Xml,
    /// One JSON object with all fields
    Json,
}

/// Which source names the embedding model that is in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ModelSource {
    /// `--model-dir`
    Flag,
    /// `CONTEXD_MODEL_DIR`
    Environment,
    /// The user's file
    UserFile,
    /// `contexd model use`
    Chosen,
    /// None of them
    #[default]
    BuiltIn,
}

/// Settings as one source names them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Layer {
    /// The daemon's Unix socket.
    pub(crate) socket: Option<PathBuf>,
    /// Where indexes are kept.
    pub(crate) cache_dir: Option<PathBuf>,
    /// Directory of an ONNX embedding model.
    pub(crate) model_dir: Option<PathBuf>,
    /// The ONNX Runtime library.
    pub(crate) onnxruntime: Option<PathBuf>,
    /// Whether past answers are kept.
    pub(crate) query_log: Option<bool>,
    /// Most answers that are kept.
    pub(crate) query_log_max_entries: Option<NonZeroU32>,
    /// Most bytes of the file that they are kept in.
    pub(crate) query_log_max_bytes: Option<NonZeroU64>,
    /// Threads of the ONNX model.
    pub(crate) semantic_threads: Option<usize>,
    /// Load a processor above which its vectors are not made.
    pub(crate) semantic_max_load: Option<f32>,
    /// Whether its vectors are made on battery.
    pub(crate) semantic_on_battery: Option<bool>,
    /// When output is coloured.
    pub(crate) color: Option<ColorWhen>,
    /// Hits of a search.
    pub(crate) search_limit: Option<u32>,
    /// Tokens of a pack.
    pub(crate) context_budget: Option<u32>,
    /// Format of a pack.
    pub(crate) context_format: Option<PackFormat>,
}

impl Layer {
    /// This layer with what it does not name taken from `lower`.
    #[must_use]
    pub(crate) fn or(self, lower: Layer) -> Layer {
        Layer {
            socket: self.socket.or(lower.socket),
            cache_dir: self.cache_dir.or(lower.cache_dir),
            model_dir: self.model_dir.or(lower.model_dir),
            onnxruntime: self.onnxruntime.or(lower.onnxruntime),
            query_log: self.query_log.or(lower.query_log),
            query_log_max_entries: self.query_log_max_entries.or(lower.query_log_max_entries),
            query_log_max_bytes: self.query_log_max_bytes.or(lower.query_log_max_bytes),
            semantic_threads: self.semantic_threads.or(lower.semantic_threads),
            semantic_max_load: self.semantic_max_load.or(lower.semantic_max_load),
            semantic_on_battery: self.semantic_on_battery.or(lower.semantic_on_battery),
            color: self.color.or(lower.color),
            search_limit: self.search_limit.or(lower.search_limit),
            context_budget: self.context_budget.or(lower.context_budget),
            context_format: self.context_format.or(lower.context_format),
        }
    }
}

/// The environment variables that matter, read once.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Environment {
    /// What the `CONTEXD_*` variables set.
    pub(crate) layer: Layer,
    /// The home directory.
    pub(crate) home: Option<PathBuf>,
    /// The user's file: `$XDG_CONFIG_HOME/contexd/config.toml`.
    pub(crate) user_file: PathBuf,
    /// Where installed models are kept: `$XDG_DATA_HOME/contexd`.
    pub(crate) data_dir: PathBuf,
    /// Where indexes are kept by default: `$XDG_CACHE_HOME/contexd`.
    default_cache_dir: PathBuf,
    /// `$XDG_RUNTIME_DIR`, which only its user can enter.
    runtime_dir: Option<PathBuf>,
    /// Whether NO_COLOR is set or the terminal is dumb.
    pub(crate) plain: bool,
}

impl Environment {
    /// Reads the variables through `lookup`. Empty ones count as unset.
    #[must_use]
    pub(crate) fn read(lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let value = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let path = |name: &str| value(name).map(PathBuf::from);
        let home = path("HOME");
        let under_home = |tail: &str| home.clone().unwrap_or_else(std::env::temp_dir).join(tail);
        let absolute = |name: &str| path(name).filter(|path| path.is_absolute());
        let config_home = absolute("XDG_CONFIG_HOME").unwrap_or_else(|| under_home(".config"));
        let cache_home = absolute("XDG_CACHE_HOME").unwrap_or_else(|| under_home(".cache"));
        let data_home = absolute("XDG_DATA_HOME").unwrap_or_else(|| under_home(".local/share"));
        Self {
            layer: Layer {
                socket: path("CONTEXD_SOCKET"),
                cache_dir: path("CONTEXD_CACHE_DIR"),
                model_dir: path("CONTEXD_MODEL_DIR"),
                onnxruntime: path("CONTEXD_ONNXRUNTIME"),
                query_log: value("CONTEXD_QUERY_LOG").map(|value| value == "1"),
                ..Layer::default()
            },
            user_file: config_home.join("contexd/config.toml"),
            data_dir: data_home.join("contexd"),
            default_cache_dir: cache_home.join("contexd"),
            runtime_dir: absolute("XDG_RUNTIME_DIR"),
            plain: value("NO_COLOR").is_some() || value("TERM").is_some_and(|term| term == "dumb"),
            home,
        }
    }
}

/// What everything runs with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Settings {
    /// The daemon's Unix socket.
    pub(crate) socket: PathBuf,
    /// Where indexes are kept.
    pub(crate) cache_dir: PathBuf,
    /// Where installed models are kept.
    pub(crate) data_dir: PathBuf,
    /// Directory of an ONNX embedding model, if the second tier is wanted.
    pub(crate) model_dir: Option<PathBuf>,
    /// The ONNX Runtime library, if it is not where the system looks.
    pub(crate) onnxruntime: Option<PathBuf>,
    /// Whether past answers are kept, and how many.
    pub(crate) query_log: QueryLogOptions,
    /// Threads of the ONNX model; half of the processors when absent.
    pub(crate) semantic_threads: Option<usize>,
    /// When the making of its vectors waits.
    pub(crate) restraint: Restraint,
    /// When output is coloured.
    pub(crate) color: ColorWhen,
    /// Hits of a search.
    pub(crate) search_limit: u32,
    /// Tokens of a pack.
    pub(crate) context_budget: u32,
    /// Format of a pack.
    pub(crate) context_format: PackFormat,
}

/// Hits of a search unless something else is asked for.
pub(crate) const DEFAULT_SEARCH_LIMIT: u32 = 10;
/// Tokens of a pack unless something else is asked for.
pub(crate) const DEFAULT_CONTEXT_BUDGET: u32 = 8_000;
/// Longest path that the system takes for a Unix socket, less its final NUL (the shortest limit among systems).
const SOCKET_PATH_LIMIT: usize = 103;

impl Settings {
    /// Fills `layer`, the merged sources, with the defaults. Relative paths stand under `working_dir`.
    #[must_use]
    pub(crate) fn resolve(layer: Layer, environment: &Environment, working_dir: &Path) -> Self {
        let absolute = |path: PathBuf| working_dir.join(path);
        let log = QueryLogOptions::default();
        let cache_dir = layer.cache_dir.map_or_else(|| environment.default_cache_dir.clone(), absolute);
        let restraint = Restraint::default();
        Self {
            socket: layer.socket.map_or_else(|| default_socket(environment, &cache_dir), absolute),
            cache_dir,
            model_dir: layer.model_dir.map(absolute),
            onnxruntime: layer.onnxruntime.map(absolute),
            query_log: QueryLogOptions {
                enabled: layer.query_log.unwrap_or(log.enabled),
                max_entries: layer.query_log_max_entries.map_or(log.max_entries, NonZeroU32::get),
                max_bytes: layer.query_log_max_bytes.map_or(log.max_bytes, NonZeroU64::get),
            },
            data_dir: environment.data_dir.clone(),
            semantic_threads: layer.semantic_threads,
            restraint: Restraint {
                max_load: layer.semantic_max_load.unwrap_or(restraint.max_load),
                on_battery: layer.semantic_on_battery.unwrap_or(restraint.on_battery),
            },
            color: layer.color.unwrap_or_default(),
            search_limit: layer.search_limit.unwrap_or(DEFAULT_SEARCH_LIMIT),
            context_budget: layer.context_budget.unwrap_or(DEFAULT_CONTEXT_BUDGET),
            context_format: layer.context_format.unwrap_or_default(),
        }
    }

    /// The embedding models with these settings.
    #[must_use]
    pub(crate) fn model_options(&self) -> ModelOptions {
        ModelOptions {
            model_dir: self.model_dir.clone(),
            onnxruntime: self.onnxruntime.clone(),
            threads: self.semantic_threads,
            restraint: self.restraint,
        }
    }

    /// How an engine with these settings runs.
    #[must_use]
    pub(crate) fn engine_options(&self) -> EngineOptions {
        EngineOptions {
            models: self.model_options(),
            query_log: self.query_log,
            ..EngineOptions::new(self.cache_dir.clone())
        }
    }
}

/// In the user's runtime directory; without one, below the cache, which is as private; under the temporary
/// directory where that path is too long for a socket.
fn default_socket(environment: &Environment, cache_dir: &Path) -> PathBuf {
    if let Some(runtime_dir) = &environment.runtime_dir {
        return runtime_dir.join("contexd/contexd.sock");
    }
    let below_cache = cache_dir.join("run/contexd.sock");
    if below_cache.as_os_str().len() <= SOCKET_PATH_LIMIT {
        return below_cache;
    }
    let name = blake3::hash(below_cache.as_os_str().as_encoded_bytes()).to_hex();
    let user = rustix::process::getuid().as_raw();
    std::env::temp_dir().join(format!("contexd-{user}")).join(format!("{}.sock", &name[..16]))
}

/// The repository around `start`: the nearest directory, from `start` upwards, that holds `.git` or
/// `.contexd.toml`; `start` itself where none does.
#[must_use]
pub(crate) fn repository_around(start: &Path) -> PathBuf {
    let is_root = |directory: &&Path| {
        directory.join(".git").exists() || directory.join(crate::config::REPOSITORY_FILE).exists()
    };
    start.ancestors().find(is_root).unwrap_or(start).to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment::read(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value))
        })
    }

    fn resolve(layer: Layer, variables: &[(&str, &str)]) -> Settings {
        Settings::resolve(layer, &environment(variables), Path::new("/here"))
    }

    #[test]
    fn the_first_layer_that_names_a_setting_decides_it() {
        let named = |socket: &str| Layer { socket: Some(socket.into()), ..Layer::default() };
        let other = Layer { search_limit: Some(3), ..Layer::default() };
        let merged = other.or(named("/first")).or(named("/second"));
        assert_eq!((merged.socket, merged.search_limit), (Some("/first".into()), Some(3)));
    }

    #[test]
    fn defaults_follow_the_base_directories() {
        let settings = resolve(Layer::default(), &[("HOME", "/home/me"), ("XDG_RUNTIME_DIR", "/run/user/7")]);
        assert_eq!(settings.cache_dir, Path::new("/home/me/.cache/contexd"));
        assert_eq!(settings.socket, Path::new("/run/user/7/contexd/contexd.sock"));
        assert_eq!((settings.search_limit, settings.context_budget), (10, 8_000));
        assert_eq!(settings.query_log, QueryLogOptions::default());
        assert!(!settings.query_log.enabled, "nothing is kept unless asked for");
        let moved = environment(&[("XDG_CONFIG_HOME", "/etc/me"), ("XDG_CACHE_HOME", "relative")]);
        assert_eq!(moved.user_file, Path::new("/etc/me/contexd/config.toml"));
        assert!(moved.default_cache_dir.ends_with(".cache/contexd"), "relative base directories are ignored");
    }

    #[test]
    fn without_a_runtime_directory_the_socket_stands_below_the_cache() {
        let settings = resolve(Layer::default(), &[("XDG_CACHE_HOME", "/cache")]);
        assert_eq!(settings.socket, Path::new("/cache/contexd/run/contexd.sock"));
        let long = format!("/{}", "x".repeat(120));
        let socket = resolve(Layer::default(), &[("XDG_CACHE_HOME", &long)]).socket;
        assert!(socket.as_os_str().len() <= SOCKET_PATH_LIMIT, "{socket:?}");
    }

    #[test]
    fn the_environment_names_paths_and_an_empty_variable_is_unset() {
        let read = environment(&[("CONTEXD_SOCKET", "a.sock"), ("CONTEXD_MODEL_DIR", ""), ("NO_COLOR", "1")]);
        assert_eq!(read.layer, Layer { socket: Some("a.sock".into()), ..Layer::default() });
        assert!(read.plain);
        let log = |value| environment(&[("CONTEXD_QUERY_LOG", value)]).layer.query_log;
        assert_eq!([log("1"), log("0"), log("")], [Some(true), Some(false), None]);
        let settings = Settings::resolve(read.layer.clone(), &read, Path::new("/here"));
        assert_eq!(settings.socket, Path::new("/here/a.sock"));
    }

    #[test]
    fn the_repository_is_the_nearest_marked_ancestor() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("root");
        let inner = root.join("a/b");
        std::fs::create_dir_all(&inner).unwrap();
        std::fs::create_dir(root.join(".git")).unwrap();
        assert_eq!(repository_around(&inner), root);
        std::fs::write(root.join("a").join(crate::config::REPOSITORY_FILE), "").unwrap();
        assert_eq!(repository_around(&inner), root.join("a"));
    }
}
