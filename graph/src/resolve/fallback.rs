//! When scopes and types do not tell: the name alone, never shown as more than that.

use std::collections::HashSet;
use std::rc::Rc;

use contexd_store::{ReferenceKind, ReferenceRecord, SymbolKind, Visibility};

use super::scope::holds_members;
use super::{Entity, Found, Place, Resolver};
use crate::edge::{Confidence, MAX_TARGETS, Node, Slot};
use crate::index::FileNode;
use crate::paths;
use crate::rules::{self, Scheme};

/// Most files that one file's includes are followed to.
const MAX_INCLUDED: usize = 256;

impl Resolver<'_> {
    /// The definitions of the name that could be meant.
    pub(super) fn by_name(
        &self,
        place: Place,
        reference: &ReferenceRecord,
    ) -> Option<(Confidence, Vec<Node>)> {
        let file = self.file(place.slot)?;
        let has_receiver = !reference.receiver.is_empty();
        let is_hopeless = if has_receiver {
            reference.kind == ReferenceKind::Call && rules::is_common_member(&reference.name)
        } else {
            !may_be_anywhere(file, reference.kind)
        };
        if is_hopeless {
            return None;
        }
        if reference.kind == ReferenceKind::Mention {
            return self.any_of_name(file, reference, has_receiver);
        }
        if let Some(known) = self.by_name.borrow().get(&reference.name) {
            let known = known.iter().find(|(kind, with, _)| (*kind, *with) == (reference.kind, has_receiver));
            if let Some((_, _, found)) = known {
                return found.clone();
            }
        }
        let found = self.any_of_name(file, reference, has_receiver);
        let mut by_name = self.by_name.borrow_mut();
        let known = by_name.entry(reference.name.clone()).or_default();
        known.push((reference.kind, has_receiver, found.clone()));
        found
    }

    fn any_of_name(
        &self,
        file: &FileNode,
        reference: &ReferenceRecord,
        has_receiver: bool,
    ) -> Option<(Confidence, Vec<Node>)> {
        let mut candidates: Vec<Node> = self
            .named(&reference.name)
            .iter()
            .filter(|node| self.may_mean(file, **node, reference, has_receiver))
            .copied()
            .collect();
        if reference.kind == ReferenceKind::Mention && has_receiver {
            candidates.retain(|node| self.is_named_beneath(*node, &reference.receiver));
        }
        prefer_definitions(self, &mut candidates);
        self.sort_by_distance(file.path(), &mut candidates);
        let count = candidates.len();
        candidates.truncate(MAX_TARGETS);
        match count {
            0 => None,
            1 => Some((Confidence::UniqueName, candidates)),
            many => Some((Confidence::Ambiguous(many as u32), candidates)),
        }
    }

    fn may_mean(&self, user: &FileNode, node: Node, reference: &ReferenceRecord, has_receiver: bool) -> bool {
        let Some(file) = self.index.node(node.slot) else { return false };
        let symbol = file.symbol(node.ordinal);
        let is_same_file = file.path() == user.path();
        let is_hidden = user.rules.scheme == Scheme::Include
            && symbol.visibility == Visibility::Private
            && !is_same_file
            && !file.path().ends_with(".h");
        let family_fits =
            user.rules.family == rules::ANY_FAMILY || same_family(user, file, &user.entry.record.language);
        family_fits && !is_hidden && kind_fits(file, node, reference.kind, has_receiver)
    }

    /// Whether the containers of a definition, its file among them, end in the receiver's last name.
    fn is_named_beneath(&self, node: Node, receiver: &str) -> bool {
        let Some(file) = self.index.node(node.slot) else { return false };
        let last = receiver.rsplit('.').next().unwrap_or(receiver).trim_end_matches("()");
        let qualified = crate::index::dotted(&file.symbol(node.ordinal).qualified_name);
        let mut containers = qualified.rsplit('.').skip(1);
        containers.any(|part| part == last) || paths::stem(file.path()) == last
    }

    /// The definitions of a name that included files declare, and those that stand elsewhere for the declarations.
    pub(super) fn by_include(&self, file: &FileNode, slot: Slot, name: &str) -> Option<Found> {
        let family = file.rules.family;
        let all = self.named(name);
        let is_global = |node: &&Node| {
            self.index.node(node.slot).is_some_and(|file| {
                let kind = file.symbol(node.ordinal).kind;
                let is_name = !matches!(kind, SymbolKind::Impl | SymbolKind::Namespace);
                is_name && file.rules.family == family && file.is_top_level(node.ordinal)
            })
        };
        if !all.iter().any(|node| is_global(&node)) {
            return None;
        }
        let included = self.included(slot);
        let declared: Vec<Node> =
            all.iter().filter(|node| included.contains(&node.slot) && is_global(node)).copied().collect();
        let is_function = |node: &Node| {
            let file = self.index.node(node.slot);
            file.is_some_and(|file| file.symbol(node.ordinal).kind == SymbolKind::Function)
        };
        let mut targets = Vec::new();
        if declared.iter().any(is_function) {
            let is_elsewhere =
                |node: &&Node| is_global(node) && is_function(node) && !included.contains(&node.slot);
            targets.extend(all.iter().filter(is_elsewhere).filter(|node| !self.is_private(**node)).copied());
        }
        if targets.len() > 1 || declared.is_empty() {
            targets.clear(); // which of several definitions is linked nobody can tell
        }
        targets.extend(declared);
        (!targets.is_empty()).then(|| Found::scoped(Entity::Symbols(targets)))
    }

    fn is_private(&self, node: Node) -> bool {
        let file = self.index.node(node.slot);
        file.is_some_and(|file| file.symbol(node.ordinal).visibility == Visibility::Private)
    }

    /// The files that a file includes, directly or not.
    fn included(&self, from: Slot) -> Rc<HashSet<Slot>> {
        if let Some(known) = self.includes.borrow().get(&from) {
            return Rc::clone(known);
        }
        let mut pending = vec![from];
        let mut next = 0;
        while next < pending.len() && pending.len() < MAX_INCLUDED {
            let slot = pending[next];
            next += 1;
            let Some(file) = self.file(slot) else { continue };
            for import in &file.record().imports {
                if let Some(included) = self.included_file(file, &import.module)
                    && !pending.contains(&included)
                {
                    pending.push(included);
                }
            }
        }
        let found = Rc::new(pending.into_iter().skip(1).collect());
        self.includes.borrow_mut().insert(from, Rc::clone(&found));
        found
    }

    /// The nearest first: of the same file, of the same directory, of fewer directories away; ties by path.
    fn sort_by_distance(&self, from: &str, nodes: &mut [Node]) {
        let path = |node: &Node| self.index.node(node.slot).map_or("", |file| file.path());
        nodes.sort_by_cached_key(|node| {
            let to = path(node);
            (std::cmp::Reverse(common_directories(from, to)), to, node.ordinal)
        });
    }
}

/// In the languages of headers, definitions stand for the declarations in headers.
fn prefer_definitions(resolver: &Resolver, candidates: &mut Vec<Node>) {
    let is_declaration = |node: &Node| {
        resolver.index.node(node.slot).is_some_and(|file| {
            file.rules.scheme == Scheme::Include
                && file.path().rsplit('.').next().is_some_and(|suffix| suffix.starts_with('h'))
                && file.symbol(node.ordinal).kind.is_callable()
                && file.symbol(node.ordinal).kind != SymbolKind::Macro
        })
    };
    let has_definition = candidates.iter().any(|node| !is_declaration(node));
    if has_definition {
        candidates.retain(|node| !is_declaration(node));
    }
}

fn same_family(user: &FileNode, file: &FileNode, language: &str) -> bool {
    if user.rules.family.is_empty() {
        return *file.entry.record.language == *language;
    }
    user.rules.family == file.rules.family
}

/// Whether a bare name of this kind can be defined in a file that nothing leads to.
fn may_be_anywhere(file: &FileNode, kind: ReferenceKind) -> bool {
    file.rules.global_names || kind == ReferenceKind::Macro
}

fn kind_fits(file: &FileNode, node: Node, kind: ReferenceKind, has_receiver: bool) -> bool {
    let symbol = file.symbol(node.ordinal);
    let is_member = symbol.parent.is_some_and(|outer| holds_members(file.symbol(outer).kind))
        || symbol.kind == SymbolKind::Method;
    match kind {
        ReferenceKind::Call if has_receiver => {
            symbol.kind.is_callable() && symbol.kind != SymbolKind::Macro && is_member
        }
        ReferenceKind::Call | ReferenceKind::Type | ReferenceKind::Inherit | ReferenceKind::Macro => {
            rules::fits(kind, symbol.kind)
        }
        ReferenceKind::Mention => {
            symbol.kind != SymbolKind::Heading && symbol.kind != SymbolKind::Impl && symbol.name.len() > 3
        }
    }
}

/// How many directories from the root two paths share; one more where they are the same.
fn common_directories(a: &str, b: &str) -> usize {
    if a == b {
        return usize::MAX;
    }
    let directories =
        |path| paths::parent(path).unwrap_or_default().split('/').filter(|part| !part.is_empty());
    directories(a).zip(directories(b)).take_while(|(a, b)| a == b).count()
}
