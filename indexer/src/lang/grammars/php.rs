//! The rules of PHP. Qualified names are written `Name\Space\Type::member`, names of variables without their `$`.

use contexd_store::Visibility;

use super::super::{
    CommentStyle, Constructors, Fallback, ImportStyle, Language, NameStep, StepEffect, Syntax, TestRule,
    VisibilityRule, WordRule,
};
use super::{PLAIN_IMPORTS, code, plain};

/// The row.
pub(super) static LANGUAGE: Language = code("php", &["php", "phtml", "php5"], &["php"], &PHP);

static PHP: Syntax = Syntax {
    separator: "::",
    namespace_separator: Some("\\"),
    name_path: &[NameStep { node: "variable_name", field: "", effect: StepEffect::Plain }],
    ignored_names: &["self", "static", "parent"],
    constructors: Constructors::Named("__construct"),
    visibility: VisibilityRule::Words(WordRule {
        words: &[
            ("public", Visibility::Public),
            ("protected", Visibility::Restricted),
            ("private", Visibility::Private),
        ],
        private_prefix: "",
        outside: Fallback::Is(Visibility::Public),
        member: Fallback::Is(Visibility::Public),
        interface_member: Fallback::Is(Visibility::Public),
    }),
    tests: TestRule {
        attributes: &["Test"],
        name_prefixes: &["test"],
        signature_has: "function",
        ..TestRule::NONE
    },
    comments: CommentStyle { starts: &["/**", "/*", "//", "#", "*"], ends: &["**/", "*/"], inner: &[] },
    imports: ImportStyle { item_separator: "\\", ..PLAIN_IMPORTS },
    member_operators: &["::", "->", "\\"],
    variable_mark: "$",
    ..plain(
        tree_sitter_php::LANGUAGE_PHP,
        &[
            include_str!("../../../queries/php/definitions.scm"),
            include_str!("../../../queries/php/references.scm"),
        ],
    )
};
