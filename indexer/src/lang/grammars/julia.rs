//! The rules of Julia.

use super::super::{CommentStyle, Constructors, Language, NameStep, StepEffect, Syntax};
use super::{code, plain};
use crate::mask;

/// The row.
pub(super) static LANGUAGE: Language = code("julia", &["jl"], &["julia"], &JULIA);

/// Where the names in heads of functions and types are.
const NAME_PATH: [NameStep; 8] = [
    NameStep { node: "signature", field: "", effect: StepEffect::Plain },
    NameStep { node: "where_expression", field: "", effect: StepEffect::Plain },
    NameStep { node: "typed_expression", field: "", effect: StepEffect::Plain },
    NameStep { node: "call_expression", field: "", effect: StepEffect::Callable },
    NameStep { node: "quote_expression", field: "", effect: StepEffect::Plain },
    NameStep { node: "type_head", field: "", effect: StepEffect::Plain },
    NameStep { node: "binary_expression", field: "", effect: StepEffect::Plain },
    NameStep { node: "parametrized_type_expression", field: "", effect: StepEffect::Plain },
];

static JULIA: Syntax = Syntax {
    masking: Some(mask::hide_constant_fields),
    name_path: &NAME_PATH,
    ignored_names: &["_"],
    name_marks: "!",
    binds_once: true,
    upper_case_constants: true,
    constructors: Constructors::NamedAsType,
    comments: CommentStyle {
        starts: &["\"\"\"", "\"", "#=", "#"],
        ends: &["\"\"\"", "\"", "=#"],
        inner: &[],
    },
    ..plain(
        tree_sitter_julia::LANGUAGE,
        &[
            include_str!("../../../queries/julia/definitions.scm"),
            include_str!("../../../queries/julia/references.scm"),
        ],
    )
};
