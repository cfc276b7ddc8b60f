//! The rules of Go.

use super::super::{Language, NameStep, StepEffect, Syntax, TestRule, VisibilityRule};
use super::{code, plain};

/// The row.
pub(super) static LANGUAGE: Language = code("go", &["go"], &[], &GO);

static GO: Syntax = Syntax {
    ignored_names: &["_"],
    builtin_types: &[
        "any",
        "bool",
        "byte",
        "error",
        "float32",
        "float64",
        "int",
        "int8",
        "int16",
        "int32",
        "int64",
        "rune",
        "string",
        "uint",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "uintptr",
        "comparable",
    ],
    name_path: &[NameStep { node: "expression_list", field: "", effect: StepEffect::Plain }],
    visibility: VisibilityRule::Capital,
    tests: TestRule {
        name_prefixes: &["Test", "Benchmark", "Fuzz"],
        signature_has: "*testing.",
        ..TestRule::NONE
    },
    ..plain(
        tree_sitter_go::LANGUAGE,
        &[
            include_str!("../../../queries/go/definitions.scm"),
            include_str!("../../../queries/go/references.scm"),
        ],
    )
};
