//! Languages with a grammar, and the rules of each.

mod bash;
mod c_family;
mod csharp;
mod dart;
mod data;
mod ecmascript;
mod elixir;
mod go;
mod haskell;
mod hcl;
mod java;
mod julia;
mod kotlin;
mod lua;
mod markup;
mod nix;
mod objective_c;
mod ocaml;
mod php;
mod protobuf;
mod python;
mod r;
mod ruby;
mod rust;
mod scala;
mod sql;
mod starlark;
mod swift;
mod zig;

use std::sync::OnceLock;

use super::{
    Category, CommentStyle, Constructors, ImportStyle, Language, Outline, Syntax, TestRule, VisibilityRule,
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

impl Language {
    const fn of(mut self, category: Category) -> Self {
        self.category = category;
        self
    }
}

/// The rows.
pub(super) static LANGUAGES: [&Language; 36] = [
    &rust::LANGUAGE,
    &python::LANGUAGE,
    &ecmascript::JAVASCRIPT,
    &ecmascript::TYPESCRIPT,
    &ecmascript::TSX,
    &go::LANGUAGE,
    &java::LANGUAGE,
    &c_family::C,
    &c_family::CPP,
    &csharp::LANGUAGE,
    &elixir::LANGUAGE,
    &dart::LANGUAGE,
    &swift::LANGUAGE,
    &scala::LANGUAGE,
    &kotlin::LANGUAGE,
    &ruby::LANGUAGE,
    &php::LANGUAGE,
    &bash::LANGUAGE,
    &lua::LANGUAGE,
    &haskell::LANGUAGE,
    &zig::LANGUAGE,
    &protobuf::LANGUAGE,
    &ocaml::IMPLEMENTATION,
    &ocaml::INTERFACE,
    &julia::LANGUAGE,
    &r::LANGUAGE,
    &hcl::LANGUAGE,
    &nix::LANGUAGE,
    &starlark::LANGUAGE,
    &objective_c::LANGUAGE,
    &sql::LANGUAGE,
    &markup::HTML,
    &markup::CSS,
    &data::JSON,
    &data::YAML,
    &data::TOML,
];

const SLASH_COMMENTS: CommentStyle =
    CommentStyle { starts: &["/**", "/*!", "/*", "///", "//!", "//", "*"], ends: &["**/", "*/"], inner: &[] };

const PLAIN_IMPORTS: ImportStyle = ImportStyle {
    keywords: &[],
    item_separator: "",
    braces: false,
    alias_words: &["as"],
    wildcard: "*",
    reexport_word: "",
};

/// A grammar without special rules, for the rows below to start from.
const fn plain(grammar: tree_sitter_language::LanguageFn, queries: &'static [&'static str]) -> Syntax {
    Syntax {
        grammar,
        masking: None,
        patching: None,
        queries,
        max_symbols: usize::MAX,
        separator: ".",
        namespace_separator: None,
        method_separator: None,
        extra_containers: &[],
        name_path: &[],
        ignored_names: &[],
        builtin_types: &[],
        name_marks: "#!?",
        dotted_names: false,
        joins_neighbours: false,
        macros_in_containers: false,
        binds_once: false,
        ignored_scopes: &[],
        member_operators: &["."],
        variable_mark: "",
        self_parameter: "",
        constructors: Constructors::ByQuery,
        property_decorators: &[],
        upper_case_constants: false,
        visibility: VisibilityRule::Underscore,
        tests: TestRule::NONE,
        comments: SLASH_COMMENTS,
        imports: PLAIN_IMPORTS,
    }
}
