//! The language table: which languages there are, and everything the parser needs to know of each.
//!
//! A language is one row and, where it has a grammar, the `.scm` files under `queries/`. No
//! other module names a language: what differs between languages is data here, and adding one touches no logic.

mod compiled;
mod detect;
mod grammars;
mod pattern;
mod starts;
mod texts;

use std::fmt;
use std::sync::OnceLock;

use contexd_store::{SymbolKind, Visibility};
use tree_sitter_language::LanguageFn;

use crate::mask::{Masking, Patching};

pub(crate) use compiled::{Compiled, DefinitionRole, ReferenceRole, Role, StepEffect};
pub use detect::{all, by_name, detect};
pub(crate) use starts::{Action, Link, Rule, Starts};

/// What kind of text a language is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Category {
    /// A programming language.
    Code,
    /// A language for documents or style that programs read and people see (HTML, CSS).
    Markup,
    /// Configuration and data.
    Data,
    /// Text for people.
    Prose,
}

/// One row of the language table.
pub struct Language {
    /// The stable lower-case name, for example `rust`; unknown files are `text`.
    pub name: &'static str,
    /// What kind of text it is for.
    pub category: Category,
    /// File-name extensions without the dot, lower case unless case decides.
    pub extensions: &'static [&'static str],
    /// Whole file names.
    pub file_names: &'static [&'static str],
    /// Programs named in a `#!` line.
    pub interpreters: &'static [&'static str],
    /// How symbols are found without a grammar.
    pub(crate) outline: Outline,
    /// The grammar and the rules of the language, where there is one.
    pub(crate) syntax: Option<&'static Syntax>,
    /// The compiled query, made on first use.
    pub(crate) compiled: OnceLock<Compiled>,
}

impl Language {
    /// Whether definitions and references are found with a grammar.
    #[must_use]
    pub fn has_grammar(&self) -> bool {
        self.syntax.is_some()
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Language({})", self.name)
    }
}

impl PartialEq for Language {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Language {}

/// How a language without a grammar shows its structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outline {
    /// It does not.
    None,
    /// Lines that begin with one to six `#`, outside fenced blocks.
    HashHeadings,
}

/// A grammar with the rules that turn its captures into symbols.
pub(crate) struct Syntax {
    /// The grammar.
    pub(crate) grammar: LanguageFn,
    /// Finds what the grammar must not see.
    pub(crate) masking: Option<Masking>,
    /// Finds what the grammar must see instead of what is there.
    pub(crate) patching: Option<Patching>,
    /// Query sources, compiled as one query; the first pattern that matches a name wins.
    pub(crate) queries: &'static [&'static str],
    /// Most symbols of a file, where that is less than the budget.
    pub(crate) max_symbols: usize,
    /// What stands between the parts of a qualified name.
    pub(crate) separator: &'static str,
    /// What stands after a namespace instead, where that differs (`Name\Space\Type::method`).
    pub(crate) namespace_separator: Option<&'static str>,
    /// What stands before a method instead, where that differs (`Module::Class.method`).
    pub(crate) method_separator: Option<&'static str>,
    /// Kinds that hold members besides types, modules and callables.
    pub(crate) extra_containers: &'static [SymbolKind],
    /// How a captured name node leads to the identifier.
    pub(crate) name_path: &'static [NameStep],
    /// Names that are never symbols or references.
    pub(crate) ignored_names: &'static [&'static str],
    /// Types of the language itself, to which references are not recorded.
    pub(crate) builtin_types: &'static [&'static str],
    /// Characters that names may have besides letters, digits, `_` and `$`.
    pub(crate) name_marks: &'static str,
    /// Whether a module's name is written with those around it in one word (`defmodule A.B`).
    pub(crate) dotted_names: bool,
    /// Whether neighbouring definitions of one name are parts of one (Haskell's type signatures and equations).
    pub(crate) joins_neighbours: bool,
    /// Whether macros belong to what they stand in; elsewhere they belong to the file.
    pub(crate) macros_in_containers: bool,
    /// Whether only the first assignment to a name defines a variable.
    pub(crate) binds_once: bool,
    /// Words of a captured scope that do not count (`this`, `exports`).
    pub(crate) ignored_scopes: &'static [&'static str],
    /// What joins a name to what it is taken from.
    pub(crate) member_operators: &'static [&'static str],
    /// A mark in front of variables that is no part of their names; empty where there is none.
    pub(crate) variable_mark: &'static str,
    /// The name of the first parameter of a method that belongs to a value; methods without it are static. Empty
    /// where the language does not write it.
    pub(crate) self_parameter: &'static str,
    /// Which methods are constructors.
    pub(crate) constructors: Constructors,
    /// Decorators that turn a method into a property.
    pub(crate) property_decorators: &'static [&'static str],
    /// Whether a variable whose name is all upper case is a constant.
    pub(crate) upper_case_constants: bool,
    /// Who sees what.
    pub(crate) visibility: VisibilityRule,
    /// What makes a definition a test.
    pub(crate) tests: TestRule,
    /// How comments look.
    pub(crate) comments: CommentStyle,
    /// How import declarations are written.
    pub(crate) imports: ImportStyle,
}

/// One step from a captured name node towards the identifier (`*foo(int)` leads to `foo`).
#[derive(Clone, Copy)]
pub(crate) struct NameStep {
    /// The node kind that is stepped into.
    pub(crate) node: &'static str,
    /// The field to go on with; empty for the first named child.
    pub(crate) field: &'static str,
    /// What the step says of the definition.
    pub(crate) effect: StepEffect,
}

/// Which methods are constructors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Constructors {
    /// None, or the query says which.
    ByQuery,
    /// Those with this name.
    Named(&'static str),
    /// Those named like their type.
    NamedAsType,
}

/// How visibility is read from a definition.
#[derive(Clone, Copy)]
pub(crate) enum VisibilityRule {
    /// From words before the name; members and others have their own default.
    Words(WordRule),
    /// From underscores: `_x` and `__x` are private, `__x__` is public.
    Underscore,
    /// From the first letter: upper case is public, lower case is for the package.
    Capital,
}

impl VisibilityRule {
    /// What holds in a class above its first label.
    pub(crate) fn before_labels(&self) -> Visibility {
        match self {
            Self::Words(WordRule { member: Fallback::Section { class }, .. }) => *class,
            _ => Visibility::Public,
        }
    }
}

/// Visibility by words in front of the name.
#[derive(Clone, Copy)]
pub(crate) struct WordRule {
    /// The words and what they say; a word followed by `(` restricts (`pub(crate)`).
    pub(crate) words: &'static [(&'static str, Visibility)],
    /// A name that begins with this is private.
    pub(crate) private_prefix: &'static str,
    /// What stands for a definition outside a type without such a word.
    pub(crate) outside: Fallback,
    /// What stands for a member of a type without such a word.
    pub(crate) member: Fallback,
    /// Like `member`, for the members of an interface or trait.
    pub(crate) interface_member: Fallback,
}

/// What stands for a definition whose syntax has no visibility word.
#[derive(Clone, Copy)]
pub(crate) enum Fallback {
    /// This.
    Is(Visibility),
    /// Whatever its container has.
    Inherit,
    /// Private where the file exports something, else unknown.
    UnlessModule,
    /// Private where the file lists what it exports and leaves this out, else public.
    UnlessUnlisted,
    /// Private, but fields are as visible as what they stand in.
    PrivateUnlessField,
    /// The label above it (`public:`).
    Section {
        /// What holds above a class's first label; elsewhere that is public.
        class: Visibility,
    },
}

/// What makes a definition a test.
pub(crate) struct TestRule {
    /// The last word of an attribute's path (`test`, `Test`).
    pub(crate) attributes: &'static [&'static str],
    /// Whole attributes, white space removed (`#[cfg(test)]`).
    pub(crate) whole_attributes: &'static [&'static str],
    /// Prefixes of a callable's name; a lower-case letter must not follow.
    pub(crate) name_prefixes: &'static [&'static str],
    /// What a callable's signature must hold besides the prefix.
    pub(crate) signature_has: &'static str,
}

impl TestRule {
    /// Nothing is a test, unless the query says so.
    pub(crate) const NONE: TestRule =
        TestRule { attributes: &[], whole_attributes: &[], name_prefixes: &[], signature_has: "" };
}

/// How comments look.
pub(crate) struct CommentStyle {
    /// Marks at the start of a comment or of one of its lines, longest first.
    pub(crate) starts: &'static [&'static str],
    /// Marks at the end of a comment.
    pub(crate) ends: &'static [&'static str],
    /// Marks of comments that describe what they stand in, not what follows.
    pub(crate) inner: &'static [&'static str],
}

/// How import declarations are written.
pub(crate) struct ImportStyle {
    /// Words in front of the path.
    pub(crate) keywords: &'static [&'static str],
    /// What stands between a module and a name that is imported from it, where one path holds both; empty where a
    /// path is a module.
    pub(crate) item_separator: &'static str,
    /// Whether `a::{b, c}` stands for several paths.
    pub(crate) braces: bool,
    /// The words that may stand between a name and its alias.
    pub(crate) alias_words: &'static [&'static str],
    /// What stands for all names of a module.
    pub(crate) wildcard: &'static str,
    /// The word in front of a declaration whose imports are exported again.
    pub(crate) reexport_word: &'static str,
}
