//! The graph of one generation, and how it is made from the one before.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use contexd_store::{FileEntry, Generation, ReferenceKind, ReferenceRecord, Snapshot, SymbolId};
use rayon::prelude::*;

use crate::dependency::{Key, depends_on};
use crate::edge::{Confidence, Node, Resolution, Resolved, Slot};
use crate::index::{FileNode, Index};
use crate::resolve::{Base, Bases, Entity, Place, Resolver};

/// Most files that one import of a namespace leads to.
const MAX_FILES_OF_IMPORT: usize = 64;

/// What was resolved of one file.
struct FileGraph {
    /// The version that the references are of.
    entry: Arc<FileEntry>,
    /// The uses that mean something in the repository, in the order of the references.
    resolved: Box<[Resolved]>,
    /// The files that each import leads to: position of the import, file.
    imports: Box<[(u32, Slot)]>,
    /// What was looked at outside the file for its uses.
    keys: Box<[Key]>,
}

impl FileGraph {
    /// The files that its imports and its uses lead to, as often as they do.
    fn leads_to(&self) -> impl Iterator<Item = Slot> {
        let uses = self.resolved.iter().filter(|resolved| resolved.is_sure());
        let used = uses.filter_map(|resolved| Some(resolved.targets.first()?.slot));
        self.imports.iter().map(|(_, slot)| *slot).chain(used)
    }
}

/// The bases of the types of one file.
struct FileBases {
    bases: Vec<(Node, Box<[Base]>)>,
    keys: Box<[Key]>,
}

/// How much work making a graph was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UpdateReport {
    /// Files whose content changed.
    pub files_changed: usize,
    /// Files whose uses were resolved.
    pub files_resolved: usize,
    /// Files in the graph.
    pub files: usize,
}

/// Who uses what in one generation of a repository: immutable, shared by all who ask.
pub struct Graph {
    generation: Generation,
    index: Arc<Index>,
    /// By slot.
    files: Vec<Option<Arc<FileGraph>>>,
    file_bases: Vec<Option<Arc<FileBases>>>,
    bases: Arc<Bases>,
    heirs: OnceLock<HashMap<Node, Vec<Node>>>,
    report: UpdateReport,
}

impl Graph {
    /// The graph of `snapshot`, made from nothing.
    #[must_use]
    pub fn build(snapshot: &Snapshot) -> Self {
        Self::empty().updated(snapshot)
    }

    /// The graph of no files.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            generation: Generation::default(),
            index: Arc::default(),
            files: Vec::new(),
            file_bases: Vec::new(),
            bases: Arc::default(),
            heirs: OnceLock::new(),
            report: UpdateReport::default(),
        }
    }

    /// The graph of `snapshot`, made from this one: only what the changed files define, and what depends on it, is
    /// resolved anew.
    #[must_use]
    pub fn updated(&self, snapshot: &Snapshot) -> Self {
        let present: Vec<Arc<FileEntry>> = snapshot.files().cloned().collect();
        self.with_files(&present, snapshot.generation())
    }

    /// [`Graph::updated`] for files that no snapshot holds.
    #[must_use]
    pub fn with_files(&self, present: &[Arc<FileEntry>], generation: Generation) -> Self {
        let known = |entry: &Arc<FileEntry>| {
            let slot = self.index.slot(&entry.path)?;
            self.index.node(slot).map(|node| node.entry.id == entry.id)
        };
        let added: Vec<FileNode> = present
            .par_iter()
            .filter(|entry| known(entry) != Some(true))
            .map(|entry| FileNode::new(Arc::clone(entry)))
            .collect();
        let paths: HashSet<&str> = present.iter().map(|entry| &*entry.path).collect();
        let removed: Vec<Arc<str>> = self
            .index
            .files()
            .map(|(_, node)| &node.entry.path)
            .filter(|path| !paths.contains(&***path))
            .cloned()
            .collect();
        let files_changed = added.len() + removed.len();
        let mut index = Arc::clone(&self.index);
        let (slots, mut changed) = Arc::make_mut(&mut index).apply(added, &removed);
        let (file_bases, bases) = self.updated_bases(&index, &slots, &mut changed);
        let (files, files_resolved) = self.updated_files(&index, &bases, &slots, &changed);
        let report = UpdateReport { files_changed, files_resolved, files: present.len() };
        Self { generation, index, files, file_bases, bases, heirs: OnceLock::new(), report }
    }

    /// Resolves the bases of the types in the files that changed or depend on what did. A file whose bases came out
    /// differently counts as changed for all that follows.
    fn updated_bases(
        &self,
        index: &Index,
        slots: &[Slot],
        changed: &mut HashSet<Key>,
    ) -> (Vec<Option<Arc<FileBases>>>, Arc<Bases>) {
        let mut file_bases = self.file_bases.clone();
        file_bases.resize(index.slot_count(), None);
        let stale = stale_slots(index, slots, changed, |slot| {
            file_bases[slot.0 as usize].as_ref().map(|known| &*known.keys)
        });
        let mut bases = Arc::clone(&self.bases);
        let gone: Vec<usize> =
            (0..file_bases.len()).filter(|at| index.node(Slot(*at as u32)).is_none()).collect();
        if stale.is_empty() && gone.iter().all(|at| file_bases[*at].is_none()) {
            return (file_bases, bases);
        }
        let table = Arc::make_mut(&mut bases);
        for at in gone {
            forget_bases(table, file_bases[at].take().as_deref());
        }
        let none = Bases::new();
        let fresh: Vec<(Slot, FileBases)> =
            stale.par_iter().map(|slot| (*slot, resolve_bases(index, &none, *slot))).collect();
        for (slot, new) in fresh {
            let old = file_bases[slot.0 as usize].take();
            if old.as_ref().is_none_or(|old| old.bases != new.bases)
                && let Some(node) = index.node(slot)
            {
                changed.insert(Key::outline(node.path()));
            }
            forget_bases(table, old.as_deref());
            table.extend(new.bases.iter().cloned());
            file_bases[slot.0 as usize] = Some(Arc::new(new));
        }
        (file_bases, bases)
    }

    fn updated_files(
        &self,
        index: &Index,
        bases: &Bases,
        slots: &[Slot],
        changed: &HashSet<Key>,
    ) -> (Vec<Option<Arc<FileGraph>>>, usize) {
        let mut files = self.files.clone();
        files.resize(index.slot_count(), None);
        for (at, file) in files.iter_mut().enumerate() {
            if index.node(Slot(at as u32)).is_none() {
                *file = None;
            }
        }
        let stale = stale_slots(index, slots, changed, |slot| {
            files[slot.0 as usize].as_ref().map(|known| &*known.keys)
        });
        let fresh: Vec<(Slot, FileGraph)> =
            stale.par_iter().filter_map(|slot| Some((*slot, resolve_file(index, bases, *slot)?))).collect();
        let resolved = fresh.len();
        for (slot, new) in fresh {
            files[slot.0 as usize] = Some(Arc::new(new));
        }
        (files, resolved)
    }

    /// The generation shown.
    #[must_use]
    pub fn generation(&self) -> Generation {
        self.generation
    }

    /// How much work making the graph was.
    #[must_use]
    pub fn report(&self) -> UpdateReport {
        self.report
    }

    /// What the uses in the file at `path` mean: each with its reference, in order. Uses that mean nothing in the
    /// repository are left out.
    pub fn uses_in<'g>(
        &'g self,
        path: &str,
    ) -> impl Iterator<Item = (&'g ReferenceRecord, Resolution)> + use<'g> {
        let file = self.index.slot(path).and_then(|slot| self.files.get(slot.0 as usize)?.as_ref());
        file.into_iter().flat_map(move |file| {
            let references = &file.entry.record.references;
            file.resolved
                .iter()
                .map(move |resolved| (&references[resolved.reference as usize], self.shown(resolved)))
        })
    }

    /// What `receiver.name`, written at the symbol `enclosing` of the file at `path`, means. For names that are no
    /// recorded use: what a person points at.
    #[must_use]
    pub fn meaning_of(
        &self,
        path: &str,
        enclosing: Option<u32>,
        receiver: &str,
        name: &str,
    ) -> Option<Resolution> {
        let slot = self.index.slot(path)?;
        let resolver = Resolver::new(&self.index, &self.bases, slot);
        let reference = ReferenceRecord {
            name: name.into(),
            kind: ReferenceKind::Mention,
            line: 0,
            start_byte: 0,
            enclosing,
            receiver: receiver.into(),
        };
        resolver.resolve(0, &reference).map(|resolved| self.shown(&resolved))
    }

    /// The uses that may mean `symbol`, by path and place.
    #[must_use]
    pub fn uses_of(&self, symbol: SymbolId) -> Vec<Use> {
        let Some(node) = self.node_of(symbol) else { return Vec::new() };
        let mut uses: Vec<Use> = self
            .files
            .par_iter()
            .flatten()
            .flat_map_iter(|file| {
                let hits = file.resolved.iter().filter(|resolved| resolved.targets.contains(&node));
                hits.map(|resolved| Use {
                    file: Arc::clone(&file.entry),
                    reference: resolved.reference,
                    confidence: resolved.confidence,
                })
            })
            .collect();
        uses.sort_by(|a, b| (&a.file.path, a.reference).cmp(&(&b.file.path, b.reference)));
        uses
    }

    /// The files that the imports of the file at `path` lead to: position of the import, file.
    pub fn imports_of(&self, path: &str) -> impl Iterator<Item = (u32, &Arc<FileEntry>)> {
        let file = self.index.slot(path).and_then(|slot| self.files.get(slot.0 as usize)?.as_ref());
        file.into_iter()
            .flat_map(|file| file.imports.iter())
            .filter_map(|(import, slot)| Some((*import, &self.index.node(*slot)?.entry)))
    }

    /// The files that import the file at `path`, by path.
    #[must_use]
    pub fn importers_of(&self, path: &str) -> Vec<&Arc<FileEntry>> {
        let Some(wanted) = self.index.slot(path) else { return Vec::new() };
        let mut importers: Vec<&Arc<FileEntry>> = self
            .files
            .iter()
            .flatten()
            .filter(|file| file.imports.iter().any(|(_, slot)| *slot == wanted))
            .map(|file| &file.entry)
            .collect();
        importers.sort_by(|a, b| a.path.cmp(&b.path));
        importers
    }

    /// The files that use or import the file at `path`, and those that it uses or imports, by path. A use that may mean
    /// several definitions does not count.
    #[must_use]
    pub fn linked_with(&self, path: &str) -> Vec<&Arc<FileEntry>> {
        let Some(wanted) = self.index.slot(path) else { return Vec::new() };
        let own = self.files.get(wanted.0 as usize).and_then(Option::as_ref);
        let outward: HashSet<Slot> = own.into_iter().flat_map(|file| file.leads_to()).collect();
        let mut linked: Vec<&Arc<FileEntry>> = self
            .files
            .par_iter()
            .enumerate()
            .filter_map(|(slot, file)| Some((Slot(u32::try_from(slot).ok()?), file.as_ref()?)))
            .filter(|(slot, _)| *slot != wanted)
            .filter(|(slot, file)| outward.contains(slot) || file.leads_to().any(|slot| slot == wanted))
            .map(|(_, file)| &file.entry)
            .collect();
        linked.sort_by(|a, b| a.path.cmp(&b.path));
        linked
    }

    /// What a type extends or implements, as far as the repository defines it.
    #[must_use]
    pub fn bases_of(&self, symbol: SymbolId) -> Vec<SymbolId> {
        let Some(node) = self.node_of(symbol) else { return Vec::new() };
        let resolver = Resolver::new(&self.index, &self.bases, node.slot);
        let bases = resolver.bases_of(node).into_iter();
        bases
            .filter_map(|base| match base {
                Base::Known(node) => self.id_of(node),
                Base::External => None,
            })
            .collect()
    }

    /// The types that extend or implement a type directly, by path and place.
    #[must_use]
    pub fn heirs_of(&self, symbol: SymbolId) -> Vec<SymbolId> {
        let Some(node) = self.node_of(symbol) else { return Vec::new() };
        let mut heirs: Vec<Node> = self.heirs().get(&node).cloned().unwrap_or_default();
        let path = |node: &Node| self.index.node(node.slot).map(|file| Arc::clone(&file.entry.path));
        heirs.sort_by_cached_key(|node| (path(node), node.ordinal));
        heirs.dedup();
        heirs.into_iter().filter_map(|node| self.id_of(node)).collect()
    }

    /// The methods of bases whose place a method takes.
    #[must_use]
    pub fn overridden_by(&self, symbol: SymbolId) -> Vec<SymbolId> {
        self.with_name_in(symbol, |of| self.bases_of(of))
    }

    /// The methods that take a method's place in the types that extend or implement its type.
    #[must_use]
    pub fn overrides_of(&self, symbol: SymbolId) -> Vec<SymbolId> {
        self.with_name_in(symbol, |of| self.heirs_of(of))
    }

    /// The members of the name of `symbol` in all types that `next` leads to from its type.
    fn with_name_in(&self, symbol: SymbolId, next: impl Fn(SymbolId) -> Vec<SymbolId>) -> Vec<SymbolId> {
        let Some((node, owner)) = self.node_of(symbol).and_then(|node| Some((node, self.owner_of(node)?)))
        else {
            return Vec::new();
        };
        let Some(file) = self.index.node(node.slot) else { return Vec::new() };
        let name = &file.symbol(node.ordinal).name;
        let mut found = Vec::new();
        let mut pending: Vec<SymbolId> = self.id_of(owner).into_iter().collect();
        let mut at = 0;
        while at < pending.len() && pending.len() < 4096 {
            for other in next(pending[at]) {
                if !pending.contains(&other) {
                    found.extend(self.own_member_named(other, name));
                    pending.push(other);
                }
            }
            at += 1;
        }
        found.retain(|id| *id != symbol);
        found
    }

    fn own_member_named(&self, of: SymbolId, name: &str) -> Vec<SymbolId> {
        let Some(node) = self.node_of(of) else { return Vec::new() };
        let members = Resolver::new(&self.index, &self.bases, node.slot).own_members(node, name);
        members.into_iter().filter_map(|node| self.id_of(node)).collect()
    }

    /// The type that a member belongs to.
    fn owner_of(&self, node: Node) -> Option<Node> {
        let file = self.index.node(node.slot)?;
        let resolver = Resolver::new(&self.index, &self.bases, node.slot);
        match file.symbol(node.ordinal).parent {
            Some(parent) => resolver.type_around(Place::new(node.slot, Some(parent))),
            None => resolver.type_around(Place::new(node.slot, Some(node.ordinal))),
        }
    }

    /// Types by what they extend or implement.
    fn heirs(&self) -> &HashMap<Node, Vec<Node>> {
        self.heirs.get_or_init(|| {
            let mut heirs: HashMap<Node, Vec<Node>> = HashMap::new();
            for (node, bases) in self.bases.iter() {
                let heir = Resolver::new(&self.index, &self.bases, node.slot)
                    .type_around(Place::new(node.slot, Some(node.ordinal)));
                for base in bases {
                    if let Base::Known(base) = base {
                        heirs.entry(*base).or_default().push(heir.unwrap_or(*node));
                    }
                }
            }
            heirs
        })
    }

    /// How many uses mean each definition: those that are surer than by name alone.
    #[must_use]
    pub fn use_counts(&self) -> HashMap<SymbolId, u32> {
        let mut counts: HashMap<Node, u32> = HashMap::new();
        for file in self.files.iter().flatten() {
            let sure = file.resolved.iter().filter(|resolved| resolved.is_sure());
            for target in sure.filter_map(|resolved| resolved.targets.first()) {
                *counts.entry(*target).or_default() += 1;
            }
        }
        counts.into_iter().filter_map(|(node, count)| Some((self.id_of(node)?, count))).collect()
    }

    /// Every resolved use as one line, sorted: two graphs of the same files agree in it however they came about.
    #[must_use]
    pub fn dump(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (slot, node) in self.index.files() {
            let Some(file) = &self.files[slot.0 as usize] else { continue };
            for resolved in &file.resolved {
                let reference = &node.record().references[resolved.reference as usize];
                let targets: Vec<String> = resolved.targets.iter().map(|node| self.name_of(*node)).collect();
                lines.push(format!(
                    "{}:{} {} {} {:?} -> {}",
                    node.path(),
                    reference.start_byte,
                    reference.kind.as_str(),
                    reference.name,
                    resolved.confidence,
                    targets.join(", ")
                ));
            }
            for (import, target) in &file.imports {
                let target = self.index.node(*target).map_or("?", |file| file.path());
                lines.push(format!("{} import {import} -> {target}", node.path()));
            }
        }
        lines.sort();
        lines
    }

    fn name_of(&self, node: Node) -> String {
        self.index.node(node.slot).map_or_else(String::new, |file| {
            format!("{}:{}", file.path(), file.symbol(node.ordinal).qualified_name)
        })
    }

    fn shown(&self, resolved: &Resolved) -> Resolution {
        let targets = resolved.targets.iter().filter_map(|node| self.id_of(*node)).collect();
        Resolution { confidence: resolved.confidence, targets }
    }

    fn id_of(&self, node: Node) -> Option<SymbolId> {
        let file = self.index.node(node.slot)?;
        Some(SymbolId { file: file.entry.id, ordinal: node.ordinal })
    }

    /// The node of a symbol of this generation.
    fn node_of(&self, symbol: SymbolId) -> Option<Node> {
        let slot = self.index.slot_of_file(symbol.file)?;
        let file = self.index.node(slot)?;
        let exists = (symbol.ordinal as usize) < file.record().symbols.len();
        exists.then_some(Node { slot, ordinal: symbol.ordinal })
    }
}

/// A use that may mean a definition.
#[derive(Clone, Debug)]
pub struct Use {
    /// The file that the use stands in.
    pub file: Arc<FileEntry>,
    /// Position in [`FileRecord::references`](contexd_store::FileRecord::references).
    pub reference: u32,
    /// How sure it is.
    pub confidence: Confidence,
}

impl Use {
    /// The use.
    #[must_use]
    pub fn record(&self) -> &ReferenceRecord {
        &self.file.record.references[self.reference as usize]
    }
}

/// The changed slots and those whose noted keys are among the changed ones, in order.
fn stale_slots<'a>(
    index: &Index,
    slots: &[Slot],
    changed: &HashSet<Key>,
    keys_of: impl Fn(Slot) -> Option<&'a [Key]>,
) -> Vec<Slot> {
    let edited: HashSet<Slot> = slots.iter().copied().collect();
    let is_stale =
        |slot: &Slot| edited.contains(slot) || keys_of(*slot).is_none_or(|keys| depends_on(keys, changed));
    index.files().map(|(slot, _)| slot).filter(is_stale).collect()
}

fn forget_bases(table: &mut Bases, old: Option<&FileBases>) {
    for (node, _) in old.into_iter().flat_map(|old| &old.bases) {
        table.remove(node);
    }
}

fn resolve_bases(index: &Index, none: &Bases, slot: Slot) -> FileBases {
    let resolver = Resolver::new(index, none, slot);
    let mut found: HashMap<u32, Vec<Base>> = HashMap::new();
    let references = index.node(slot).map(|file| &file.record().references);
    for (number, reference) in (0..).zip(references.into_iter().flatten()) {
        let (ReferenceKind::Inherit, Some(heir)) = (reference.kind, reference.enclosing) else { continue };
        let own = Node { slot, ordinal: heir };
        let known = resolver.resolve(number, reference).and_then(|resolved| {
            let is_sure = !matches!(resolved.confidence, Confidence::Ambiguous(_));
            resolved.targets.first().copied().filter(|node| is_sure && *node != own)
        });
        found.entry(heir).or_default().push(known.map_or(Base::External, Base::Known));
    }
    let mut bases: Vec<(Node, Box<[Base]>)> =
        found.into_iter().map(|(ordinal, bases)| (Node { slot, ordinal }, bases.into())).collect();
    bases.sort_by_key(|(node, _)| *node);
    FileBases { bases, keys: resolver.into_keys() }
}

fn resolve_file(index: &Index, bases: &Bases, slot: Slot) -> Option<FileGraph> {
    let file = index.node(slot)?;
    let resolver = Resolver::new(index, bases, slot);
    let references = (0..).zip(&file.record().references);
    let resolved = references.filter_map(|(number, reference)| resolver.resolve(number, reference)).collect();
    let imports = resolve_imports(&resolver, index, slot, file);
    let entry = Arc::clone(&file.entry);
    Some(FileGraph { entry, resolved, imports, keys: resolver.into_keys() })
}

fn resolve_imports(resolver: &Resolver, index: &Index, slot: Slot, file: &FileNode) -> Box<[(u32, Slot)]> {
    let mut found: Vec<(u32, Slot)> = Vec::new();
    for (number, import) in (0..).zip(&file.record().imports) {
        let place = Place::new(slot, import.enclosing);
        let mut add = |target: Slot| {
            if target != slot && index.node(target).is_some() {
                found.push((number, target));
            }
        };
        match resolver.import_target(place, import) {
            Some(Entity::File(target)) => add(target),
            Some(Entity::Symbols(nodes)) => nodes.iter().for_each(|node| add(node.slot)),
            Some(Entity::Directory(directory)) => {
                resolver.files_of_package(&directory).into_iter().for_each(&mut add)
            }
            Some(Entity::Namespace(name)) => {
                resolver.files_of_namespace(&name).into_iter().take(MAX_FILES_OF_IMPORT).for_each(&mut add);
            }
            _ => {}
        }
    }
    found.sort_unstable();
    found.dedup();
    found.into()
}
