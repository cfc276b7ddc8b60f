//! The rules of OCaml: implementations and interfaces have a grammar each.

use contexd_store::{SymbolKind, Visibility};

use super::super::{
    CommentStyle, Fallback, Language, NameStep, StepEffect, Syntax, VisibilityRule, WordRule,
};
use super::{code, plain};

/// The row.
pub(super) static IMPLEMENTATION: Language = code("ocaml", &["ml"], &["ocaml", "ocamlrun"], &ML);

/// The row.
pub(super) static INTERFACE: Language = code("ocaml-interface", &["mli"], &[], &MLI);

static ML: Syntax = ocaml(
    tree_sitter_ocaml::LANGUAGE_OCAML,
    &[
        include_str!("../../../queries/ocaml/definitions.scm"),
        include_str!("../../../queries/ocaml/references.scm"),
        include_str!("../../../queries/ocaml/implementation.scm"),
    ],
);

static MLI: Syntax = ocaml(
    tree_sitter_ocaml::LANGUAGE_OCAML_INTERFACE,
    &[
        include_str!("../../../queries/ocaml/definitions.scm"),
        include_str!("../../../queries/ocaml/references.scm"),
        include_str!("../../../queries/ocaml/interface.scm"),
    ],
);

/// The rules that both grammars share.
const fn ocaml(grammar: tree_sitter_language::LanguageFn, queries: &'static [&'static str]) -> Syntax {
    Syntax {
        extra_containers: &[SymbolKind::Variable],
        name_path: &[NameStep { node: "parenthesized_operator", field: "", effect: StepEffect::Plain }],
        ignored_names: &["_", "()"],
        name_marks: "'",
        member_operators: &["#", "."],
        builtin_types: &[
            "int", "string", "bool", "float", "unit", "list", "option", "array", "char", "bytes", "ref",
            "exn",
        ],
        visibility: VisibilityRule::Words(WordRule {
            words: &[("private", Visibility::Private)],
            private_prefix: "_",
            outside: Fallback::Is(Visibility::Public),
            member: Fallback::Is(Visibility::Public),
            interface_member: Fallback::Is(Visibility::Public),
        }),
        comments: CommentStyle { starts: &["(**", "(*", "*"], ends: &["**)", "*)"], inner: &[] },
        ..plain(grammar, queries)
    }
}
