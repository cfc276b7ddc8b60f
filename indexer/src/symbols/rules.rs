//! What the language table says of a definition beyond its syntax: who sees it, whether it is a test.

use contexd_store::{SymbolKind, Visibility};

use super::captures::{Bytes, RawParameter};
use super::comments::Preludes;
use super::names;
use super::outline::{Draft, holds_members};
use super::signature::fold_white_space;
use crate::lang::{Fallback, Syntax, TestRule, VisibilityRule, WordRule};

/// What the rules look at.
pub(super) struct Rules<'a> {
    pub(super) text: &'a str,
    pub(super) syntax: &'a Syntax,
    pub(super) preludes: &'a Preludes<'a>,
    /// Names in export lists, sorted.
    pub(super) exported: Vec<&'a str>,
    /// Whether the file exports anything.
    pub(super) is_module: bool,
}

/// What the rules need to know of a definition's parent.
#[derive(Clone, Copy)]
pub(super) struct Container {
    pub(super) kind: SymbolKind,
    pub(super) visibility: Visibility,
    pub(super) is_open: bool,
}

/// What is written in front of a definition besides its visibility.
pub(super) struct Modifiers {
    pub(super) is_async: bool,
    pub(super) is_static: bool,
    pub(super) is_abstract: bool,
}

/// Most attributes of one definition that are kept.
const MAX_ATTRIBUTES: usize = 16;

/// Longest attribute that is kept, in bytes.
const MAX_ATTRIBUTE: usize = 120;

impl Rules<'_> {
    fn slice(&self, bytes: Bytes) -> &str {
        &self.text[bytes.start as usize..bytes.end as usize]
    }

    /// Who may use the definition; `container` is its parent and what was found for that.
    pub(super) fn visibility(&self, draft: &Draft, container: Option<Container>) -> Visibility {
        let name = self.slice(draft.name.clone());
        match self.syntax.visibility {
            VisibilityRule::Underscore => by_underscores(name),
            VisibilityRule::Capital if name.starts_with(char::is_uppercase) => Visibility::Public,
            VisibilityRule::Capital => Visibility::Restricted,
            VisibilityRule::Words(rule) => self.by_words(&rule, draft, container),
        }
    }

    fn by_words(&self, rule: &WordRule, draft: &Draft, container: Option<Container>) -> Visibility {
        let name = self.slice(draft.name.clone());
        let before_name = self.slice(draft.declaration.start..draft.name.start.max(draft.declaration.start));
        if let Some(said) = word_before(rule.words, before_name) {
            return said;
        }
        if !rule.private_prefix.is_empty() && name.starts_with(rule.private_prefix) {
            return Visibility::Private;
        }
        if draft.kind == SymbolKind::Impl {
            return Visibility::Unknown;
        }
        let fallback = match container {
            Some(outer) if outer.is_open || is_always_open(outer.kind, draft.kind) => Fallback::Inherit,
            Some(outer) if matches!(outer.kind, SymbolKind::Interface | SymbolKind::Trait) => {
                rule.interface_member
            }
            Some(outer) if holds_members(outer.kind) || outer.kind == SymbolKind::TypeAlias => rule.member,
            _ if draft.is_local => Fallback::Is(Visibility::Private),
            _ => rule.outside,
        };
        match fallback {
            Fallback::Is(visibility) => visibility,
            Fallback::Inherit => container.map_or(Visibility::Unknown, |outer| outer.visibility),
            Fallback::Section { .. } => draft.section,
            Fallback::UnlessModule if self.exported.binary_search(&name).is_ok() => Visibility::Public,
            Fallback::UnlessModule if self.is_module => Visibility::Private,
            Fallback::UnlessModule => Visibility::Unknown,
            Fallback::UnlessUnlisted => self.unless_unlisted(name),
            Fallback::PrivateUnlessField if draft.kind != SymbolKind::Field => Visibility::Private,
            Fallback::PrivateUnlessField => container.map_or(Visibility::Private, |outer| outer.visibility),
        }
    }

    fn unless_unlisted(&self, name: &str) -> Visibility {
        let is_listed = self.exported.is_empty() || self.exported.binary_search(&name).is_ok();
        if is_listed { Visibility::Public } else { Visibility::Private }
    }

    /// The attributes, decorators and annotations of the definition, without their marks.
    pub(super) fn attributes(&self, draft: &Draft) -> Vec<Box<str>> {
        let before_name = draft.span.start..draft.name.start.max(draft.span.start);
        let written = self.preludes.attributes_in(before_name).iter().take(MAX_ATTRIBUTES);
        written.map(|attribute| bare_attribute(self.slice(attribute.clone())).into()).collect()
    }

    /// What the words and attributes in front of the definition say of it.
    pub(super) fn modifiers(
        &self,
        draft: &Draft,
        parameters: &[RawParameter],
        attributes: &[Box<str>],
        container: Option<Container>,
    ) -> Modifiers {
        let before_name = self.slice(draft.declaration.start..draft.name.start.max(draft.declaration.start));
        let before_name = &before_name[..before_name.floor_char_boundary(256)];
        let has_word = |word: &str| before_name.split(|c| !names::is_word_char(c)).any(|w| w == word);
        let has_attribute = |names: &[&str]| {
            attributes.iter().any(|attribute| names.contains(&names::attribute_name(attribute)))
        };
        let is_callable = draft.kind.is_callable();
        let in_type = container.is_some_and(|outer| holds_members(outer.kind));
        let in_interface =
            container.is_some_and(|outer| matches!(outer.kind, SymbolKind::Interface | SymbolKind::Trait));
        let self_parameter = self.syntax.self_parameter;
        let lacks_self = !self_parameter.is_empty()
            && !parameters
                .first()
                .is_some_and(|first| self.slice(first.name.clone()).ends_with(self_parameter));
        Modifiers {
            is_async: has_word("async") || has_word("suspend"),
            is_static: (in_type && has_word("static"))
                || has_attribute(&["staticmethod", "classmethod"])
                || (is_callable && in_type && lacks_self),
            is_abstract: has_word("abstract")
                || has_attribute(&["abstractmethod"])
                || (is_callable && in_interface && draft.body_start.is_none() && !has_word("default")),
        }
    }

    /// Whether the definition itself is a test; what is inside one is too.
    pub(super) fn is_test(&self, draft: &Draft, signature: &str) -> bool {
        let rule = &self.syntax.tests;
        draft.is_test || self.has_test_attribute(rule, draft) || self.has_test_name(rule, draft, signature)
    }

    fn has_test_attribute(&self, rule: &TestRule, draft: &Draft) -> bool {
        if rule.attributes.is_empty() {
            return false;
        }
        let before_name = draft.span.start..draft.name.start.max(draft.span.start);
        self.preludes.attributes_in(before_name).iter().any(|attribute| {
            let text = self.slice(attribute.clone());
            rule.attributes.contains(&names::attribute_name(text))
                || (text.len() < 64 && rule.whole_attributes.contains(&without_white_space(text).as_str()))
        })
    }

    fn has_test_name(&self, rule: &TestRule, draft: &Draft, signature: &str) -> bool {
        let name = self.slice(draft.name.clone());
        draft.kind.is_callable()
            && rule.name_prefixes.iter().any(|prefix| names::has_word_prefix(name, prefix))
            && signature.contains(rule.signature_has)
    }
}

/// Variants and their fields are as visible as their type, members of an object as its variable.
fn is_always_open(outer: SymbolKind, inner: SymbolKind) -> bool {
    let is_object = matches!(
        outer,
        SymbolKind::EnumMember | SymbolKind::Constant | SymbolKind::Variable | SymbolKind::Field
    );
    is_object || (outer == SymbolKind::Enum && inner == SymbolKind::EnumMember)
}

/// The attribute on one line, without `#[ ]`, `@` or `[ ]`.
fn bare_attribute(text: &str) -> String {
    let bare = text.trim().trim_start_matches(['#', '!', '@', '[', '(']);
    let bare = if bare.len() < text.trim().len() && !text.starts_with('@') {
        bare.trim_end_matches(']')
    } else {
        bare
    };
    fold_white_space(bare, MAX_ATTRIBUTE)
}

fn without_white_space(text: &str) -> String {
    text.split_whitespace().collect()
}

fn by_underscores(name: &str) -> Visibility {
    let is_dunder = name.len() > 4 && name.starts_with("__") && name.ends_with("__");
    if name.starts_with('_') && !is_dunder { Visibility::Private } else { Visibility::Public }
}

/// What the first known word in `text` says; one followed by `(` or `[` restricts.
fn word_before(words: &[(&str, Visibility)], text: &str) -> Option<Visibility> {
    let text = &text[..text.floor_char_boundary(512)];
    let mut offset = 0;
    for word in text.split(|c: char| !names::is_word_char(c)) {
        offset += word.len();
        if let Some((_, visibility)) = words.iter().find(|(known, _)| *known == word) {
            let is_restricted = text[offset..].starts_with(['(', '[']);
            return Some(if is_restricted { Visibility::Restricted } else { *visibility });
        }
        offset += text[offset..].chars().next().map_or(0, char::len_utf8);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_before_a_name() {
        let words = [("pub", Visibility::Public)];
        assert_eq!(word_before(&words, "pub fn "), Some(Visibility::Public));
        assert_eq!(word_before(&words, "pub(crate) fn "), Some(Visibility::Restricted));
        assert_eq!(word_before(&words, "fn "), None);
    }

    #[test]
    fn underscores() {
        assert_eq!(by_underscores("__init__"), Visibility::Public);
        assert_eq!(by_underscores("_x"), Visibility::Private);
        assert_eq!(by_underscores("__x"), Visibility::Private);
        assert_eq!(by_underscores("x"), Visibility::Public);
    }
}
