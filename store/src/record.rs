//! What the index knows of one file's bytes: chunks, symbols, references, imports, problems.
//!
//! A [`FileRecord`] is a pure function of (bytes, language, parser version): it holds nothing
//! that depends on the path, so that a file that comes back after a branch switch, or stands twice in a tree,
//! is parsed once. What depends on the path (the capsule) is made in the document module.

use serde::{Deserialize, Serialize};

/// A half-open byte range and the lines it touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    /// Offset of the first byte.
    pub start_byte: u32,
    /// Offset one past the last byte.
    pub end_byte: u32,
    /// First line, 1-based.
    pub start_line: u32,
    /// Last line, 1-based, inclusive.
    pub end_line: u32,
}

impl Span {
    /// The byte range, to slice a text with.
    #[must_use]
    pub fn bytes(&self) -> std::ops::Range<usize> {
        self.start_byte as usize..self.end_byte as usize
    }

    /// Whether `other` lies within this span, bounds included.
    #[must_use]
    pub fn contains(&self, other: &Span) -> bool {
        self.start_byte <= other.start_byte && other.end_byte <= self.end_byte
    }

    /// Number of lines touched.
    #[must_use]
    pub fn line_count(&self) -> u32 {
        self.end_line + 1 - self.start_line
    }
}

/// What a symbol is. Close to the Language Server Protocol's `SymbolKind`; [`SymbolKind::as_str`] is the stable
/// spelling in JSON, filters and queries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SymbolKind {
    /// A module or file-like unit of code (`mod`, TypeScript `module`).
    Module,
    /// A C++ or TypeScript namespace, a Java or Go package clause.
    Namespace,
    /// A class.
    Class,
    /// A record type without inheritance (`struct`, Java `record`).
    Struct,
    /// A C or Rust union.
    Union,
    /// An enumeration.
    Enum,
    /// A variant of an enumeration.
    EnumMember,
    /// An interface (Java, Go, TypeScript).
    Interface,
    /// A trait.
    Trait,
    /// An implementation block; its name is the type implemented for.
    Impl,
    /// A type alias (`type`, `typedef`, `using`).
    TypeAlias,
    /// A free function.
    Function,
    /// A function that belongs to a type.
    Method,
    /// A constructor.
    Constructor,
    /// A field of a type.
    Field,
    /// A property with accessors, or a key of a data file.
    Property,
    /// A constant.
    Constant,
    /// A module-level variable.
    Variable,
    /// A macro.
    Macro,
    /// A heading of a document.
    Heading,
}

impl SymbolKind {
    /// Every kind, in declaration order.
    pub const ALL: [SymbolKind; 20] = [
        Self::Module,
        Self::Namespace,
        Self::Class,
        Self::Struct,
        Self::Union,
        Self::Enum,
        Self::EnumMember,
        Self::Interface,
        Self::Trait,
        Self::Impl,
        Self::TypeAlias,
        Self::Function,
        Self::Method,
        Self::Constructor,
        Self::Field,
        Self::Property,
        Self::Constant,
        Self::Variable,
        Self::Macro,
        Self::Heading,
    ];

    /// The stable lower-case name, for example `enum_member`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Module => "module",
            Self::Namespace => "namespace",
            Self::Class => "class",
            Self::Struct => "struct",
            Self::Union => "union",
            Self::Enum => "enum",
            Self::EnumMember => "enum_member",
            Self::Interface => "interface",
            Self::Trait => "trait",
            Self::Impl => "impl",
            Self::TypeAlias => "type_alias",
            Self::Function => "function",
            Self::Method => "method",
            Self::Constructor => "constructor",
            Self::Field => "field",
            Self::Property => "property",
            Self::Constant => "constant",
            Self::Variable => "variable",
            Self::Macro => "macro",
            Self::Heading => "heading",
        }
    }

    /// The inverse of [`SymbolKind::as_str`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Whether the kind declares a type (class, struct, enum, trait, alias and the like).
    #[must_use]
    pub fn is_type(self) -> bool {
        matches!(
            self,
            Self::Class
                | Self::Struct
                | Self::Union
                | Self::Enum
                | Self::Interface
                | Self::Trait
                | Self::TypeAlias
        )
    }

    /// Whether the kind is called (function, method, constructor, macro).
    #[must_use]
    pub fn is_callable(self) -> bool {
        matches!(self, Self::Function | Self::Method | Self::Constructor | Self::Macro)
    }
}

/// Who may use a symbol, as far as the syntax says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Visible outside its module or package.
    Public,
    /// Visible within its package, crate or subclass tree (`pub(crate)`, `protected`).
    Restricted,
    /// Visible only where it is declared.
    Private,
    /// The syntax does not say.
    #[default]
    Unknown,
}

impl Visibility {
    /// The stable lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Restricted => "restricted",
            Self::Private => "private",
            Self::Unknown => "unknown",
        }
    }
}

/// A definition found in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SymbolRecord {
    /// The identifier as written.
    pub name: Box<str>,
    /// The name with its containers, joined as the language writes it (`Type::method`, `pkg.Class.method`).
    pub qualified_name: Box<str>,
    /// What it is.
    pub kind: SymbolKind,
    /// Position of the container in [`FileRecord::symbols`]; smaller than the symbol's own position, unless the symbol
    /// names a container that the file defines further down (`func (T) m()` above `type T`).
    pub parent: Option<u32>,
    /// The declaration without its body, white space folded to single blanks.
    pub signature: Box<str>,
    /// The documentation comment's text without comment marks; empty where there is none.
    pub doc: Box<str>,
    /// Who may use it.
    pub visibility: Visibility,
    /// Whether it is a test (by attribute, decorator or the language's naming rule).
    pub is_test: bool,
    /// Whether it is asynchronous.
    pub is_async: bool,
    /// Whether it belongs to its type, not to a value of the type.
    pub is_static: bool,
    /// Whether it leaves its body to others (`abstract`, a trait's or interface's method without a body).
    pub is_abstract: bool,
    /// Whether it has a body. What only announces a definition elsewhere (a prototype in a header) has none.
    pub has_body: bool,
    /// Attributes, decorators and annotations as written, without their marks.
    pub attributes: Vec<Box<str>>,
    /// The parameters of something that is called.
    pub parameters: Vec<ParameterRecord>,
    /// The written type: of a variable or field, what a function returns, what an alias stands for. Empty where
    /// none is written.
    pub declared_type: Box<str>,
    /// Where the name stands.
    pub name_span: Span,
    /// The whole definition with its documentation comment and attributes.
    pub span: Span,
}

impl SymbolRecord {
    /// A symbol at the top level of which no more is known than its name, its kind and where it is.
    #[must_use]
    pub fn new(name: &str, kind: SymbolKind, name_span: Span, span: Span) -> Self {
        Self {
            name: name.into(),
            qualified_name: name.into(),
            kind,
            parent: None,
            signature: "".into(),
            doc: "".into(),
            visibility: Visibility::Unknown,
            is_test: false,
            is_async: false,
            is_static: false,
            is_abstract: false,
            has_body: false,
            attributes: Vec::new(),
            parameters: Vec::new(),
            declared_type: "".into(),
            name_span,
            span,
        }
    }
}

/// A parameter of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterRecord {
    /// The name; a pattern as written where the parameter is taken apart.
    pub name: Box<str>,
    /// The type as written; empty where none is.
    pub declared_type: Box<str>,
}

/// How a name is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReferenceKind {
    /// It is called.
    Call,
    /// It stands as a type.
    Type,
    /// It is extended or implemented.
    Inherit,
    /// It is a macro that is expanded.
    Macro,
    /// A document names it.
    Mention,
}

impl ReferenceKind {
    /// The stable lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Type => "type",
            Self::Inherit => "inherit",
            Self::Macro => "macro",
            Self::Mention => "mention",
        }
    }
}

/// One use of a name.
///
/// # Chains
///
/// An expression that leads from name to name is kept as a chain: the names joined by `.` however the language
/// joins them, `()` after one that is called, `[]` after one that is indexed, arguments left out. `a::b(x).c[0]` is
/// `a.b().c[]`. Whatever else stands at its head is `?`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferenceRecord {
    /// The identifier as written.
    pub name: Box<str>,
    /// How it is used.
    pub kind: ReferenceKind,
    /// Line of the use, 1-based.
    pub line: u32,
    /// Offset of the name's first byte.
    pub start_byte: u32,
    /// Position of the innermost enclosing symbol in [`FileRecord::symbols`].
    pub enclosing: Option<u32>,
    /// What the name is taken from, as a [chain](ReferenceRecord#chains): `self.client` of `self.client.get(x)`. Empty for a
    /// bare name.
    pub receiver: Box<str>,
}

/// A name that holds a value: a local variable, a module's or class's variable, a field that a method sets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BindingRecord {
    /// The name, or a [chain](ReferenceRecord#chains) of two for a field that a method sets (`self.client`).
    pub name: Box<str>,
    /// The type as written; empty where none is.
    pub declared_type: Box<str>,
    /// What it is set to, as a [chain](ReferenceRecord#chains); empty where that is no chain.
    pub value: Box<str>,
    /// Offset of the name's first byte.
    pub start_byte: u32,
    /// Position of the innermost enclosing symbol in [`FileRecord::symbols`].
    pub enclosing: Option<u32>,
}

/// One imported module, or one name imported from a module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRecord {
    /// The module as written, without quotes or brackets (`std::io`, `./util`, `stdio.h`).
    pub module: Box<str>,
    /// The name imported from it: empty for the module itself, `*` for all its names, `default` for the default
    /// export.
    pub name: Box<str>,
    /// The name that it has here, where the import gives it one.
    pub alias: Box<str>,
    /// Whether it is exported again.
    pub is_reexport: bool,
    /// Line of the declaration, 1-based.
    pub line: u32,
    /// Position of the innermost enclosing symbol in [`FileRecord::symbols`].
    pub enclosing: Option<u32>,
}

/// A rule of a package's manifest that says where modules are: those whose name begins with `prefix` are found
/// below `target`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleRoot {
    /// What the module's name begins with (`github.com/a/b`, `App\\`, `@/*`).
    pub prefix: Box<str>,
    /// A path relative to the manifest's directory, with `/`; empty for the directory itself.
    pub target: Box<str>,
}

/// What a chunk is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChunkKind {
    /// One definition (function, method, small type), or a part of a long one.
    Definition,
    /// The head of a container whose members are chunks of their own.
    Header,
    /// Several small siblings together.
    Group,
    /// Lines of a file without a grammar, or between definitions.
    Text,
}

impl ChunkKind {
    /// The stable lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Definition => "definition",
            Self::Header => "header",
            Self::Group => "group",
            Self::Text => "text",
        }
    }
}

/// A run of whole lines that is retrieved as one piece. The chunks of a file tile it: in order, without gap or
/// overlap, from byte 0 to the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkRecord {
    /// Where it stands. Starts at a line's start and ends after a line's end.
    pub span: Span,
    /// What it is made of.
    pub kind: ChunkKind,
    /// The symbol it is best named by: the definition, the container, the first of a group.
    pub symbol: Option<u32>,
    /// Positions in [`FileRecord::symbols`] of the symbols whose name stands in this chunk, ascending.
    pub defines: Vec<u32>,
}

/// Something that kept a file from being understood in full. Never a reason to drop it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// The grammar found syntax errors; the number counts error and missing nodes (capped at 1,000).
    SyntaxErrors(u32),
    /// The parse ran out of its time budget; the file is chunked as text.
    ParseTimeout,
    /// More symbols or references than the cap; the rest are not recorded.
    TooManyItems,
}

/// Everything the parser says of one content.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// Name of the language in the language table (`rust`, `tsx`), or `text`.
    pub language: Box<str>,
    /// Number of lines; 0 for an empty file.
    pub line_count: u32,
    /// The pieces, in order, tiling the file.
    pub chunks: Vec<ChunkRecord>,
    /// The definitions, ordered by where they start, containers before members.
    pub symbols: Vec<SymbolRecord>,
    /// The uses of names, in order.
    pub references: Vec<ReferenceRecord>,
    /// The imports, in order.
    pub imports: Vec<ImportRecord>,
    /// The names that hold values, in order.
    pub bindings: Vec<BindingRecord>,
    /// Where modules are, if the file is a package's manifest.
    pub module_roots: Vec<ModuleRoot>,
    /// What went wrong.
    pub problems: Vec<Problem>,
}

/// Why a file that the walk found is not indexed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// Larger than the size cap.
    TooLarge,
    /// Holds NUL bytes or has a binary file's name.
    Binary,
    /// Is not UTF-8.
    InvalidUtf8,
    /// Has lines too long to have been written by hand.
    Minified,
    /// Says at its top that a program wrote it.
    Generated,
    /// Is a package manager's lock file.
    LockFile,
    /// May hold keys or passwords, by its name or its content.
    Secret,
    /// Could not be read (permissions, input/output error).
    Unreadable,
    /// Is a symbolic link; links are never followed.
    Symlink,
    /// Is a socket, pipe or device.
    SpecialFile,
    /// Its path is not UTF-8.
    PathNotUtf8,
}

impl SkipReason {
    /// Every reason, in declaration order.
    pub const ALL: [SkipReason; 11] = [
        Self::TooLarge,
        Self::Binary,
        Self::InvalidUtf8,
        Self::Minified,
        Self::Generated,
        Self::LockFile,
        Self::Secret,
        Self::Unreadable,
        Self::Symlink,
        Self::SpecialFile,
        Self::PathNotUtf8,
    ];

    /// The stable lower-case name, as `status` and `why` print it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::Binary => "binary",
            Self::InvalidUtf8 => "invalid_utf8",
            Self::Minified => "minified",
            Self::Generated => "generated",
            Self::LockFile => "lock_file",
            Self::Secret => "secret",
            Self::Unreadable => "unreadable",
            Self::Symlink => "symlink",
            Self::SpecialFile => "special_file",
            Self::PathNotUtf8 => "path_not_utf8",
        }
    }

    /// The inverse of [`SkipReason::as_str`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }
}
