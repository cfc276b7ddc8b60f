//! The rules of C#. Qualified names are written `Name.Space.Type.Member`.

use contexd_store::Visibility;

use super::super::{CommentStyle, Fallback, Language, Syntax, TestRule, VisibilityRule, WordRule};
use super::{code, plain};
use crate::mask;

/// The row.
pub(super) static LANGUAGE: Language = code("csharp", &["cs", "csx"], &["dotnet-script"], &CSHARP);

static CSHARP: Syntax = Syntax {
    masking: Some(mask::hide_csharp_conditions),
    member_operators: &["::", "."],
    ignored_names: &["nameof", "var", "_", "dynamic"],
    visibility: VisibilityRule::Words(WordRule {
        words: &[
            ("public", Visibility::Public),
            ("protected", Visibility::Restricted),
            ("internal", Visibility::Restricted),
            ("private", Visibility::Private),
            ("file", Visibility::Private),
        ],
        private_prefix: "",
        outside: Fallback::Is(Visibility::Restricted),
        member: Fallback::Is(Visibility::Private),
        interface_member: Fallback::Is(Visibility::Public),
    }),
    tests: TestRule {
        attributes: &[
            "Test",
            "TestCase",
            "TestCaseSource",
            "TestMethod",
            "DataTestMethod",
            "Fact",
            "Theory",
            "TestFixture",
            "TestClass",
        ],
        ..TestRule::NONE
    },
    comments: CommentStyle {
        starts: &["/// <summary>", "/// <remarks>", "/// <returns>", "/**", "///", "//", "/*", "*"],
        ends: &["**/", "*/", "</summary>", "</remarks>", "</returns>"],
        inner: &[],
    },
    ..plain(
        tree_sitter_c_sharp::LANGUAGE,
        &[
            include_str!("../../../queries/csharp/definitions.scm"),
            include_str!("../../../queries/csharp/references.scm"),
        ],
    )
};
