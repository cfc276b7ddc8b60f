//! The rules of Lua.

use contexd_store::{SymbolKind, Visibility};

use super::super::{CommentStyle, Fallback, Language, Syntax, TestRule, VisibilityRule, WordRule};
use super::{code, plain};

/// The row.
pub(super) static LANGUAGE: Language =
    code("lua", &["lua", "rockspec", "nse"], &["lua", "luajit", "texlua"], &LUA).named(&[".luacheckrc"]);

static LUA: Syntax = Syntax {
    extra_containers: &[SymbolKind::Variable, SymbolKind::Constant, SymbolKind::Field],
    ignored_names: &["_"],
    ignored_scopes: &["_G"],
    binds_once: true,
    upper_case_constants: true,
    visibility: VisibilityRule::Words(WordRule {
        words: &[],
        private_prefix: "_",
        outside: Fallback::UnlessUnlisted,
        member: Fallback::Is(Visibility::Public),
        interface_member: Fallback::Is(Visibility::Public),
    }),
    tests: TestRule { name_prefixes: &["test"], ..TestRule::NONE },
    comments: CommentStyle { starts: &["--[[", "---", "--", "*"], ends: &["--]]", "]]"], inner: &[] },
    ..plain(
        tree_sitter_lua::LANGUAGE,
        &[
            include_str!("../../../queries/lua/definitions.scm"),
            include_str!("../../../queries/lua/references.scm"),
        ],
    )
};
