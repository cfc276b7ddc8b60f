//! The rules of Python.

use super::super::{CommentStyle, Constructors, Language, NameStep, StepEffect, Syntax, TestRule};
use super::{code, plain};

/// The row.
pub(super) static LANGUAGE: Language =
    code("python", &["py", "pyi", "pyw"], &["python", "pypy", "ipython"], &PYTHON).named(&[
        "SConstruct",
        "SConscript",
        "wscript",
        "Snakefile",
        ".pythonrc",
    ]);

static PYTHON: Syntax = Syntax {
    ignored_names: &["_"],
    builtin_types: &[
        "int",
        "str",
        "float",
        "bool",
        "bytes",
        "list",
        "dict",
        "set",
        "tuple",
        "object",
        "type",
        "frozenset",
    ],
    name_path: &[NameStep { node: "aliased_import", field: "name", effect: StepEffect::Plain }],
    constructors: Constructors::Named("__init__"),
    property_decorators: &["property", "cached_property", "setter", "getter", "deleter"],
    upper_case_constants: true,
    tests: TestRule { name_prefixes: &["test"], ..TestRule::NONE },
    comments: CommentStyle { starts: &["#:", "#!", "#"], ends: &[], inner: &[] },
    ..plain(
        tree_sitter_python::LANGUAGE,
        &[
            include_str!("../../../queries/python/definitions.scm"),
            include_str!("../../../queries/python/references.scm"),
        ],
    )
};
