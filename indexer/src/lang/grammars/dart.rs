//! The rules of Dart. Qualified names are written `Type.member`; a library's name is no part of them.

use super::super::{Constructors, ImportStyle, Language, Syntax, VisibilityRule};
use super::{PLAIN_IMPORTS, code, plain};

/// The row.
pub(super) static LANGUAGE: Language = code("dart", &["dart"], &["dart"], &DART);

static DART: Syntax = Syntax {
    member_operators: &["?.", "..", "."],
    constructors: Constructors::NamedAsType,
    builtin_types: &["int", "double", "num", "bool", "dynamic", "void"],
    visibility: VisibilityRule::Underscore,
    imports: ImportStyle { keywords: &[], ..PLAIN_IMPORTS },
    ..plain(
        tree_sitter_dart::LANGUAGE,
        &[
            include_str!("../../../queries/dart/definitions.scm"),
            include_str!("../../../queries/dart/references.scm"),
        ],
    )
};
