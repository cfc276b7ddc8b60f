//! The rules of Objective-C.

use contexd_store::Visibility;

use super::super::{Fallback, Language, NameStep, StepEffect, Syntax, VisibilityRule, WordRule};
use super::c_family::C_NAME_PATH;
use super::{code, plain};
use crate::mask;

/// The row.
pub(super) static LANGUAGE: Language = code("objective-c", &["m", "mm"], &[], &OBJECTIVE_C);

/// Where the names of declarators are.
const NAME_PATH: [NameStep; 8] = [
    C_NAME_PATH[0],
    C_NAME_PATH[1],
    C_NAME_PATH[2],
    C_NAME_PATH[3],
    C_NAME_PATH[4],
    C_NAME_PATH[5],
    C_NAME_PATH[6],
    NameStep { node: "block_pointer_declarator", field: "declarator", effect: StepEffect::Indirect },
];

static OBJECTIVE_C: Syntax = Syntax {
    masking: Some(mask::hide_objective_c_macros),
    patching: Some(mask::patch_objective_c_enums),
    ignored_names: &["if", "else", "for", "while", "do", "switch", "case", "return", "sizeof"],
    name_path: &NAME_PATH,
    member_operators: &["->", "."],
    visibility: VisibilityRule::Words(WordRule {
        words: &[("static", Visibility::Private)],
        private_prefix: "_",
        outside: Fallback::Is(Visibility::Public),
        member: Fallback::Is(Visibility::Public),
        interface_member: Fallback::Is(Visibility::Public),
    }),
    ..plain(
        tree_sitter_objc::LANGUAGE,
        &[
            include_str!("../../../queries/objective-c/definitions.scm"),
            include_str!("../../../queries/c/definitions.scm"),
            include_str!("../../../queries/objective-c/references.scm"),
            include_str!("../../../queries/c/references.scm"),
        ],
    )
};
