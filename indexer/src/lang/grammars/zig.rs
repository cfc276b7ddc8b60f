//! The rules of Zig.

use contexd_store::Visibility;

use super::super::{CommentStyle, Fallback, Language, Syntax, VisibilityRule, WordRule};
use super::{code, plain};

/// The row.
pub(super) static LANGUAGE: Language = code("zig", &["zig", "zon"], &[], &ZIG);

static ZIG: Syntax = Syntax {
    ignored_names: &["_"],
    visibility: VisibilityRule::Words(WordRule {
        words: &[("pub", Visibility::Public), ("export", Visibility::Public)],
        private_prefix: "",
        outside: Fallback::Is(Visibility::Private),
        member: Fallback::PrivateUnlessField,
        interface_member: Fallback::Is(Visibility::Public),
    }),
    comments: CommentStyle { starts: &["///", "//!", "//"], ends: &[], inner: &["//!"] },
    ..plain(
        tree_sitter_zig::LANGUAGE,
        &[
            include_str!("../../../queries/zig/definitions.scm"),
            include_str!("../../../queries/zig/references.scm"),
        ],
    )
};
