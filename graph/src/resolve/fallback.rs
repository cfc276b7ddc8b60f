//! When scopes and types do not tell: the name alone, never shown as more than that.

use contexd_store::{ReferenceKind, ReferenceRecord, SymbolKind, Visibility};

use super::scope::holds_members;
use super::{Entity, Place, Resolver};
use crate::edge::{Confidence, Node};
use crate::index::FileNode;
use crate::paths;
use crate::rules::{self, Scheme};

impl Resolver<'_> {
    /// The definitions of the name that could be meant.
    pub(super) fn by_name(
        &self,
        place: Place,
        reference: &ReferenceRecord,
    ) -> Option<(Confidence, Vec<Node>)> {
        let file = self.file(place.slot)?;
        let has_receiver = !reference.receiver.is_empty();
        if !has_receiver && !may_be_anywhere(file, reference.kind) {
            return None;
        }
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
        match candidates.len() {
            0 => None,
            1 => {
                let included = file.rules.scheme == Scheme::Include && self.includes(place, &reference.name);
                let confidence = if included { Confidence::Scoped } else { Confidence::UniqueName };
                Some((confidence, candidates))
            }
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
        let qualified = super::scope::dotted(&file.symbol(node.ordinal).qualified_name);
        let mut containers = qualified.rsplit('.').skip(1);
        containers.any(|part| part == last) || paths::stem(file.path()) == last
    }

    /// Whether a file that this one includes, directly or not, names the definition.
    fn includes(&self, place: Place, name: &str) -> bool {
        let mut pending = vec![place.slot];
        let mut next = 0;
        while next < pending.len() && pending.len() < 256 {
            let slot = pending[next];
            next += 1;
            let Some(file) = self.file(slot) else { continue };
            if next > 1 && file.symbols_named(name).next().is_some() {
                return true;
            }
            for import in &file.record().imports {
                if let Some(Entity::File(included)) =
                    self.module(Place::new(slot, None), import).map(|found| found.entity)
                    && !pending.contains(&included)
                {
                    pending.push(included);
                }
            }
        }
        false
    }

    /// The nearest first: of the same file, of the same directory, of fewer directories away; ties by path.
    fn sort_by_distance(&self, from: &str, nodes: &mut [Node]) {
        let path = |node: &Node| self.index.node(node.slot).map_or("", |file| file.path());
        nodes.sort_by_cached_key(|node| {
            let to = path(node);
            (std::cmp::Reverse(common_directories(from, to)), to.to_owned(), node.ordinal)
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
        ReferenceKind::Call => rules::is_called(symbol.kind),
        ReferenceKind::Type | ReferenceKind::Inherit => symbol.kind.is_type(),
        ReferenceKind::Macro => symbol.kind == SymbolKind::Macro,
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
