//! The rules of Protocol Buffers.

use contexd_store::Visibility;

use super::super::{Fallback, Language, Syntax, VisibilityRule, WordRule};
use super::{code, plain};

/// The row.
pub(super) static LANGUAGE: Language = code("protobuf", &["proto", "protodevel"], &[], &PROTOBUF);

static PROTOBUF: Syntax = Syntax {
    visibility: VisibilityRule::Words(WordRule {
        words: &[],
        private_prefix: "",
        outside: Fallback::Is(Visibility::Public),
        member: Fallback::Is(Visibility::Public),
        interface_member: Fallback::Is(Visibility::Public),
    }),
    ..plain(
        tree_sitter_proto::LANGUAGE,
        &[
            include_str!("../../../queries/protobuf/definitions.scm"),
            include_str!("../../../queries/protobuf/references.scm"),
        ],
    )
};
