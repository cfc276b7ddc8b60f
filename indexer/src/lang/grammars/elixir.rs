//! The rules of Elixir. Qualified names are written `Acme.Module.function`, without the arity; each clause of a
//! function is a symbol.

use contexd_store::Visibility;

use super::super::{CommentStyle, Fallback, Language, Syntax, VisibilityRule, WordRule};
use super::{code, plain};

/// The row.
pub(super) static LANGUAGE: Language = code("elixir", &["ex", "exs"], &["elixir"], &ELIXIR);

static ELIXIR: Syntax = Syntax {
    name_marks: "!?",
    dotted_names: true,
    macros_in_containers: true,
    binds_once: true,
    ignored_names: &[
        "_",
        "__MODULE__",
        "alias",
        "case",
        "cond",
        "def",
        "defdelegate",
        "defexception",
        "defguard",
        "defguardp",
        "defimpl",
        "defmacro",
        "defmacrop",
        "defmodule",
        "defoverridable",
        "defp",
        "defprotocol",
        "defstruct",
        "describe",
        "for",
        "if",
        "import",
        "quote",
        "raise",
        "receive",
        "require",
        "reraise",
        "super",
        "throw",
        "try",
        "unless",
        "unquote",
        "use",
        "with",
    ],
    visibility: VisibilityRule::Words(WordRule {
        words: &[
            ("defp", Visibility::Private),
            ("defmacrop", Visibility::Private),
            ("defguardp", Visibility::Private),
            ("typep", Visibility::Private),
        ],
        private_prefix: "",
        outside: Fallback::Is(Visibility::Public),
        member: Fallback::Is(Visibility::Public),
        interface_member: Fallback::Is(Visibility::Public),
    }),
    comments: CommentStyle {
        starts: &[
            "@doc ~S\"\"\"",
            "@doc ~s\"\"\"",
            "@doc \"\"\"",
            "@doc \"",
            "@typedoc ~S\"\"\"",
            "@typedoc \"\"\"",
            "@typedoc \"",
            "@doc ~S",
            "@doc",
            "@typedoc ~S",
            "@typedoc",
            "#",
        ],
        ends: &["\"\"\"", "\""],
        inner: &[],
    },
    ..plain(
        tree_sitter_elixir::LANGUAGE,
        &[
            include_str!("../../../queries/elixir/definitions.scm"),
            include_str!("../../../queries/elixir/references.scm"),
        ],
    )
};
