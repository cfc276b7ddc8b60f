//! The rules of Kotlin. Qualified names are written `org.example.Type.member`, those of extensions with the type
//! that they extend; members of a companion without a name belong to the class.

use contexd_store::Visibility;

use super::super::{Fallback, ImportStyle, Language, Syntax, TestRule, VisibilityRule, WordRule};
use super::{PLAIN_IMPORTS, code, plain};
use crate::mask;

/// The row.
pub(super) static LANGUAGE: Language = code("kotlin", &["kt", "kts"], &["kotlin"], &KOTLIN);

static KOTLIN: Syntax = Syntax {
    masking: Some(mask::hide_kotlin_oddities),
    ignored_names: &["_"],
    builtin_types: &[
        "Any", "Boolean", "Byte", "Char", "Double", "Float", "Int", "Long", "Nothing", "Short", "String",
        "Unit",
    ],
    member_operators: &["::", "?.", "."],
    visibility: VisibilityRule::Words(WordRule {
        words: &[
            ("public", Visibility::Public),
            ("internal", Visibility::Restricted),
            ("protected", Visibility::Restricted),
            ("private", Visibility::Private),
        ],
        private_prefix: "",
        outside: Fallback::Is(Visibility::Public),
        member: Fallback::Is(Visibility::Public),
        interface_member: Fallback::Is(Visibility::Public),
    }),
    tests: TestRule {
        attributes: &["Test", "ParameterizedTest", "RepeatedTest", "TestFactory", "TestTemplate"],
        ..TestRule::NONE
    },
    imports: ImportStyle { keywords: &["import"], item_separator: ".", ..PLAIN_IMPORTS },
    ..plain(
        tree_sitter_kotlin_ng::LANGUAGE,
        &[
            include_str!("../../../queries/kotlin/definitions.scm"),
            include_str!("../../../queries/kotlin/references.scm"),
        ],
    )
};
