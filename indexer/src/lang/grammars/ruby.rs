//! The rules of Ruby. Qualified names are written `Module::Class.method`, whatever the method belongs to.

use contexd_store::Visibility;

use super::super::{
    CommentStyle, Constructors, Fallback, Language, NameStep, StepEffect, Syntax, TestRule, VisibilityRule,
    WordRule,
};
use super::{code, plain};

/// The row.
pub(super) static LANGUAGE: Language =
    code("ruby", &["rb", "rake", "gemspec", "ru", "rbi", "podspec", "jbuilder", "thor"], &["ruby"], &RUBY)
        .named(&[
            "Gemfile",
            "Rakefile",
            "Podfile",
            "Vagrantfile",
            "Guardfile",
            "Capfile",
            "Brewfile",
            "Fastfile",
            "Dangerfile",
            "Thorfile",
            "Appraisals",
            ".pryrc",
            ".irbrc",
        ]);

static RUBY: Syntax = Syntax {
    separator: "::",
    method_separator: Some("."),
    name_marks: "!?=@",
    member_operators: &["::", "&.", "."],
    ignored_names: &["_"],
    name_path: &[NameStep { node: "scope_resolution", field: "name", effect: StepEffect::Scoped }],
    constructors: Constructors::Named("initialize"),
    visibility: VisibilityRule::Words(WordRule {
        words: &[
            ("private", Visibility::Private),
            ("protected", Visibility::Restricted),
            ("public", Visibility::Public),
        ],
        private_prefix: "",
        outside: Fallback::Is(Visibility::Public),
        member: Fallback::Section { class: Visibility::Public },
        interface_member: Fallback::Section { class: Visibility::Public },
    }),
    tests: TestRule { name_prefixes: &["test"], signature_has: "def ", ..TestRule::NONE },
    comments: CommentStyle { starts: &["=begin", "##", "#"], ends: &["=end"], inner: &[] },
    ..plain(
        tree_sitter_ruby::LANGUAGE,
        &[
            include_str!("../../../queries/ruby/definitions.scm"),
            include_str!("../../../queries/ruby/references.scm"),
        ],
    )
};
