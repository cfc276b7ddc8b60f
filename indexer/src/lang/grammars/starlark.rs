//! The rules of Starlark, the Python of build files.

use super::super::{CommentStyle, Language, Syntax};
use super::{code, plain};

/// The row.
pub(super) static LANGUAGE: Language =
    code("starlark", &["bzl", "star", "bazel", "sky", "bara"], &[], &STARLARK).named(&[
        "BUILD",
        "WORKSPACE",
        "BUCK",
        "Tiltfile",
    ]);

static STARLARK: Syntax = Syntax {
    ignored_names: &["_"],
    binds_once: true,
    upper_case_constants: true,
    comments: CommentStyle { starts: &["#:", "#"], ends: &[], inner: &[] },
    ..plain(
        tree_sitter_python::LANGUAGE,
        &[
            include_str!("../../../queries/starlark/definitions.scm"),
            include_str!("../../../queries/starlark/references.scm"),
        ],
    )
};
