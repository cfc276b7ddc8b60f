//! The rules of C and C++.

use contexd_store::Visibility;

use super::super::{
    Constructors, Fallback, Language, NameStep, StepEffect, Syntax, VisibilityRule, WordRule,
};
use super::{code, plain};
use crate::mask;

/// The row.
pub(super) static C: Language = code("c", &["c", "h"], &[], &C_SYNTAX);

/// The row.
pub(super) static CPP: Language = code(
    "cpp",
    &["cc", "cpp", "cxx", "c++", "C", "hh", "hpp", "hxx", "h++", "H", "inl", "ipp", "tpp"],
    &[],
    &CPP_SYNTAX,
);

/// Where the names of C declarators are.
pub(super) const C_NAME_PATH: [NameStep; 7] = [
    NameStep { node: "field_expression", field: "field", effect: StepEffect::Plain },
    NameStep { node: "init_declarator", field: "declarator", effect: StepEffect::Plain },
    NameStep { node: "function_declarator", field: "declarator", effect: StepEffect::Callable },
    NameStep { node: "pointer_declarator", field: "declarator", effect: StepEffect::Indirect },
    NameStep { node: "array_declarator", field: "declarator", effect: StepEffect::Indirect },
    NameStep { node: "parenthesized_declarator", field: "", effect: StepEffect::Plain },
    NameStep { node: "attributed_declarator", field: "", effect: StepEffect::Plain },
];

/// Words that broken code may put where a name is expected.
const C_KEYWORDS: [&str; 30] = [
    "noexcept",
    "void",
    "char",
    "int",
    "long",
    "double",
    "float",
    "short",
    "signed",
    "unsigned",
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

static C_SYNTAX: Syntax = Syntax {
    masking: Some(mask::hide_c_macros),
    ignored_names: &C_KEYWORDS,
    name_path: &C_NAME_PATH,
    member_operators: &["->", "."],
    visibility: VisibilityRule::Words(WordRule {
        words: &[("static", Visibility::Private)],
        private_prefix: "",
        outside: Fallback::Is(Visibility::Public),
        member: Fallback::Is(Visibility::Public),
        interface_member: Fallback::Is(Visibility::Public),
    }),
    ..plain(
        tree_sitter_c::LANGUAGE,
        &[
            include_str!("../../../queries/c/definitions.scm"),
            include_str!("../../../queries/c/references.scm"),
        ],
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

static CPP_SYNTAX: Syntax = Syntax {
    masking: Some(mask::hide_cpp_macros),
    ignored_names: &C_KEYWORDS,
    separator: "::",
    name_path: &CPP_NAME_PATH,
    member_operators: &["::", "->", "."],
    constructors: Constructors::NamedAsType,
    visibility: VisibilityRule::Words(WordRule {
        words: &[],
        private_prefix: "",
        outside: Fallback::Is(Visibility::Public),
        member: Fallback::Section { class: Visibility::Private },
        interface_member: Fallback::Section { class: Visibility::Private },
    }),
    ..plain(
        tree_sitter_cpp::LANGUAGE,
        &[
            include_str!("../../../queries/c/definitions.scm"),
            include_str!("../../../queries/cpp/definitions.scm"),
            include_str!("../../../queries/c/references.scm"),
            include_str!("../../../queries/cpp/references.scm"),
        ],
    )
};
