//! The rules of Haskell.

use super::super::{
    CommentStyle, Fallback, Language, NameStep, StepEffect, Syntax, VisibilityRule, WordRule,
};
use super::{code, plain};
use crate::mask;

/// The row.
pub(super) static LANGUAGE: Language =
    code("haskell", &["hs", "hsc", "hs-boot"], &["runhaskell", "runghc", "stack"], &HASKELL);

static HASKELL: Syntax = Syntax {
    masking: Some(mask::hide_haskell_else),
    name_path: &[NameStep { node: "prefix_id", field: "", effect: StepEffect::Plain }],
    name_marks: "'#",
    joins_neighbours: true,
    visibility: VisibilityRule::Words(WordRule {
        words: &[],
        private_prefix: "",
        outside: Fallback::UnlessUnlisted,
        member: Fallback::Inherit,
        interface_member: Fallback::Inherit,
    }),
    comments: CommentStyle {
        starts: &["{-|", "{-", "-- |", "-- ^", "-- *", "---", "--"],
        ends: &["-}"],
        inner: &["-- ^", "-- *", "-- $", "{- $"],
    },
    ..plain(
        tree_sitter_haskell::LANGUAGE,
        &[
            include_str!("../../../queries/haskell/definitions.scm"),
            include_str!("../../../queries/haskell/references.scm"),
        ],
    )
};
