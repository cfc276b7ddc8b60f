//! The rules of data: keys are properties, which nest. Keys deep down are left out, and so are those beyond a limit,
//! since nobody looks for them by name.

use super::super::{Category, CommentStyle, Language, Syntax};
use super::{code, plain};
use crate::mask;

/// Most keys of one file.
const MAX_KEYS: usize = 1_000;

const HASH_COMMENTS: CommentStyle = CommentStyle { starts: &["#"], ends: &[], inner: &[] };

/// The row.
pub(super) static JSON: Language =
    code("json", &["json", "jsonc", "json5", "geojson", "webmanifest", "ipynb"], &[], &JSON_SYNTAX)
        .of(Category::Data)
        .named(&[
            "composer.lock",
            "flake.lock",
            "Pipfile.lock",
            ".watchmanconfig",
            ".babelrc",
            ".eslintrc",
            ".prettierrc",
            ".swcrc",
        ]);

/// The row.
pub(super) static YAML: Language = code("yaml", &["yaml", "yml"], &[], &YAML_SYNTAX)
    .of(Category::Data)
    .named(&[".clang-format", ".clang-tidy"]);

/// The row.
pub(super) static TOML: Language = code("toml", &["toml"], &[], &TOML_SYNTAX).of(Category::Data).named(&[
    "Cargo.lock",
    "poetry.lock",
    "uv.lock",
    "Pipfile",
    "Gopkg.lock",
]);

static JSON_SYNTAX: Syntax = Syntax {
    max_symbols: MAX_KEYS,
    ..plain(tree_sitter_json::LANGUAGE, &[include_str!("../../../queries/json/definitions.scm")])
};

static YAML_SYNTAX: Syntax = Syntax {
    masking: Some(mask::hide_deep_blocks),
    max_symbols: MAX_KEYS,
    comments: HASH_COMMENTS,
    ignored_names: &["<<"],
    ..plain(tree_sitter_yaml::LANGUAGE, &[include_str!("../../../queries/yaml/definitions.scm")])
};

static TOML_SYNTAX: Syntax = Syntax {
    max_symbols: MAX_KEYS,
    comments: HASH_COMMENTS,
    ..plain(tree_sitter_toml_ng::LANGUAGE, &[include_str!("../../../queries/toml/definitions.scm")])
};
