//! The rules of HCL, the language of Terraform and its kin.

use contexd_store::Visibility;

use super::super::{CommentStyle, Fallback, Language, Syntax, VisibilityRule, WordRule};
use super::{code, plain};

/// The row.
pub(super) static LANGUAGE: Language =
    code("hcl", &["hcl", "tf", "tfvars", "tofu", "nomad", "pkr"], &[], &HCL)
        .named(&[".terraformrc", "terraform.rc"]);

static HCL: Syntax = Syntax {
    name_marks: "-",
    visibility: VisibilityRule::Words(WordRule {
        words: &[],
        private_prefix: "",
        outside: Fallback::Is(Visibility::Public),
        member: Fallback::Is(Visibility::Public),
        interface_member: Fallback::Is(Visibility::Public),
    }),
    comments: CommentStyle { starts: &["/**", "/*", "//", "#", "*"], ends: &["*/"], inner: &[] },
    ..plain(
        tree_sitter_hcl::LANGUAGE,
        &[
            include_str!("../../../queries/hcl/definitions.scm"),
            include_str!("../../../queries/hcl/references.scm"),
        ],
    )
};
