//! Which of Universal Ctags' kinds the referee counts, a row a language of ctags.
//!
//! Counted are classes, functions, methods, structs, enumerations and their members, interfaces, traits, constants,
//! types, macros, modules and namespaces. Left out, as no definitions of that sort: fields, properties, variables,
//! parameters, locals, labels, prototypes, imports, `impl` blocks and names that ctags made up.

/// A row: the language as ctags calls it, its counted kinds as ctags calls them.
type Row = (&'static str, &'static [&'static str]);

const COUNTED: [Row; 29] = [
    ("C", &["macro", "enumerator", "function", "enum", "struct", "typedef", "union"]),
    (
        "C++",
        &[
            "alias",
            "class",
            "macro",
            "enumerator",
            "function",
            "enum",
            "namespace",
            "struct",
            "typedef",
            "union",
        ],
    ),
    // A typedef of ctags is `using x = ...`, an alias of the file or a variable.
    ("C#", &["class", "macro", "enumerator", "enum", "interface", "method", "namespace", "struct"]),
    ("CSS", &["class", "id"]),
    (
        "Elixir",
        &[
            "macro",
            "callback",
            "delegate",
            "exception",
            "function",
            "guard",
            "implementation",
            "module",
            "operator",
            "protocol",
            "record",
            "type",
        ],
    ),
    ("Go", &["talias", "const", "func", "interface", "methodSpec", "package", "struct", "type"]),
    ("HTML", &["heading1", "heading2", "heading3", "id"]),
    ("Haskell", &["constructor", "function", "module", "type"]),
    ("Java", &["annotation", "class", "enumConstant", "enum", "interface", "method", "package"]),
    ("JavaScript", &["constant", "getter", "setter", "class", "function", "generator", "method"]),
    ("Julia", &["constant", "function", "macro", "module", "struct", "type"]),
    ("Kotlin", &["constant", "typealias", "class", "interface", "method", "object", "package"]),
    ("Lua", &["function"]),
    ("Markdown", &["chapter", "section", "subsection", "subsubsection", "l4subsection", "l5subsection"]),
    ("OCaml", &["Constructor", "module", "class", "Exception", "function", "method", "val", "type"]),
    (
        "ObjectiveC",
        &[
            "category",
            "implementation",
            "macro",
            "protocol",
            "class",
            "enum",
            "function",
            "interface",
            "method",
            "struct",
            "typedef",
        ],
    ),
    ("PHP", &["class", "define", "function", "interface", "namespace", "trait"]),
    ("Protobuf", &["group", "enumerator", "enum", "message", "package", "rpc", "service"]),
    ("Python", &["class", "function", "member"]),
    ("R", &["function"]),
    ("R6Class", &["class", "method"]),
    ("Ruby", &["constant", "singletonMethod", "class", "method", "module"]),
    (
        "Rust",
        &["macro", "method", "enumerator", "function", "enum", "interface", "module", "struct", "typedef"],
    ),
    ("S4Class", &["class", "generic", "method"]),
    ("SCSS", &["class", "function", "id", "mixin", "placeholder"]),
    ("SQL", &["domain", "package", "trigger", "view", "function", "procedure", "subtype", "table"]),
    ("Sh", &["function"]),
    (
        "TypeScript",
        &[
            "constant",
            "generator",
            "alias",
            "class",
            "enumerator",
            "function",
            "enum",
            "interface",
            "method",
            "namespace",
        ],
    ),
    ("YAML", &["anchor"]),
];

/// Kinds of ctags inside which a constant is a local.
const CALLABLE_SCOPES: [&str; 8] =
    ["function", "method", "func", "member", "generator", "getter", "setter", "singletonMethod"];

/// Whether a tag of this kind, defined inside something of `scope_kind`, is a definition that counts.
pub(crate) fn is_counted(language: &str, kind: &str, scope_kind: &str) -> bool {
    let is_local = kind == "constant" && CALLABLE_SCOPES.contains(&scope_kind);
    let row = COUNTED.iter().find(|(name, _)| *name == language);
    !is_local && row.is_some_and(|(_, kinds)| kinds.contains(&kind))
}
