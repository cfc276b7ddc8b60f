//! The rules of Rust.

use contexd_store::{SymbolKind, Visibility};

use super::super::{
    CommentStyle, Fallback, ImportStyle, Language, Syntax, TestRule, VisibilityRule, WordRule,
};
use super::{PLAIN_IMPORTS, SLASH_COMMENTS, code, plain};
use crate::mask;

/// The row.
pub(super) static LANGUAGE: Language = code("rust", &["rs"], &[], &RUST);

static RUST: Syntax = Syntax {
    masking: Some(mask::open_item_macros),
    separator: "::",
    extra_containers: &[SymbolKind::EnumMember],
    ignored_names: &["_", "Self"],
    visibility: VisibilityRule::Words(WordRule {
        words: &[("pub", Visibility::Public)],
        private_prefix: "",
        outside: Fallback::Is(Visibility::Private),
        member: Fallback::Is(Visibility::Private),
        interface_member: Fallback::Inherit,
    }),
    tests: TestRule {
        attributes: &["test", "rstest", "bench", "test_case", "quickcheck"],
        whole_attributes: &["#[cfg(test)]"],
        ..TestRule::NONE
    },
    comments: CommentStyle { inner: &["//!", "/*!"], ..SLASH_COMMENTS },
    imports: ImportStyle { item_separator: "::", braces: true, reexport_word: "pub", ..PLAIN_IMPORTS },
    member_operators: &["::", "."],
    self_parameter: "self",
    ..plain(
        tree_sitter_rust::LANGUAGE,
        &[
            include_str!("../../../queries/rust/definitions.scm"),
            include_str!("../../../queries/rust/references.scm"),
        ],
    )
};
