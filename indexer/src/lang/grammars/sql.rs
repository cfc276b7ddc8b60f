//! The rules of SQL.

use contexd_store::Visibility;

use super::super::{CommentStyle, Fallback, Language, Syntax, VisibilityRule, WordRule};
use super::{code, plain};
use crate::mask;

/// The row.
pub(super) static LANGUAGE: Language =
    code("sql", &["sql", "ddl", "dml", "psql", "pgsql", "plsql", "pls", "pks", "pkb"], &[], &SQL);

static SQL: Syntax = Syntax {
    masking: Some(mask::hide_sql_dialects),
    patching: Some(mask::patch_sql_dialects),
    visibility: VisibilityRule::Words(WordRule {
        words: &[],
        private_prefix: "",
        outside: Fallback::Is(Visibility::Public),
        member: Fallback::Is(Visibility::Public),
        interface_member: Fallback::Is(Visibility::Public),
    }),
    comments: CommentStyle { starts: &["/**", "/*!", "/*", "--", "*"], ends: &["*/"], inner: &[] },
    ..plain(
        tree_sitter_sequel::LANGUAGE,
        &[
            include_str!("../../../queries/sql/definitions.scm"),
            include_str!("../../../queries/sql/references.scm"),
        ],
    )
};
