//! The rules of JavaScript, TypeScript and TSX.

use contexd_store::{SymbolKind, Visibility};

use super::super::{
    Constructors, Fallback, Language, NameStep, StepEffect, Syntax, VisibilityRule, WordRule,
};
use super::{code, plain};

/// The row.
pub(super) static JAVASCRIPT: Language =
    code("javascript", &["js", "jsx", "mjs", "cjs"], &["node", "bun"], &JAVASCRIPT_SYNTAX);

/// The row.
pub(super) static TYPESCRIPT: Language =
    code("typescript", &["ts", "mts", "cts"], &["deno", "ts-node", "tsx"], &TYPESCRIPT_SYNTAX);

/// The row.
pub(super) static TSX: Language = code("tsx", &["tsx"], &[], &TSX_SYNTAX);

static JAVASCRIPT_SYNTAX: Syntax = ecmascript(
    tree_sitter_javascript::LANGUAGE,
    &[
        include_str!("../../../queries/ecmascript/definitions.scm"),
        include_str!("../../../queries/javascript/definitions.scm"),
        include_str!("../../../queries/ecmascript/references.scm"),
        include_str!("../../../queries/javascript/references.scm"),
        include_str!("../../../queries/jsx/references.scm"),
    ],
);

static TYPESCRIPT_SYNTAX: Syntax = ecmascript(
    tree_sitter_typescript::LANGUAGE_TYPESCRIPT,
    &[
        include_str!("../../../queries/ecmascript/definitions.scm"),
        include_str!("../../../queries/typescript/definitions.scm"),
        include_str!("../../../queries/ecmascript/references.scm"),
        include_str!("../../../queries/typescript/references.scm"),
    ],
);

static TSX_SYNTAX: Syntax = ecmascript(
    tree_sitter_typescript::LANGUAGE_TSX,
    &[
        include_str!("../../../queries/ecmascript/definitions.scm"),
        include_str!("../../../queries/typescript/definitions.scm"),
        include_str!("../../../queries/ecmascript/references.scm"),
        include_str!("../../../queries/typescript/references.scm"),
        include_str!("../../../queries/jsx/references.scm"),
    ],
);

/// The rules that JavaScript and TypeScript share.
const fn ecmascript(grammar: tree_sitter_language::LanguageFn, queries: &'static [&'static str]) -> Syntax {
    Syntax {
        extra_containers: &[
            SymbolKind::Constant,
            SymbolKind::Variable,
            SymbolKind::Field,
            SymbolKind::TypeAlias,
        ],
        ignored_names: &["_"],
        ignored_scopes: &["this", "self", "exports", "module", "prototype", "window", "globalThis"],
        name_path: &[
            NameStep { node: "import_specifier", field: "name", effect: StepEffect::Plain },
            NameStep { node: "export_specifier", field: "name", effect: StepEffect::Plain },
        ],
        constructors: Constructors::Named("constructor"),
        visibility: VisibilityRule::Words(WordRule {
            words: &[
                ("export", Visibility::Public),
                ("exports", Visibility::Public),
                ("private", Visibility::Private),
                ("protected", Visibility::Restricted),
            ],
            private_prefix: "#",
            outside: Fallback::UnlessModule,
            member: Fallback::Is(Visibility::Public),
            interface_member: Fallback::Is(Visibility::Public),
        }),
        ..plain(grammar, queries)
    }
}
