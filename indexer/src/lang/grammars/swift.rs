//! The rules of Swift. Qualified names are written `Type.member`, also those of extensions; a method's name is the
//! word before its first parenthesis.

use contexd_store::Visibility;

use super::super::{Fallback, Language, Syntax, TestRule, VisibilityRule, WordRule};
use super::{code, plain};

/// The row.
pub(super) static LANGUAGE: Language = code("swift", &["swift", "swiftinterface"], &["swift"], &SWIFT);

static SWIFT: Syntax = Syntax {
    ignored_names: &["_"],
    builtin_types: &["Any", "Bool", "Double", "Float", "Int", "String", "Void"],
    member_operators: &["?.", "."],
    visibility: VisibilityRule::Words(WordRule {
        words: &[
            ("open", Visibility::Public),
            ("public", Visibility::Public),
            ("package", Visibility::Restricted),
            ("internal", Visibility::Restricted),
            ("fileprivate", Visibility::Private),
            ("private", Visibility::Private),
        ],
        private_prefix: "",
        outside: Fallback::Is(Visibility::Restricted),
        member: Fallback::Is(Visibility::Restricted),
        interface_member: Fallback::Inherit,
    }),
    tests: TestRule {
        attributes: &["Test"],
        name_prefixes: &["test"],
        signature_has: "func ",
        ..TestRule::NONE
    },
    ..plain(
        tree_sitter_swift::LANGUAGE,
        &[
            include_str!("../../../queries/swift/definitions.scm"),
            include_str!("../../../queries/swift/references.scm"),
        ],
    )
};
