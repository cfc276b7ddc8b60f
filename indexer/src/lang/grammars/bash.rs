//! The rules of shell scripts, by the grammar of Bash.

use super::super::{CommentStyle, Language, Syntax, TestRule};
use super::{code, plain};

/// The row.
pub(super) static LANGUAGE: Language = code(
    "bash",
    &["sh", "bash", "zsh", "ksh", "bats", "ebuild", "eclass"],
    &["sh", "bash", "zsh", "dash", "ash", "ksh", "bats"],
    &BASH,
)
.named(&[
    ".bashrc",
    ".bash_profile",
    ".bash_aliases",
    ".bash_login",
    ".bash_logout",
    ".profile",
    ".zshrc",
    ".zshenv",
    ".zprofile",
    ".zlogin",
    ".envrc",
    "PKGBUILD",
    "APKBUILD",
]);

static BASH: Syntax = Syntax {
    ignored_names: &[".", ":", "source", "@test", "_"],
    name_marks: "-.:+@!?#",
    binds_once: true,
    tests: TestRule { name_prefixes: &["test"], ..TestRule::NONE },
    comments: CommentStyle { starts: &["#!", "##", "#"], ends: &[], inner: &["#!"] },
    ..plain(
        tree_sitter_bash::LANGUAGE,
        &[
            include_str!("../../../queries/bash/definitions.scm"),
            include_str!("../../../queries/bash/references.scm"),
        ],
    )
};
