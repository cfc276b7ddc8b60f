//! Languages with a grammar, and the rules of each.

use std::sync::OnceLock;

use contexd_store::{SymbolKind, Visibility};

use crate::mask;

use super::{
    Category, CommentStyle, Constructors, Fallback, ImportStyle, Language, NameStep, Outline, StepEffect,
    Syntax, TestRule, VisibilityRule, WordRule,
};

/// A row with a grammar.
const fn code(
    name: &'static str,
    extensions: &'static [&'static str],
    interpreters: &'static [&'static str],
    syntax: &'static Syntax,
) -> Language {
    Language {
        name,
        category: Category::Code,
        extensions,
        file_names: &[],
        interpreters,
        outline: Outline::None,
        syntax: Some(syntax),
        compiled: OnceLock::new(),
    }
}

/// The rows.
pub(super) static LANGUAGES: [Language; 9] = [
    code("rust", &["rs"], &[], &RUST),
    code("python", &["py", "pyi", "pyw"], &["python", "pypy"], &PYTHON),
    code("javascript", &["js", "jsx", "mjs", "cjs"], &["node", "bun"], &JAVASCRIPT),
    code("typescript", &["ts", "mts", "cts"], &["deno", "ts-node", "tsx"], &TYPESCRIPT),
    code("tsx", &["tsx"], &[], &TSX),
    code("go", &["go"], &[], &GO),
    code("java", &["java"], &[], &JAVA),
    code("c", &["c", "h"], &[], &C),
    code(
        "cpp",
        &["cc", "cpp", "cxx", "c++", "C", "hh", "hpp", "hxx", "h++", "H", "inl", "ipp", "tpp"],
        &[],
        &CPP,
    ),
];

const SLASH_COMMENTS: CommentStyle =
    CommentStyle { starts: &["/**", "/*!", "/*", "///", "//!", "//", "*"], ends: &["**/", "*/"], inner: &[] };

const PLAIN_IMPORTS: ImportStyle = ImportStyle { keywords: &[], separator: ".", braces: false };

/// A grammar without special rules, for the rows below to start from.
const fn plain(grammar: tree_sitter_language::LanguageFn, queries: &'static [&'static str]) -> Syntax {
    Syntax {
        grammar,
        masking: None,
        queries,
        separator: ".",
        extra_containers: &[],
        name_path: &[],
        ignored_names: &[],
        builtin_types: &[],
        ignored_scopes: &[],
        constructors: Constructors::ByQuery,
        property_decorators: &[],
        upper_case_constants: false,
        visibility: VisibilityRule::Underscore,
        tests: TestRule::NONE,
        comments: SLASH_COMMENTS,
        imports: PLAIN_IMPORTS,
    }
}

static RUST: Syntax = Syntax {
    masking: Some(mask::open_item_macros),
    separator: "::",
    extra_containers: &[SymbolKind::EnumMember],
    ignored_names: &["_", "Self"],
    visibility: VisibilityRule::Words(WordRule {
        words: &[("pub", Visibility::Public)],
        private_prefix: "",
        outside: Fallback::Is(Visibility::Private),
        member: Fallback::Is(Visibility::Private),
        interface_member: Fallback::Inherit,
    }),
    tests: TestRule {
        attributes: &["test", "rstest", "bench", "test_case", "quickcheck"],
        whole_attributes: &["#[cfg(test)]"],
        ..TestRule::NONE
    },
    comments: CommentStyle { inner: &["//!", "/*!"], ..SLASH_COMMENTS },
    imports: ImportStyle { braces: true, ..PLAIN_IMPORTS },
    ..plain(
        tree_sitter_rust::LANGUAGE,
        &[
            include_str!("../../queries/rust/definitions.scm"),
            include_str!("../../queries/rust/references.scm"),
        ],
    )
};

static PYTHON: Syntax = Syntax {
    ignored_names: &["_"],
    builtin_types: &[
        "int",
        "str",
        "float",
        "bool",
        "bytes",
        "list",
        "dict",
        "set",
        "tuple",
        "object",
        "type",
        "frozenset",
    ],
    name_path: &[NameStep { node: "aliased_import", field: "name", effect: StepEffect::Plain }],
    constructors: Constructors::Named("__init__"),
    property_decorators: &["property", "cached_property", "setter", "getter", "deleter"],
    upper_case_constants: true,
    tests: TestRule { name_prefixes: &["test"], ..TestRule::NONE },
    comments: CommentStyle { starts: &["#:", "#!", "#"], ends: &[], inner: &[] },
    ..plain(
        tree_sitter_python::LANGUAGE,
        &[
            include_str!("../../queries/python/definitions.scm"),
            include_str!("../../queries/python/references.scm"),
        ],
    )
};

static JAVASCRIPT: Syntax = ecmascript(
    tree_sitter_javascript::LANGUAGE,
    &[
        include_str!("../../queries/ecmascript/definitions.scm"),
        include_str!("../../queries/javascript/definitions.scm"),
        include_str!("../../queries/ecmascript/references.scm"),
        include_str!("../../queries/javascript/references.scm"),
        include_str!("../../queries/jsx/references.scm"),
    ],
);

static TYPESCRIPT: Syntax = ecmascript(
    tree_sitter_typescript::LANGUAGE_TYPESCRIPT,
    &[
        include_str!("../../queries/ecmascript/definitions.scm"),
        include_str!("../../queries/typescript/definitions.scm"),
        include_str!("../../queries/ecmascript/references.scm"),
        include_str!("../../queries/typescript/references.scm"),
    ],
);

static TSX: Syntax = ecmascript(
    tree_sitter_typescript::LANGUAGE_TSX,
    &[
        include_str!("../../queries/ecmascript/definitions.scm"),
        include_str!("../../queries/typescript/definitions.scm"),
        include_str!("../../queries/ecmascript/references.scm"),
        include_str!("../../queries/typescript/references.scm"),
        include_str!("../../queries/jsx/references.scm"),
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

static GO: Syntax = Syntax {
    ignored_names: &["_"],
    builtin_types: &[
        "any",
        "bool",
        "byte",
        "error",
        "float32",
        "float64",
        "int",
        "int8",
        "int16",
        "int32",
        "int64",
        "rune",
        "string",
        "uint",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "uintptr",
        "comparable",
    ],
    visibility: VisibilityRule::Capital,
    tests: TestRule {
        name_prefixes: &["Test", "Benchmark", "Fuzz"],
        signature_has: "*testing.",
        ..TestRule::NONE
    },
    ..plain(
        tree_sitter_go::LANGUAGE,
        &[include_str!("../../queries/go/definitions.scm"), include_str!("../../queries/go/references.scm")],
    )
};

static JAVA: Syntax = Syntax {
    visibility: VisibilityRule::Words(WordRule {
        words: &[
            ("public", Visibility::Public),
            ("protected", Visibility::Restricted),
            ("private", Visibility::Private),
        ],
        private_prefix: "",
        outside: Fallback::Is(Visibility::Restricted),
        member: Fallback::Is(Visibility::Restricted),
        interface_member: Fallback::Is(Visibility::Public),
    }),
    tests: TestRule {
        attributes: &["Test", "ParameterizedTest", "RepeatedTest", "TestFactory", "TestTemplate"],
        ..TestRule::NONE
    },
    imports: ImportStyle { keywords: &["import", "static"], ..PLAIN_IMPORTS },
    ..plain(
        tree_sitter_java::LANGUAGE,
        &[
            include_str!("../../queries/java/definitions.scm"),
            include_str!("../../queries/java/references.scm"),
        ],
    )
};

/// Where the names of C declarators are.
const C_NAME_PATH: [NameStep; 7] = [
    NameStep { node: "field_expression", field: "field", effect: StepEffect::Plain },
    NameStep { node: "init_declarator", field: "declarator", effect: StepEffect::Plain },
    NameStep { node: "function_declarator", field: "declarator", effect: StepEffect::Callable },
    NameStep { node: "pointer_declarator", field: "declarator", effect: StepEffect::Indirect },
    NameStep { node: "array_declarator", field: "declarator", effect: StepEffect::Indirect },
    NameStep { node: "parenthesized_declarator", field: "", effect: StepEffect::Plain },
    NameStep { node: "attributed_declarator", field: "", effect: StepEffect::Plain },
];

/// Words that broken code may put where a name is expected.
const C_KEYWORDS: [&str; 20] = [
    "if",
    "else",
    "for",
    "while",
    "do",
    "switch",
    "case",
    "return",
    "sizeof",
    "class",
    "struct",
    "union",
    "enum",
    "namespace",
    "template",
    "typename",
    "operator",
    "public",
    "private",
    "protected",
];

static C: Syntax = Syntax {
    masking: Some(mask::hide_c_macros),
    ignored_names: &C_KEYWORDS,
    name_path: &C_NAME_PATH,
    visibility: VisibilityRule::Words(WordRule {
        words: &[("static", Visibility::Private)],
        private_prefix: "",
        outside: Fallback::Is(Visibility::Public),
        member: Fallback::Is(Visibility::Public),
        interface_member: Fallback::Is(Visibility::Public),
    }),
    ..plain(
        tree_sitter_c::LANGUAGE,
        &[include_str!("../../queries/c/definitions.scm"), include_str!("../../queries/c/references.scm")],
    )
};

/// Where the names of C++ declarators are.
const CPP_NAME_PATH: [NameStep; 15] = [
    C_NAME_PATH[6],
    C_NAME_PATH[0],
    C_NAME_PATH[1],
    C_NAME_PATH[2],
    C_NAME_PATH[3],
    C_NAME_PATH[4],
    C_NAME_PATH[5],
    NameStep { node: "reference_declarator", field: "", effect: StepEffect::Indirect },
    NameStep { node: "variadic_declarator", field: "", effect: StepEffect::Plain },
    NameStep { node: "qualified_identifier", field: "name", effect: StepEffect::Scoped },
    NameStep { node: "template_function", field: "name", effect: StepEffect::Plain },
    NameStep { node: "template_method", field: "name", effect: StepEffect::Plain },
    NameStep { node: "template_type", field: "name", effect: StepEffect::Plain },
    NameStep { node: "dependent_name", field: "", effect: StepEffect::Plain },
    NameStep { node: "operator_cast", field: "", effect: StepEffect::Final },
];

static CPP: Syntax = Syntax {
    masking: Some(mask::hide_cpp_macros),
    ignored_names: &C_KEYWORDS,
    separator: "::",
    name_path: &CPP_NAME_PATH,
    constructors: Constructors::NamedAsType,
    visibility: VisibilityRule::Words(WordRule {
        words: &[],
        private_prefix: "",
        outside: Fallback::Is(Visibility::Public),
        member: Fallback::Section,
        interface_member: Fallback::Section,
    }),
    ..plain(
        tree_sitter_cpp::LANGUAGE,
        &[
            include_str!("../../queries/c/definitions.scm"),
            include_str!("../../queries/cpp/definitions.scm"),
            include_str!("../../queries/c/references.scm"),
            include_str!("../../queries/cpp/references.scm"),
        ],
    )
};
