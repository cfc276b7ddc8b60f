//! From a use of a name to what it means: scopes, imports, receivers, types, and at last the name alone.

mod fallback;
mod members;
mod modules;
mod scope;
mod types;

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use contexd_store::{ReferenceKind, ReferenceRecord, SymbolKind};

use crate::chain;
use crate::dependency::{Key, Notebook};
use crate::edge::{Confidence, MAX_TARGETS, Node, Resolved, Slot};
use crate::index::{FileNode, Index};
use crate::rules;

/// How many steps from name to name are followed for one use. Real code needs few; loops of re-exports need an end.
const MAX_STEPS: u32 = 64;

/// The bases of each type, resolved before everything else.
pub(crate) type Bases = HashMap<Node, Box<[Base]>>;

/// What a type extends or implements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    /// A type of the repository.
    Known(Node),
    /// Something else, of which nothing is known.
    External,
}

/// What an expression or a name leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entity {
    /// Definitions: one, or several declarations of one thing.
    Symbols(Vec<Node>),
    /// A value of a type.
    Value {
        /// The type.
        of: Node,
        /// Whether the value is in a container of that type, not such a value itself.
        wrapped: bool,
    },
    /// A value of a type, seen as one of its bases.
    Super(Node),
    /// A module that is a file.
    File(Slot),
    /// A module that is a directory.
    Directory(String),
    /// A namespace that files say they belong to, its parts joined by `.`.
    Namespace(String),
    /// Something outside the repository, or of a type that is.
    External,
    /// A value of which nothing is known.
    Unknown,
}

/// An entity, and how sure it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) entity: Entity,
    /// [`Confidence::Exact`] or [`Confidence::Scoped`].
    pub(crate) confidence: Confidence,
}

impl Found {
    fn exact(entity: Entity) -> Self {
        Self { entity, confidence: Confidence::Exact }
    }

    fn scoped(entity: Entity) -> Self {
        Self { entity, confidence: Confidence::Scoped }
    }

    /// Whether it leads to nothing in the repository.
    fn is_outside(&self) -> bool {
        matches!(self.entity, Entity::External | Entity::Unknown)
    }

    /// The same, not surer than `other`.
    fn at_most(self, other: Confidence) -> Self {
        Self { confidence: self.confidence.max(other), ..self }
    }
}

/// A place from which names are looked up: a file, and the innermost symbol around.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) slot: Slot,
    pub(crate) scope: Option<u32>,
    /// Where in the file, if that is known: of what is bound more than once, the last before it is meant.
    pub(crate) offset: Option<u32>,
}

impl Place {
    pub(crate) fn new(slot: Slot, scope: Option<u32>) -> Self {
        Self { slot, scope, offset: None }
    }

    fn at(self, offset: u32) -> Self {
        Self { offset: Some(offset), ..self }
    }
}

/// Resolves the uses of one file.
pub(crate) struct Resolver<'a> {
    index: &'a Index,
    bases: &'a Bases,
    /// The file whose uses are resolved.
    home: Slot,
    notes: Notebook,
    steps: Cell<u32>,
    /// The files that files include, directly or not, as far as they were asked for.
    includes: RefCell<HashMap<Slot, Rc<HashSet<Slot>>>>,
    /// The blocks that hold members of a type, as far as they were asked for.
    blocks: RefCell<HashMap<Node, Rc<[Node]>>>,
    /// What names mean that a file does not define itself, as far as they were asked for.
    outer: RefCell<HashMap<Box<str>, Vec<BroughtIn>>>,
    /// What names alone may mean.
    by_name: RefCell<HashMap<Box<str>, Vec<ByName>>>,
}

/// What a name means in a scope of a file that does not define it.
type BroughtIn = (Slot, Option<u32>, Option<Found>);

/// What a name alone may mean in uses of one kind, with or without a receiver.
type ByName = (ReferenceKind, bool, Option<(Confidence, Vec<Node>)>);

impl<'a> Resolver<'a> {
    pub(crate) fn new(index: &'a Index, bases: &'a Bases, home: Slot) -> Self {
        Self {
            index,
            bases,
            home,
            notes: Notebook::default(),
            steps: Cell::new(0),
            includes: RefCell::default(),
            blocks: RefCell::default(),
            outer: RefCell::default(),
            by_name: RefCell::default(),
        }
    }

    /// What was looked at outside the file.
    pub(crate) fn into_keys(self) -> Box<[Key]> {
        self.notes.into_keys()
    }

    /// What an import leads to.
    pub(crate) fn import_target(&self, place: Place, import: &contexd_store::ImportRecord) -> Option<Entity> {
        self.steps.set(0);
        let found = self.import(place, import)?;
        match found.entity {
            Entity::External => {
                let module = self.module(place, import).map(|found| found.entity)?;
                matches!(module, Entity::File(_)).then_some(module)
            }
            entity => Some(entity),
        }
    }

    /// The definitions of a name in a type, its bases left aside.
    pub(crate) fn own_members(&self, of: Node, name: &str) -> Vec<Node> {
        self.steps.set(0);
        match self.own_member(of, name) {
            Some(Found { entity: Entity::Symbols(nodes), .. }) => nodes,
            _ => Vec::new(),
        }
    }

    /// What the use means; `None` where that is outside the repository or not known at all.
    pub(crate) fn resolve(&self, number: u32, reference: &ReferenceRecord) -> Option<Resolved> {
        self.steps.set(0);
        let place = Place::new(self.home, self.scope_of(reference)).at(reference.start_byte);
        let found = self.meaning(place, &reference.receiver, &reference.name, reference.kind);
        let (confidence, mut targets) = match found {
            Some(Found { entity: Entity::Symbols(nodes), confidence }) => (confidence, nodes),
            Some(_) => return None,
            None => self.by_name(place, reference)?,
        };
        targets.truncate(MAX_TARGETS);
        Some(Resolved { reference: number, confidence, targets: targets.into() })
    }

    /// Where a use is looked up: what a type extends is named outside of it.
    fn scope_of(&self, reference: &ReferenceRecord) -> Option<u32> {
        let enclosing = reference.enclosing?;
        let file = self.index.node(self.home)?;
        let is_outside =
            reference.kind == ReferenceKind::Inherit && !file.symbol(enclosing).kind.is_callable();
        if is_outside { file.symbol(enclosing).parent } else { Some(enclosing) }
    }

    /// What `receiver.name` means at `place`, as far as scopes, imports and types tell.
    pub(crate) fn meaning(
        &self,
        place: Place,
        receiver: &str,
        name: &str,
        kind: ReferenceKind,
    ) -> Option<Found> {
        let found = if receiver.is_empty() {
            self.lookup(place, name)
        } else {
            self.evaluate(place, receiver).and_then(|holder| self.member(&holder, name))
        }?;
        let fitting = self.prefer(found, kind)?;
        Some(if receiver.is_empty() { self.nearest(place, fitting) } else { fitting })
    }

    /// Of several declarations of one name, those that a use of this kind can mean; `None` where it can mean none.
    fn prefer(&self, found: Found, kind: ReferenceKind) -> Option<Found> {
        let Entity::Symbols(nodes) = &found.entity else { return Some(found) };
        let with = |fits: fn(ReferenceKind, SymbolKind) -> bool| -> Vec<Node> {
            let kind_of = |node: &Node| self.index.node(node.slot).map(|file| file.symbol(node.ordinal).kind);
            nodes.iter().filter(|node| kind_of(node).is_some_and(|of| fits(kind, of))).copied().collect()
        };
        let fitting = Some(with(rules::fits)).filter(|nodes| !nodes.is_empty());
        let nodes = fitting.unwrap_or_else(|| with(rules::may_fit));
        (!nodes.is_empty()).then_some(Found { entity: Entity::Symbols(nodes), ..found })
    }

    /// What the chain of names leads to at `place`.
    fn evaluate(&self, place: Place, written: &str) -> Option<Found> {
        let mut links = chain::links(written);
        let head = links.next()?;
        let mut found = self.head(place, head.name)?;
        found = self.after(found, head)?;
        for link in links {
            let member = self.member(&found, link.name)?;
            let same = if link.called { self.gives_its_own(&found, &member) } else { None };
            found = match same {
                Some(same) => same.at_most(member.confidence),
                None => self.after(member, link)?,
            };
        }
        Some(found)
    }

    /// `holder` again, if the called `member` is written to give what it is called on.
    fn gives_its_own(&self, holder: &Found, member: &Found) -> Option<Found> {
        let Entity::Symbols(nodes) = &member.entity else { return None };
        let of = match &holder.entity {
            Entity::Value { of, wrapped: false } => of,
            Entity::Symbols(holders) => holders.iter().find(|node| self.is_type(**node))?,
            _ => return None,
        };
        let node = nodes.first()?;
        let file = self.file(node.slot)?;
        let given = file.symbol(node.ordinal).declared_type.trim_start_matches(['&', ' ', ':', '?']);
        let is_own = file.rules.self_types.contains(&given) || file.rules.self_names.contains(&given);
        is_own.then(|| Found::scoped(Entity::Value { of: *of, wrapped: false }))
    }

    /// What the first name of a chain means.
    fn head(&self, place: Place, name: &str) -> Option<Found> {
        let file = self.file(place.slot)?;
        let rules = file.rules;
        let around = || self.type_around(place);
        if rules.self_names.contains(&name)
            && let Some(of) = around()
        {
            return Some(Found::exact(Entity::Value { of, wrapped: false }));
        }
        if rules.self_types.contains(&name)
            && let Some(of) = around()
        {
            return Some(Found::exact(Entity::Symbols(vec![of])));
        }
        if rules.super_names.contains(&name)
            && let Some(of) = around()
        {
            return Some(Found::exact(Entity::Super(of)));
        }
        Some(self.nearest(place, self.lookup(place, name)?))
    }

    /// What calling or indexing makes of an entity.
    fn after(&self, found: Found, link: chain::Link) -> Option<Found> {
        let mut found = found;
        if link.called {
            found = self.called(found)?;
        }
        if link.indexed {
            found = self.indexed(found)?;
        }
        Some(found)
    }

    /// The type that `place` stands in: its symbol if that is one, else the nearest one around.
    pub(crate) fn type_around(&self, place: Place) -> Option<Node> {
        let file = self.file(place.slot)?;
        let mut at = place.scope;
        while let Some(ordinal) = at {
            let symbol = file.symbol(ordinal);
            if symbol.kind == SymbolKind::Impl {
                return self.implemented_type(place.slot, ordinal);
            }
            if symbol.kind.is_type() {
                return Some(Node { slot: place.slot, ordinal });
            }
            if file.is_outlying(ordinal) {
                return self.type_of_outlying_method(place.slot, ordinal);
            }
            at = symbol.parent;
        }
        None
    }

    fn is_type(&self, node: Node) -> bool {
        self.index.node(node.slot).is_some_and(|file| file.symbol(node.ordinal).kind.is_type())
    }

    /// A file, noted as looked into unless it is the one whose uses are resolved.
    fn file(&self, slot: Slot) -> Option<&'a FileNode> {
        let node = self.index.node(slot)?;
        if slot != self.home {
            self.notes.note(node.outline_key);
        }
        Some(node)
    }

    /// All definitions of a name, noted as looked at.
    fn named(&self, name: &str) -> &'a [Node] {
        self.notes.note(Key::name(name));
        self.index.named(name)
    }

    /// The file at a path, noted as looked for.
    fn slot_at(&self, path: &str) -> Option<Slot> {
        self.notes.note(Key::existence(path));
        self.index.slot(path)
    }

    /// Whether there is a directory at a path, noted as looked for.
    fn has_directory(&self, path: &str) -> bool {
        self.notes.note(Key::existence(path));
        self.index.has_directory(path)
    }

    /// Whether there were not too many steps.
    fn has_steps(&self) -> bool {
        self.steps.get() <= MAX_STEPS
    }

    /// Counts a step; false when there were too many.
    fn may_step(&self) -> bool {
        self.steps.set(self.steps.get() + 1);
        self.steps.get() <= MAX_STEPS
    }
}
