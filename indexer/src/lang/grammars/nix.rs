//! The rules of Nix.

use contexd_store::SymbolKind;

use super::super::{CommentStyle, Language, Syntax};
use super::{code, plain};

/// The row.
pub(super) static LANGUAGE: Language = code("nix", &["nix"], &["nix-shell"], &NIX);

static NIX: Syntax = Syntax {
    extra_containers: &[SymbolKind::Variable],
    ignored_names: &["_"],
    name_marks: "'-",
    comments: CommentStyle { starts: &["/**", "/*", "#", "*"], ends: &["*/"], inner: &[] },
    ..plain(
        tree_sitter_nix::LANGUAGE,
        &[
            include_str!("../../../queries/nix/definitions.scm"),
            include_str!("../../../queries/nix/references.scm"),
        ],
    )
};
