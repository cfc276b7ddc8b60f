//! The rules of Scala. Qualified names are written `org.example.Type.member`, those of extensions with the type that
//! they extend.

use contexd_store::Visibility;

use super::super::{
    Constructors, Fallback, ImportStyle, Language, Syntax, TestRule, VisibilityRule, WordRule,
};
use super::{PLAIN_IMPORTS, code, plain};

/// The row.
pub(super) static LANGUAGE: Language =
    code("scala", &["scala", "sc", "sbt", "mill"], &["scala", "scala-cli", "amm"], &SCALA);

static SCALA: Syntax = Syntax {
    ignored_names: &["_"],
    builtin_types: &[
        "Any", "Boolean", "Byte", "Char", "Double", "Float", "Int", "Long", "Nothing", "Short", "String",
        "Unit",
    ],
    constructors: Constructors::Named("this"),
    visibility: VisibilityRule::Words(WordRule {
        words: &[("private", Visibility::Private), ("protected", Visibility::Restricted)],
        private_prefix: "",
        outside: Fallback::Is(Visibility::Public),
        member: Fallback::Is(Visibility::Public),
        interface_member: Fallback::Is(Visibility::Public),
    }),
    tests: TestRule { attributes: &["Test", "ParameterizedTest"], ..TestRule::NONE },
    imports: ImportStyle {
        keywords: &["import"],
        item_separator: ".",
        braces: true,
        alias_words: &["=>", "as"],
        wildcard: "_",
        ..PLAIN_IMPORTS
    },
    ..plain(
        tree_sitter_scala::LANGUAGE,
        &[
            include_str!("../../../queries/scala/definitions.scm"),
            include_str!("../../../queries/scala/references.scm"),
        ],
    )
};
