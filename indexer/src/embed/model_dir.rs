//! A directory with an ONNX text-embedding model: its files, and the settings that its author or user wrote down.

use std::path::{Path, PathBuf};

use contexd_store::ContentHash;
use serde::Deserialize;

use super::EmbedError;

/// Optional file in the model's directory that overrides the defaults of [`Settings`].
const SETTINGS_FILE: &str = "contexd-model.toml";

/// Where the network is looked for, in this order: the quantised one is several times faster on a processor.
const NETWORK_FILES: [&str; 6] = [
    "model_int8.onnx",
    "model_quantized.onnx",
    "model.onnx",
    "onnx/model_int8.onnx",
    "onnx/model_quantized.onnx",
    "onnx/model.onnx",
];

/// How the vectors of a text's tokens become the vector of the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Pooling {
    /// Their average; right for gte, e5 and most sentence models.
    #[default]
    Mean,
    /// The first token's; right for bge.
    Cls,
}

/// What `contexd-model.toml` may say.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Settings {
    /// Name to show; the directory's name where absent.
    pub(super) name: Option<String>,
    /// The network's file, relative to the directory, where there are several.
    pub(super) file: Option<PathBuf>,
    pub(super) pooling: Pooling,
    /// Tokens of a text that are read. Time grows faster than this number.
    pub(super) max_length: usize,
    /// Put in front of a question.
    pub(super) query_prefix: String,
    /// Put in front of a document.
    pub(super) document_prefix: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: None,
            file: None,
            pooling: Pooling::Mean,
            max_length: 128,
            query_prefix: String::new(),
            document_prefix: String::new(),
        }
    }
}

/// The content of a model's directory.
#[derive(Debug)]
pub(super) struct ModelDir {
    pub(super) name: String,
    pub(super) settings: Settings,
    pub(super) network_path: PathBuf,
    pub(super) network: Vec<u8>,
    /// Weights outside the network's file, which large models have: file name and content.
    pub(super) external_weights: Option<(String, Vec<u8>)>,
    pub(super) tokenizer: Vec<u8>,
    pub(super) tokenizer_config: Vec<u8>,
    pub(super) config: Vec<u8>,
    pub(super) special_tokens_map: Vec<u8>,
}

impl ModelDir {
    pub(super) fn read(directory: &Path) -> Result<Self, EmbedError> {
        if !directory.is_dir() {
            return Err(unusable(directory, "there is no such directory"));
        }
        let settings = read_settings(directory)?;
        let network_path = find_network(directory, &settings)?;
        Ok(Self {
            name: settings.name.clone().unwrap_or_else(|| directory_name(directory)),
            network: read(&network_path)?,
            external_weights: read_external_weights(&network_path)?,
            tokenizer: read(&directory.join("tokenizer.json"))?,
            tokenizer_config: read(&directory.join("tokenizer_config.json"))?,
            config: read_or(&directory.join("config.json"), b"{}")?,
            special_tokens_map: read_or(&directory.join("special_tokens_map.json"), b"{}")?,
            settings,
            network_path,
        })
    }

    /// Tokens that are read of a text: what the settings say, or less where the model cannot take as many.
    pub(super) fn max_tokens(&self) -> usize {
        let config: serde_json::Value = serde_json::from_slice(&self.tokenizer_config).unwrap_or_default();
        let limit = config["model_max_length"].as_f64().map_or(usize::MAX, |limit| limit as usize);
        self.settings.max_length.min(limit)
    }

    /// Names the content: everything that a vector depends on, and not the name of the model or the directory.
    pub(super) fn fingerprint(&self, algorithm: &[u8]) -> ContentHash {
        let external = self.external_weights.as_ref().map_or(&[][..], |(_, content)| content);
        let settings = self.settings_identity();
        let files = [
            &self.network,
            external,
            &self.tokenizer,
            &self.tokenizer_config,
            &self.config,
            &self.special_tokens_map,
            settings.as_bytes(),
            algorithm,
        ];
        ContentHash::of(&files.map(|content| ContentHash::of(content).0).concat())
    }

    fn settings_identity(&self) -> String {
        let Settings { name: _, file: _, pooling, max_length, query_prefix, document_prefix } =
            &self.settings;
        format!("{pooling:?} {max_length} {query_prefix:?} {document_prefix:?}")
    }
}

fn read_settings(directory: &Path) -> Result<Settings, EmbedError> {
    let path = directory.join(SETTINGS_FILE);
    let text = read_or(&path, b"")?;
    let text = String::from_utf8(text).map_err(|_| unusable(&path, "not utf-8"))?;
    let settings: Settings =
        toml::from_str(&text).map_err(|error| invalid_settings(&path, error.message()))?;
    if settings.max_length == 0 {
        return Err(invalid_settings(&path, "max_length must be at least 1"));
    }
    Ok(settings)
}

fn find_network(directory: &Path, settings: &Settings) -> Result<PathBuf, EmbedError> {
    if let Some(file) = &settings.file {
        return Ok(directory.join(file));
    }
    let mut candidates = NETWORK_FILES.iter().map(|file| directory.join(file));
    candidates.find(|path| path.is_file()).ok_or_else(|| unusable(directory, "it holds no model.onnx"))
}

/// Reads `<network>_data` beside the network, which is where exporters put weights beyond two gigabytes.
fn read_external_weights(network: &Path) -> Result<Option<(String, Vec<u8>)>, EmbedError> {
    let Some(name) = network.file_name().map(|name| format!("{}_data", name.to_string_lossy())) else {
        return Ok(None);
    };
    let path = network.with_file_name(&name);
    if path.is_file() { Ok(Some((name, read(&path)?))) } else { Ok(None) }
}

fn directory_name(directory: &Path) -> String {
    let resolved = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
    resolved.file_name().map_or_else(|| "onnx".to_owned(), |name| name.to_string_lossy().into_owned())
}

fn read_or(path: &Path, default: &[u8]) -> Result<Vec<u8>, EmbedError> {
    if path.exists() { read(path) } else { Ok(default.to_vec()) }
}

fn read(path: &Path) -> Result<Vec<u8>, EmbedError> {
    std::fs::read(path).map_err(|error| unusable(path, &error.to_string()))
}

/// The error of a model that is incomplete or damaged.
pub(super) fn unusable(path: &Path, reason: &str) -> EmbedError {
    EmbedError::Model {
        path: path.to_owned(),
        reason: reason.to_owned(),
        hint: "a model directory holds model.onnx (or model_int8.onnx, or either under onnx/), tokenizer.json and tokenizer_config.json, complete and of one model".to_owned(),
    }
}

fn invalid_settings(path: &Path, reason: &str) -> EmbedError {
    EmbedError::Model {
        path: path.to_owned(),
        reason: reason.to_owned(),
        hint: "known keys are name, file, pooling (\"mean\" or \"cls\"), max_length, query_prefix and document_prefix"
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const COMPLETE: [(&str, &str); 3] = [
        ("model.onnx", "network"),
        ("tokenizer.json", "{}"),
        ("tokenizer_config.json", r#"{"model_max_length": 64}"#),
    ];

    fn directory_with(files: &[(&str, &str)]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for (path, content) in files {
            let path = directory.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        directory
    }

    fn complete_and(more: &[(&str, &str)]) -> tempfile::TempDir {
        directory_with(&[&COMPLETE[..], more].concat())
    }

    fn check_refused(files: &[(&str, &str)], expected: &str) {
        let directory = directory_with(files);
        let message = ModelDir::read(directory.path()).unwrap_err().to_string();
        assert!(message.contains(expected) && message.contains("hint: "), "{message}");
    }

    #[test]
    fn a_missing_directory_is_named() {
        let error = ModelDir::read(Path::new("/nowhere/gte-small")).unwrap_err();
        assert!(error.to_string().contains("/nowhere/gte-small"), "{error}");
    }

    #[test]
    fn what_is_missing_is_named() {
        check_refused(&[], "no model.onnx");
        check_refused(&COMPLETE[..1], "tokenizer.json");
        check_refused(&COMPLETE[..2], "tokenizer_config.json");
    }

    #[test]
    fn wrong_settings_are_refused() {
        for (settings, expected) in [
            ("poling = \"mean\"", "unknown field `poling`"),
            ("pooling = \"max\"", "unknown variant `max`"),
            ("max_length = 0", "at least 1"),
            ("max_length = \"long\"", "invalid type"),
            ("= broken", "contexd-model.toml"),
        ] {
            check_refused(&[&COMPLETE[..], &[(SETTINGS_FILE, settings)]].concat(), expected);
        }
    }

    #[test]
    fn the_quantised_network_comes_first_and_the_settings_decide() {
        let plain = complete_and(&[("onnx/model_int8.onnx", "other")]);
        assert_eq!(ModelDir::read(plain.path()).unwrap().network, b"network");
        let quantised = complete_and(&[("model_int8.onnx", "small")]);
        assert_eq!(ModelDir::read(quantised.path()).unwrap().network, b"small");
        let chosen = complete_and(&[("model_int8.onnx", "small"), (SETTINGS_FILE, "file = \"model.onnx\"")]);
        assert_eq!(ModelDir::read(chosen.path()).unwrap().network, b"network");
    }

    #[test]
    fn the_model_limits_the_tokens() {
        let directory = complete_and(&[]);
        assert_eq!(ModelDir::read(directory.path()).unwrap().max_tokens(), 64);
        let shorter = complete_and(&[(SETTINGS_FILE, "max_length = 32")]);
        assert_eq!(ModelDir::read(shorter.path()).unwrap().max_tokens(), 32);
    }

    #[test]
    fn the_fingerprint_covers_what_vectors_depend_on() {
        let of = |more: &[(&str, &str)]| {
            let directory = complete_and(more);
            ModelDir::read(directory.path()).unwrap().fingerprint(b"algorithm")
        };
        let plain = of(&[]);
        assert_eq!(plain, of(&[(SETTINGS_FILE, "name = \"other\"")]));
        assert_ne!(plain, of(&[(SETTINGS_FILE, "pooling = \"cls\"")]));
        assert_ne!(plain, of(&[(SETTINGS_FILE, "document_prefix = \"passage: \"")]));
        assert_ne!(plain, of(&[("model.onnx_data", "weights")]));
        assert_ne!(plain, of(&[("model.onnx", "network 2")]));
    }
}
