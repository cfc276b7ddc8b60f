//! How each language finds what a name means. Languages are rows here; the resolver names none.

use contexd_store::{ImportRecord, ReferenceKind, SymbolKind};

/// How a language's imports lead to files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// `a.b` is `a/b.py` or `a/b/__init__.py` below a source root; dots in front count from the file.
    Python,
    /// `./a` is a file beside this one, with one of many suffixes; other names go through manifests.
    Ecmascript,
    /// `crate::a::b` follows the tree of modules, which follows the tree of files.
    Rust,
    /// `host/module/dir` is a directory below the module that a manifest names.
    Go,
    /// `a.b.C` is `C` in the files that say they belong to `a.b`.
    Namespace,
    /// `a/b.h` is a file beside this one, or any file whose path ends so.
    Include,
    /// Whatever a path like `a/b` or `a.b` leads to with this language's suffixes.
    File,
}

/// A language's rules.
pub(crate) struct Rules {
    /// Languages of one family may refer to one another's definitions.
    pub(crate) family: &'static str,
    /// How imports lead to files.
    pub(crate) scheme: Scheme,
    /// Suffixes of files that an import without one may mean, the likeliest first.
    pub(crate) suffixes: &'static [&'static str],
    /// Names of the value that a method belongs to.
    pub(crate) self_names: &'static [&'static str],
    /// Names of the type around.
    pub(crate) self_types: &'static [&'static str],
    /// Names of that value as one of its base type.
    pub(crate) super_names: &'static [&'static str],
    /// Whether a bare name may be a member of a type around it.
    pub(crate) members_in_scope: bool,
    /// Whether the files of a directory share their top-level names.
    pub(crate) shares_directory: bool,
    /// Whether the files of a namespace share their top-level names.
    pub(crate) shares_namespace: bool,
    /// Whether what is in modules and types is open to all files: a module goes on in another file.
    pub(crate) has_open_modules: bool,
    /// The member of types that makes a value of them without being defined; empty where there is none.
    pub(crate) constructor: &'static str,
    /// Whether a bare name may be defined in any file.
    pub(crate) global_names: bool,
    /// Whether functions without a name, of which records know nothing, are scopes with definitions of their own.
    pub(crate) has_unseen_scopes: bool,
    /// Whether what a file imports can be imported from it.
    pub(crate) imports_are_exports: bool,
    /// Whether an import of a module without a name binds the module's first (`true`) or last part.
    pub(crate) binds_first_part: bool,
    /// Whether an import of a module without a name brings all its names in.
    pub(crate) imports_all_names: bool,
}

const PLAIN: Rules = Rules {
    family: "",
    scheme: Scheme::File,
    suffixes: &[],
    self_names: &["self", "this"],
    self_types: &[],
    super_names: &["super"],
    members_in_scope: true,
    shares_directory: false,
    shares_namespace: false,
    has_open_modules: false,
    constructor: "",
    global_names: true,
    has_unseen_scopes: false,
    imports_are_exports: false,
    binds_first_part: false,
    imports_all_names: false,
};

const PYTHON: Rules = Rules {
    family: "python",
    scheme: Scheme::Python,
    suffixes: &[".py", ".pyi"],
    self_names: &["self"],
    self_types: &["cls", "Self"],
    members_in_scope: false,
    global_names: false,
    imports_are_exports: true,
    binds_first_part: true,
    ..PLAIN
};

const ECMASCRIPT: Rules = Rules {
    family: "ecmascript",
    scheme: Scheme::Ecmascript,
    suffixes: &[".ts", ".tsx", ".d.ts", ".js", ".jsx", ".mts", ".mjs", ".cts", ".cjs", ".vue", ".svelte"],
    self_names: &["this"],
    members_in_scope: false,
    global_names: false,
    has_unseen_scopes: true,
    ..PLAIN
};

const RUST: Rules = Rules {
    family: "rust",
    scheme: Scheme::Rust,
    suffixes: &[".rs"],
    self_names: &["self"],
    self_types: &["Self"],
    super_names: &[],
    members_in_scope: false,
    global_names: false,
    imports_are_exports: true,
    ..PLAIN
};

const GO: Rules = Rules {
    family: "go",
    scheme: Scheme::Go,
    suffixes: &[".go"],
    self_names: &[],
    super_names: &[],
    members_in_scope: false,
    shares_directory: true,
    global_names: false,
    ..PLAIN
};

const JVM: Rules = Rules {
    family: "jvm",
    scheme: Scheme::Namespace,
    self_names: &["this"],
    shares_namespace: true,
    global_names: false,
    ..PLAIN
};

const CSHARP: Rules = Rules { family: "csharp", super_names: &["base"], imports_all_names: true, ..JVM };

const PHP: Rules = Rules {
    family: "php",
    suffixes: &[".php"],
    self_names: &["this"],
    self_types: &["self", "static"],
    super_names: &["parent"],
    members_in_scope: false,
    ..JVM
};

const C_FAMILY: Rules =
    Rules { family: "c", scheme: Scheme::Include, self_names: &["this"], super_names: &[], ..PLAIN };

const RUBY: Rules = Rules {
    family: "ruby",
    suffixes: &[".rb"],
    self_names: &["self"],
    shares_namespace: true,
    has_open_modules: true,
    constructor: "new",
    imports_all_names: true,
    ..PLAIN
};

/// The rows: names of the language table, and the rules.
static ROWS: [(&str, Rules); 33] = [
    ("python", PYTHON),
    ("starlark", Rules { global_names: true, ..PYTHON }),
    ("javascript", ECMASCRIPT),
    ("typescript", ECMASCRIPT),
    ("tsx", ECMASCRIPT),
    ("vue", ECMASCRIPT),
    ("svelte", ECMASCRIPT),
    ("rust", RUST),
    ("go", GO),
    ("java", JVM),
    ("kotlin", JVM),
    ("scala", JVM),
    ("groovy", JVM),
    ("csharp", CSHARP),
    ("php", PHP),
    ("c", C_FAMILY),
    ("cpp", C_FAMILY),
    ("objective-c", Rules { self_names: &["self"], super_names: &["super"], ..C_FAMILY }),
    ("ruby", RUBY),
    ("swift", Rules { family: "swift", self_names: &["self"], self_types: &["Self"], ..PLAIN }),
    ("dart", Rules { family: "dart", suffixes: &[".dart"], imports_all_names: true, ..PLAIN }),
    ("lua", Rules { family: "lua", suffixes: &[".lua", "/init.lua"], ..PLAIN }),
    ("bash", Rules { family: "bash", suffixes: &[".sh", ".bash"], self_names: &[], ..PLAIN }),
    ("elixir", Rules { family: "elixir", self_names: &[], self_types: &["__MODULE__"], ..PLAIN }),
    (
        "haskell",
        Rules { family: "haskell", suffixes: &[".hs"], self_names: &[], imports_all_names: true, ..PLAIN },
    ),
    (
        "zig",
        Rules { family: "zig", suffixes: &[".zig"], self_names: &["self"], members_in_scope: true, ..PLAIN },
    ),
    ("ocaml", Rules { family: "ocaml", suffixes: &[".ml", ".mli"], self_names: &[], ..PLAIN }),
    ("ocaml-interface", Rules { family: "ocaml", suffixes: &[".mli", ".ml"], self_names: &[], ..PLAIN }),
    ("julia", Rules { family: "julia", suffixes: &[".jl"], self_names: &[], ..PLAIN }),
    ("r", Rules { family: "r", suffixes: &[".R", ".r"], self_names: &[], ..PLAIN }),
    ("protobuf", Rules { family: "protobuf", scheme: Scheme::Include, self_names: &[], ..PLAIN }),
    ("sql", Rules { family: "sql", self_names: &[], ..PLAIN }),
    ("markdown", Rules { family: ANY_FAMILY, self_names: &[], members_in_scope: false, ..PLAIN }),
];

/// The family of languages that may refer to definitions of every language: those of documents.
pub(crate) const ANY_FAMILY: &str = "*";

/// Any other language: names mean definitions of the same language anywhere.
static OTHER: Rules = PLAIN;

/// The rules of the language with this name in the language table.
pub(crate) fn of(language: &str) -> &'static Rules {
    ROWS.iter().find(|(name, _)| *name == language).map_or(&OTHER, |(_, rules)| rules)
}

impl Rules {
    /// The name that an import gives something here; `None` where it gives none.
    pub(crate) fn local_name<'i>(&self, import: &'i ImportRecord) -> Option<&'i str> {
        match (&*import.alias, &*import.name) {
            ("_" | ".", _) | ("", "*") => None,
            ("", "") => self.module_name(&import.module),
            ("", "self") if self.scheme == Scheme::Rust => import.module.rsplit("::").next(),
            ("", name) => Some(name),
            (alias, _) => Some(alias),
        }
    }

    /// The name that an import of a whole module binds.
    fn module_name<'i>(&self, module: &'i str) -> Option<&'i str> {
        match self.scheme {
            Scheme::Python => module.split('.').next().filter(|part| !part.is_empty()),
            Scheme::Go => {
                let is_version = |part: &str| {
                    part.strip_prefix('v').is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
                };
                module.rsplit('/').find(|part| !is_version(part))
            }
            Scheme::Rust | Scheme::Namespace | Scheme::Ecmascript | Scheme::Include | Scheme::File => None,
        }
    }

    /// Whether an import brings in all names of a module.
    pub(crate) fn is_wildcard(&self, import: &ImportRecord) -> bool {
        match (&*import.alias, &*import.name) {
            ("" | ".", "*") | (".", "") => true,
            ("", "") => self.imports_all_names,
            _ => false,
        }
    }
}

/// Whether a use of the kind `used` means such a definition by its nature.
pub(crate) fn fits(used: ReferenceKind, kind: SymbolKind) -> bool {
    match used {
        ReferenceKind::Call => is_called(kind),
        ReferenceKind::Type => kind.is_type(),
        // Ruby's classes include modules.
        ReferenceKind::Inherit => kind.is_type() || kind == SymbolKind::Module,
        ReferenceKind::Macro => kind == SymbolKind::Macro,
        ReferenceKind::Mention => true,
    }
}

/// Whether a use of the kind `used` can mean such a definition: of a type, none of its members; a call, no module.
pub(crate) fn may_fit(used: ReferenceKind, kind: SymbolKind) -> bool {
    match used {
        ReferenceKind::Type | ReferenceKind::Inherit => {
            !matches!(kind, SymbolKind::Field | SymbolKind::Property | SymbolKind::Method)
        }
        ReferenceKind::Call => kind != SymbolKind::Module,
        ReferenceKind::Macro | ReferenceKind::Mention => true,
    }
}

/// Whether definitions of `kind` are what a call can mean.
pub(crate) fn is_called(kind: SymbolKind) -> bool {
    kind.is_callable() || kind.is_type() || matches!(kind, SymbolKind::EnumMember)
}

/// Names of members that the types of standard libraries have, in order.
static COMMON_MEMBERS: [&str; 96] = [
    "all",
    "and_then",
    "any",
    "append",
    "apply",
    "as_ref",
    "at",
    "bind",
    "call",
    "catch",
    "charAt",
    "clear",
    "clone",
    "close",
    "collect",
    "compare",
    "concat",
    "contains",
    "copy",
    "count",
    "decode",
    "delete",
    "each",
    "empty",
    "encode",
    "endsWith",
    "entries",
    "equals",
    "error",
    "every",
    "expect",
    "extend",
    "filter",
    "finally",
    "find",
    "first",
    "flush",
    "forEach",
    "format",
    "freeze",
    "get",
    "getClass",
    "has",
    "hashCode",
    "includes",
    "index",
    "indexOf",
    "info",
    "insert",
    "into",
    "is_empty",
    "is_none",
    "is_some",
    "items",
    "iter",
    "iterator",
    "join",
    "keys",
    "last",
    "len",
    "length",
    "lower",
    "map",
    "match",
    "next",
    "pop",
    "push",
    "put",
    "read",
    "reduce",
    "remove",
    "replace",
    "reverse",
    "search",
    "send",
    "set",
    "slice",
    "sort",
    "splice",
    "split",
    "startsWith",
    "startswith",
    "strip",
    "subscribe",
    "test",
    "then",
    "toString",
    "to_owned",
    "to_s",
    "to_string",
    "trim",
    "unwrap",
    "update",
    "upper",
    "values",
    "write",
];

/// Whether the types of standard libraries have members of this name, so that it says nothing of an unknown value.
pub(crate) fn is_common_member(name: &str) -> bool {
    debug_assert!(COMMON_MEMBERS.is_sorted());
    COMMON_MEMBERS.binary_search(&name).is_ok()
}

/// Types that pass on the members of what they hold: pointers, references, optional and read-only types.
pub(crate) fn passes_members_on(name: &str) -> bool {
    const TRANSPARENT: [&str; 28] = [
        "Optional",
        "Final",
        "ClassVar",
        "Annotated",
        "Type",
        "Self",
        "Promise",
        "Awaitable",
        "Coroutine",
        "Readonly",
        "Partial",
        "Required",
        "NonNullable",
        "Box",
        "Rc",
        "Arc",
        "Cow",
        "Pin",
        "Ref",
        "RefMut",
        "MutexGuard",
        "unique_ptr",
        "shared_ptr",
        "weak_ptr",
        "Task",
        "ValueTask",
        "Lazy",
        "ref",
    ];
    TRANSPARENT.contains(&name)
}
