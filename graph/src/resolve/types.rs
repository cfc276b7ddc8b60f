//! Values: what a written type, a set value or a call makes of a name.

use contexd_store::{BindingRecord, SymbolKind};

use super::{Entity, Found, Place, Resolver};
use crate::edge::Node;
use crate::index::FileNode;
use crate::rules;

/// How deep type arguments are followed.
const MAX_DEPTH: u32 = 6;

/// Words of written types that name no type.
const TYPE_WORDS: [&str; 17] = [
    "mut", "dyn", "impl", "const", "volatile", "readonly", "typeof", "keyof", "unsigned", "signed", "struct",
    "enum", "class", "union", "static", "final", "extern",
];

/// Types that are nothing: alternatives to leave out.
const NOTHING: [&str; 6] = ["None", "null", "undefined", "nil", "void", "never"];

/// The method that a value has which is called like a function.
const CALLED: &str = "__call__";

/// The name under which a function's bindings hold what it gives back.
const RESULT: &str = "return";

impl Resolver<'_> {
    /// What a binding holds, from its written type or from what it is set to.
    pub(super) fn value_of_binding(&self, place: Place, binding: &BindingRecord) -> Found {
        let unknown = Found::scoped(Entity::External);
        if !self.may_step() {
            return unknown;
        }
        let around = Place::new(place.slot, binding.enclosing).at(binding.start_byte);
        if !binding.declared_type.is_empty() && !is_inferred(&binding.declared_type) {
            return self.written_type(around, &binding.declared_type).unwrap_or(unknown);
        }
        let head = binding.value.split(['.', '(', '[']).next().unwrap_or_default();
        if binding.value.is_empty() || *head == *binding.name {
            return unknown;
        }
        match self.evaluate(around, &binding.value) {
            Some(found) => found.at_most(crate::Confidence::Scoped),
            None => Found::scoped(Entity::Unknown),
        }
    }

    /// What a variable, a field or a property holds.
    pub(super) fn value_of_symbol(&self, node: Node) -> Option<Found> {
        let file = self.file(node.slot)?;
        let symbol = file.symbol(node.ordinal);
        let place = Place::new(node.slot, symbol.parent);
        match symbol.kind {
            SymbolKind::EnumMember => {
                let of = Node { slot: node.slot, ordinal: symbol.parent? };
                return Some(Found::exact(Entity::Value { of, wrapped: false }));
            }
            SymbolKind::Property => return self.written_type(place, &symbol.declared_type),
            _ => {}
        }
        if !symbol.declared_type.is_empty() && !is_inferred(&symbol.declared_type) {
            return self.written_type(place, &symbol.declared_type);
        }
        let binding = file
            .bindings_named(&symbol.name)
            .find(|binding| binding.enclosing == symbol.parent && !binding.value.is_empty())?;
        let found = self.value_of_binding(place, binding);
        (!found.is_outside()).then_some(found)
    }

    /// What calling an entity gives.
    pub(super) fn called(&self, found: Found) -> Option<Found> {
        if !self.may_step() {
            return None;
        }
        let given = match &found.entity {
            Entity::Symbols(nodes) => nodes.iter().find_map(|node| self.given_by(*node))?,
            // Of containers only functions are called, and give what they hold.
            Entity::Value { of, wrapped: true } => Found::scoped(Entity::Value { of: *of, wrapped: false }),
            Entity::Value { of, wrapped: false } => match self.own_member(*of, CALLED) {
                Some(Found { entity: Entity::Symbols(nodes), .. }) => {
                    nodes.iter().find_map(|node| self.given_by(*node))?
                }
                _ => return Some(found),
            },
            _ => return Some(found),
        };
        Some(given.at_most(found.confidence))
    }

    /// What a definition gives when it is called: a value of the type that it is, or of the type that it returns.
    pub(super) fn given_by(&self, node: Node) -> Option<Found> {
        let file = self.file(node.slot)?;
        let symbol = file.symbol(node.ordinal);
        let parent = symbol.parent;
        match symbol.kind {
            SymbolKind::TypeAlias => self.alias_target(node),
            kind if kind.is_type() => Some(Found::exact(Entity::Value { of: node, wrapped: false })),
            SymbolKind::Constructor | SymbolKind::EnumMember => {
                let of = Node { slot: node.slot, ordinal: parent? };
                Some(Found::exact(Entity::Value { of, wrapped: false }))
            }
            SymbolKind::Function | SymbolKind::Method => {
                let place = Place::new(node.slot, Some(node.ordinal));
                if symbol.declared_type.is_empty() {
                    return self.given_back(file, node);
                }
                self.written_type(place, first_of_several(&symbol.declared_type))
            }
            _ => self.called(self.value_of_symbol(node)?),
        }
    }

    /// What a function without a written type gives back.
    fn given_back(&self, file: &FileNode, node: Node) -> Option<Found> {
        let place = Place::new(node.slot, Some(node.ordinal));
        let results = file.bindings_named(RESULT).filter(|binding| binding.enclosing == Some(node.ordinal));
        let mut values = results.map(|binding| self.value_of_binding(place, binding));
        values.find(|found| !found.is_outside())
    }

    /// What indexing an entity gives, or going through its elements.
    pub(super) fn indexed(&self, found: Found) -> Option<Found> {
        let found = match found.entity {
            Entity::Symbols(ref nodes) => {
                nodes.iter().find_map(|node| self.value_of_symbol(*node))?.at_most(found.confidence)
            }
            _ => found,
        };
        match found.entity {
            Entity::Value { of, wrapped: true } => {
                Some(Found { entity: Entity::Value { of, wrapped: false }, ..found })
            }
            Entity::External | Entity::Unknown => Some(found),
            _ => None,
        }
    }

    /// What an alias stands for, as a value of that type.
    pub(super) fn alias_target(&self, node: Node) -> Option<Found> {
        let file = self.file(node.slot)?;
        let symbol = file.symbol(node.ordinal);
        let place = Place::new(node.slot, symbol.parent);
        self.written_type(place, &symbol.declared_type)
    }

    /// A value of the type written as `text`.
    pub(super) fn written_type(&self, place: Place, text: &str) -> Option<Found> {
        self.type_in(place, text, 0)
    }

    fn type_in(&self, place: Place, text: &str, depth: u32) -> Option<Found> {
        if depth > MAX_DEPTH || !self.may_step() {
            return None;
        }
        let text = bare(text);
        let alternatives = split_top(text, '|');
        if alternatives.len() > 1 {
            let named = alternatives.into_iter().filter(|one| !NOTHING.contains(&one.trim()));
            return named.into_iter().find_map(|one| self.type_in(place, one, depth + 1));
        }
        if let Some(element) = array_element(text) {
            return self.type_in(place, element, depth + 1).map(wrap);
        }
        let (head, arguments) = split_arguments(text);
        if head.is_empty() {
            return None;
        }
        match self.type_head(place, head) {
            Some(found) if !found.is_outside() => Some(found),
            other => {
                let name = head.rsplit(['.', ':']).next().unwrap_or(head);
                let inner = split_top(arguments, ',')
                    .into_iter()
                    .rev()
                    .find_map(|argument| self.type_in(place, argument, depth + 1))
                    .filter(|found| !found.is_outside());
                match inner {
                    Some(found) if rules::passes_members_on(name) => Some(found),
                    Some(found) => Some(wrap(found)),
                    None => other,
                }
            }
        }
    }

    /// The type that a path of names leads to, as a value of it.
    fn type_head(&self, place: Place, path: &str) -> Option<Found> {
        let chain = crate::index::dotted(path);
        let found = self.evaluate(place, &chain)?;
        match &found.entity {
            Entity::Symbols(nodes) => {
                let of = nodes.iter().find(|node| self.is_type(**node))?;
                let is_alias = self.file(of.slot)?.symbol(of.ordinal).kind == SymbolKind::TypeAlias;
                let aliased = is_alias.then(|| self.alias_target(*of)).flatten();
                let value = aliased.unwrap_or(Found::scoped(Entity::Value { of: *of, wrapped: false }));
                Some(value.at_most(found.confidence).at_most(crate::Confidence::Scoped))
            }
            // A type parameter's bound, or the value's own type.
            Entity::External | Entity::Value { .. } => Some(found),
            _ => None,
        }
    }
}

/// Whether the written type leaves it to the value.
fn is_inferred(text: &str) -> bool {
    matches!(text, "var" | "auto" | "val" | "let" | "final" | "_" | "auto&" | "const auto&" | "auto *")
}

/// The first type of `(A, error)`, as functions that give several values write it.
fn first_of_several(text: &str) -> &str {
    let inner = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
    inner.and_then(|inner| split_top(inner, ',').first().copied()).unwrap_or(text)
}

fn wrap(found: Found) -> Found {
    match found.entity {
        Entity::Value { of, .. } => Found { entity: Entity::Value { of, wrapped: true }, ..found },
        _ => found,
    }
}

/// The text without quotes, marks of references and pointers, lifetimes and words that name no type.
fn bare(text: &str) -> &str {
    let mut rest = text.trim();
    loop {
        let before = rest;
        rest = rest.trim_start_matches(['&', '*', '"', '\'', ':', ' ', '?', '@', '\\', '(']);
        rest = rest.trim_end_matches(['"', '\'', '?', '!', ' ', '*', '&', ')', ';']);
        for word in TYPE_WORDS {
            let after = rest.strip_prefix(word).filter(|after| after.starts_with(char::is_whitespace));
            rest = after.map_or(rest, str::trim_start);
        }
        if text.contains('\'') {
            rest = without_lifetime(rest);
        }
        if rest == before {
            return rest;
        }
    }
}

/// `T` of `a T`, where `a` was a lifetime's name.
fn without_lifetime(text: &str) -> &str {
    match text.split_once(' ') {
        Some((word, rest)) if word.chars().all(|c| c.is_ascii_lowercase() || c == '_') => rest.trim_start(),
        _ => text,
    }
}

/// The element type of `T[]`, `[]T`, `[T]` and `[T; 3]`.
fn array_element(text: &str) -> Option<&str> {
    if let Some(element) = text.strip_suffix("[]").or_else(|| text.strip_prefix("[]")) {
        return Some(element);
    }
    let inner = text.strip_prefix('[')?;
    let end = inner.rfind(']')?;
    let after = inner[end + 1..].trim();
    if after.is_empty() { inner[..end].split(';').next() } else { Some(after) }
}

/// The path of a type and what stands between its brackets.
fn split_arguments(text: &str) -> (&str, &str) {
    let is_path = |c: char| c.is_alphanumeric() || "_$.:\\".contains(c);
    let end = text.find(|c| !is_path(c)).unwrap_or(text.len());
    let (head, rest) = text.split_at(end);
    let inner = rest.trim_start();
    let inner = inner.strip_prefix(['<', '[']).unwrap_or("");
    let inner = inner.rfind(['>', ']']).map_or(inner, |end| &inner[..end]);
    (head.trim_matches([':', '.']), inner)
}

/// Splits at `separator` where no bracket is open.
fn split_top(text: &str, separator: char) -> Vec<&str> {
    let mut depth = 0u32;
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' | '<' => depth += 1,
            ')' | ']' | '}' | '>' => depth = depth.saturating_sub(1),
            c if c == separator && depth == 0 => {
                parts.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts.retain(|part| !part.trim().is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_lose_their_marks() {
        let check = |text: &str, expected: &str| assert_eq!(bare(text), expected, "{text}");
        check("&'a mut Foo<T>", "Foo<T>");
        check("\"Foo\"", "Foo");
        check("const Foo *", "Foo");
        check("?Foo", "Foo");
        check("dyn Read", "Read");
    }

    #[test]
    fn types_come_apart() {
        assert_eq!(split_arguments("a::B<C, D>"), ("a::B", "C, D"));
        assert_eq!(split_arguments("Optional[Foo]"), ("Optional", "Foo"));
        assert_eq!(split_top("A, B<C, D>, E", ','), ["A", " B<C, D>", " E"]);
        assert_eq!(array_element("Foo[]"), Some("Foo"));
        assert_eq!(array_element("[]*Foo"), Some("*Foo"));
        assert_eq!(array_element("[Foo; 3]"), Some("Foo"));
        assert_eq!(array_element("map[string]Foo"), None);
        assert_eq!(first_of_several("(*Foo, error)"), "*Foo");
    }
}
