//! The rules of R.

use contexd_store::Visibility;

use super::super::{CommentStyle, Fallback, Language, Syntax, VisibilityRule, WordRule};
use super::{code, plain};

/// The row.
pub(super) static LANGUAGE: Language =
    code("r", &["r", "rsx"], &["Rscript", "littler", "r"], &R).named(&[".Rprofile"]);

static R: Syntax = Syntax {
    name_marks: ".",
    member_operators: &[":::", "::", "$", "@"],
    binds_once: true,
    upper_case_constants: true,
    visibility: VisibilityRule::Words(WordRule {
        words: &[],
        private_prefix: ".",
        outside: Fallback::Is(Visibility::Public),
        member: Fallback::Is(Visibility::Public),
        interface_member: Fallback::Is(Visibility::Public),
    }),
    comments: CommentStyle { starts: &["#'", "#"], ends: &[], inner: &["#!"] },
    ..plain(
        tree_sitter_r::LANGUAGE,
        &[
            include_str!("../../../queries/r/definitions.scm"),
            include_str!("../../../queries/r/references.scm"),
        ],
    )
};
