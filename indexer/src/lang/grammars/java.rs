//! The rules of Java.

use contexd_store::Visibility;

use super::super::{
    Fallback, ImportStyle, Language, NameStep, StepEffect, Syntax, TestRule, VisibilityRule, WordRule,
};
use super::{PLAIN_IMPORTS, code, plain};

/// The row.
pub(super) static LANGUAGE: Language = code("java", &["java"], &[], &JAVA);

static JAVA: Syntax = Syntax {
    visibility: VisibilityRule::Words(WordRule {
        words: &[
            ("public", Visibility::Public),
            ("protected", Visibility::Restricted),
            ("private", Visibility::Private),
        ],
        private_prefix: "",
        outside: Fallback::Is(Visibility::Restricted),
        member: Fallback::Is(Visibility::Restricted),
        interface_member: Fallback::Is(Visibility::Public),
    }),
    tests: TestRule {
        attributes: &["Test", "ParameterizedTest", "RepeatedTest", "TestFactory", "TestTemplate"],
        ..TestRule::NONE
    },
    imports: ImportStyle { keywords: &["import", "static"], item_separator: ".", ..PLAIN_IMPORTS },
    member_operators: &[".", "::"],
    name_path: &[NameStep { node: "variable_declarator", field: "name", effect: StepEffect::Plain }],
    ..plain(
        tree_sitter_java::LANGUAGE,
        &[
            include_str!("../../../queries/java/definitions.scm"),
            include_str!("../../../queries/java/references.scm"),
        ],
    )
};
