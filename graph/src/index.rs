//! Lookup tables over the files of one generation: by path, by directory, by name.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use contexd_store::{
    BindingRecord, FileEntry, FileId, FileRecord, ImportRecord, ModuleRoot, SymbolKind, SymbolRecord,
};

use crate::dependency::Key;
use crate::edge::{Node, Slot};
use crate::paths;
use crate::rules::{self, Rules};

/// A file with its own lookup tables.
pub(crate) struct FileNode {
    pub(crate) entry: Arc<FileEntry>,
    pub(crate) rules: &'static Rules,
    /// Hash of all that other files can see of this one.
    pub(crate) outline: u64,
    /// Positions of the symbols, by name.
    symbols: Box<[u32]>,
    /// Positions of the bindings, by name.
    bindings: Box<[u32]>,
    /// Positions of the imports that name something, by the name that it has here.
    imports: Box<[(Box<str>, u32)]>,
}

impl FileNode {
    pub(crate) fn new(entry: Arc<FileEntry>) -> Self {
        let record = Arc::clone(&entry.record);
        let rules = rules::of(&record.language);
        let mut symbols: Vec<u32> = (0..record.symbols.len() as u32).collect();
        symbols.sort_by(|a, b| record.symbols[*a as usize].name.cmp(&record.symbols[*b as usize].name));
        let mut bindings: Vec<u32> = (0..record.bindings.len() as u32).collect();
        bindings.sort_by(|a, b| record.bindings[*a as usize].name.cmp(&record.bindings[*b as usize].name));
        let mut imports: Vec<(Box<str>, u32)> = (0..record.imports.len() as u32)
            .filter_map(|at| Some((rules.local_name(&record.imports[at as usize])?.into(), at)))
            .collect();
        imports.sort();
        Self {
            rules,
            outline: outline_of(&record),
            symbols: symbols.into(),
            bindings: bindings.into(),
            imports: imports.into(),
            entry,
        }
    }

    pub(crate) fn record(&self) -> &FileRecord {
        &self.entry.record
    }

    pub(crate) fn path(&self) -> &str {
        &self.entry.path
    }

    pub(crate) fn symbol(&self, ordinal: u32) -> &SymbolRecord {
        &self.record().symbols[ordinal as usize]
    }

    /// The symbols of this name, in the order of the file.
    pub(crate) fn symbols_named<'s>(&'s self, name: &str) -> impl Iterator<Item = u32> + use<'s> {
        let name_of = |at: &u32| &*self.symbol(*at).name;
        let from = self.symbols.partition_point(|at| name_of(at) < name);
        let count = self.symbols[from..].partition_point(|at| name_of(at) == name);
        self.symbols[from..from + count].iter().copied()
    }

    /// The bindings of this name, in the order of the file.
    pub(crate) fn bindings_named<'s>(
        &'s self,
        name: &str,
    ) -> impl Iterator<Item = &'s BindingRecord> + Clone + use<'s> {
        let bindings = &self.record().bindings;
        let name_of = |at: &u32| &*bindings[*at as usize].name;
        let from = self.bindings.partition_point(|at| name_of(at) < name);
        let count = self.bindings[from..].partition_point(|at| name_of(at) == name);
        self.bindings[from..from + count].iter().map(|at| &bindings[*at as usize])
    }

    /// The imports that bring something in under this name, the last first.
    pub(crate) fn imports_named<'s>(&'s self, name: &str) -> impl Iterator<Item = u32> + use<'s> {
        let from = self.imports.partition_point(|(local, _)| &**local < name);
        let count = self.imports[from..].partition_point(|(local, _)| &**local == name);
        self.imports[from..from + count].iter().rev().map(|(_, at)| *at)
    }

    /// The imports that bring all names of a module in.
    pub(crate) fn wildcard_imports(&self) -> impl Iterator<Item = &ImportRecord> {
        let rules = self.rules;
        self.record().imports.iter().filter(move |import| rules.is_wildcard(import))
    }

    /// Whether the symbol stands at the top of its file, clauses and blocks of namespaces left aside.
    pub(crate) fn is_top_level(&self, ordinal: u32) -> bool {
        let mut parent = self.symbol(ordinal).parent;
        while let Some(outer) = parent {
            if self.symbol(outer).kind != SymbolKind::Namespace {
                return false;
            }
            parent = self.symbol(outer).parent;
        }
        true
    }
}

/// What other files can see: names, kinds, nesting, types, imports, values; no positions and no bodies.
fn outline_of(record: &FileRecord) -> u64 {
    let mut hasher = DefaultHasher::new();
    record.language.hash(&mut hasher);
    for symbol in &record.symbols {
        (&symbol.name, &symbol.qualified_name, symbol.kind, symbol.parent).hash(&mut hasher);
        (&symbol.declared_type, symbol.visibility, symbol.is_test, &symbol.attributes).hash(&mut hasher);
        (symbol.is_static, symbol.is_abstract).hash(&mut hasher);
        for parameter in &symbol.parameters {
            (&parameter.name, &parameter.declared_type).hash(&mut hasher);
        }
    }
    for import in &record.imports {
        (&import.module, &import.name, &import.alias, import.is_reexport, import.enclosing).hash(&mut hasher);
    }
    for binding in &record.bindings {
        (&binding.name, &binding.declared_type, &binding.value, binding.enclosing).hash(&mut hasher);
    }
    for root in &record.module_roots {
        (&root.prefix, &root.target).hash(&mut hasher);
    }
    hasher.finish()
}

/// A manifest's rule with the directory that it holds for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Manifest {
    /// The manifest's directory.
    pub(crate) directory: Box<str>,
    /// The manifest's file name.
    pub(crate) file_name: Box<str>,
    pub(crate) prefix: Box<str>,
    pub(crate) target: Box<str>,
}

/// The files of one generation.
#[derive(Clone, Default)]
pub(crate) struct Index {
    /// By slot; `None` where a file is gone.
    nodes: Vec<Option<Arc<FileNode>>>,
    slots: HashMap<Arc<str>, Slot>,
    /// Slots by file version.
    versions: HashMap<FileId, Slot>,
    /// Definitions by name, by path and position.
    names: HashMap<Box<str>, Vec<Node>>,
    /// Files by file name, by path.
    file_names: HashMap<Box<str>, Vec<Slot>>,
    /// How many files stand beneath a directory.
    directories: HashMap<Box<str>, u32>,
    /// The rules of all manifests, in order.
    manifests: BTreeSet<Manifest>,
    /// Directories that hold packages and are none.
    package_roots: BTreeSet<Box<str>>,
}

impl Index {
    /// Puts `added` in the place of what stood at their paths and takes the `removed` paths out. Gives the slots of
    /// the added files and the keys of all that others may have looked at and that is different now.
    pub(crate) fn apply(&mut self, added: Vec<FileNode>, removed: &[Arc<str>]) -> (Vec<Slot>, HashSet<Key>) {
        let mut changed = HashSet::new();
        let mut touched: HashSet<Box<str>> = HashSet::new();
        for path in removed {
            let Some(slot) = self.slots.remove(path) else { continue };
            let Some(old) = self.nodes[slot.0 as usize].take() else { continue };
            self.versions.remove(&old.entry.id);
            self.forget(&old, slot, &mut touched);
            self.note_existence(path, &mut changed);
            self.leave_directories(path);
            note_outline(&old, &mut changed);
        }
        let mut slots = Vec::with_capacity(added.len());
        for node in added {
            let slot = self.replace(node, &mut touched, &mut changed);
            slots.push(slot);
        }
        for name in touched {
            self.sort_name(&name);
        }
        let roots = self.find_package_roots();
        if roots != self.package_roots {
            self.package_roots = roots;
            changed.insert(Key::layout());
        }
        (slots, changed)
    }

    fn replace(
        &mut self,
        node: FileNode,
        touched: &mut HashSet<Box<str>>,
        changed: &mut HashSet<Key>,
    ) -> Slot {
        let path = Arc::clone(&node.entry.path);
        let slot = match self.slots.get(&path) {
            Some(slot) => *slot,
            None => self.new_slot(&path, changed),
        };
        let old = self.nodes[slot.0 as usize].take();
        let is_same = old.as_ref().is_some_and(|old| old.outline == node.outline);
        if let Some(old) = &old {
            self.versions.remove(&old.entry.id);
        }
        if let Some(old) = old.filter(|_| !is_same) {
            self.forget(&old, slot, touched);
            note_outline(&old, changed);
        }
        if !is_same {
            note_outline(&node, changed);
            self.remember(&node, slot, touched);
        }
        self.versions.insert(node.entry.id, slot);
        self.nodes[slot.0 as usize] = Some(Arc::new(node));
        slot
    }

    fn new_slot(&mut self, path: &Arc<str>, changed: &mut HashSet<Key>) -> Slot {
        let slot = Slot(self.nodes.len() as u32);
        self.nodes.push(None);
        self.slots.insert(Arc::clone(path), slot);
        self.note_existence(path, changed);
        self.enter_directories(path);
        let same_name = self.file_names.entry(paths::file_name(path).into()).or_default();
        same_name.push(slot);
        slot
    }

    /// Notes that a file came or went, and with it, perhaps, its directories.
    fn note_existence(&self, path: &str, changed: &mut HashSet<Key>) {
        changed.insert(Key::existence(path));
        changed.insert(Key::existence(paths::file_name(path)));
        changed.extend(paths::ancestors(path).map(Key::existence));
    }

    fn enter_directories(&mut self, path: &str) {
        for directory in paths::ancestors(path) {
            *self.directories.entry(directory.into()).or_default() += 1;
        }
    }

    fn leave_directories(&mut self, path: &str) {
        for directory in paths::ancestors(path) {
            if let Some(count) = self.directories.get_mut(directory) {
                *count -= 1;
                if *count == 0 {
                    self.directories.remove(directory);
                }
            }
        }
        let name = paths::file_name(path);
        if let Some(same_name) = self.file_names.get_mut(name) {
            let nodes = &self.nodes;
            same_name.retain(|slot| nodes[slot.0 as usize].is_some());
            if same_name.is_empty() {
                self.file_names.remove(name);
            }
        }
    }

    fn forget(&mut self, old: &FileNode, slot: Slot, touched: &mut HashSet<Box<str>>) {
        for symbol in &old.record().symbols {
            touched.insert(symbol.name.clone());
            if let Some(nodes) = self.names.get_mut(&symbol.name) {
                nodes.retain(|node| node.slot != slot);
            }
        }
        for manifest in manifests_of(old) {
            self.manifests.remove(&manifest);
        }
    }

    fn remember(&mut self, node: &FileNode, slot: Slot, touched: &mut HashSet<Box<str>>) {
        for (ordinal, symbol) in (0..).zip(&node.record().symbols) {
            touched.insert(symbol.name.clone());
            self.names.entry(symbol.name.clone()).or_default().push(Node { slot, ordinal });
        }
        self.manifests.extend(manifests_of(node));
    }

    fn sort_name(&mut self, name: &str) {
        let nodes = &self.nodes;
        let path =
            |node: &Node| nodes[node.slot.0 as usize].as_ref().map(|file| Arc::clone(&file.entry.path));
        match self.names.get_mut(name) {
            Some(same) if same.is_empty() => drop(self.names.remove(name)),
            Some(same) => same.sort_by_cached_key(|node| (path(node), node.ordinal)),
            None => {}
        }
    }

    /// The parents of directories that are packages, as far as these are none themselves.
    fn find_package_roots(&self) -> BTreeSet<Box<str>> {
        let markers = self.file_names.get("__init__.py");
        let is_package = |directory: &str| self.has_file(&paths::join(directory, "__init__.py"));
        let packages = markers.into_iter().flatten().filter_map(|slot| self.node(*slot));
        packages
            .filter_map(|marker| paths::parent(paths::parent(marker.path())?))
            .filter(|directory| !is_package(directory))
            .map(Box::from)
            .collect()
    }

    fn has_file(&self, path: &str) -> bool {
        self.slots.get(path).is_some_and(|slot| self.nodes[slot.0 as usize].is_some())
    }

    pub(crate) fn slot(&self, path: &str) -> Option<Slot> {
        self.slots.get(path).copied()
    }

    pub(crate) fn slot_of_file(&self, file: FileId) -> Option<Slot> {
        self.versions.get(&file).copied()
    }

    pub(crate) fn node(&self, slot: Slot) -> Option<&Arc<FileNode>> {
        self.nodes.get(slot.0 as usize)?.as_ref()
    }

    /// Number of slots, those of files that are gone included.
    pub(crate) fn slot_count(&self) -> usize {
        self.nodes.len()
    }

    /// The files with their slots.
    pub(crate) fn files(&self) -> impl Iterator<Item = (Slot, &Arc<FileNode>)> {
        (0..).map(Slot).zip(&self.nodes).filter_map(|(slot, node)| Some((slot, node.as_ref()?)))
    }

    pub(crate) fn named(&self, name: &str) -> &[Node] {
        self.names.get(name).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn files_named(&self, file_name: &str) -> &[Slot] {
        self.file_names.get(file_name).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn has_directory(&self, path: &str) -> bool {
        self.directories.contains_key(path)
    }

    pub(crate) fn manifests(&self) -> &BTreeSet<Manifest> {
        &self.manifests
    }

    pub(crate) fn package_roots(&self) -> impl Iterator<Item = &str> {
        self.package_roots.iter().map(|root| &**root)
    }
}

fn note_outline(node: &FileNode, changed: &mut HashSet<Key>) {
    changed.insert(Key::outline(node.path()));
    changed.extend(node.record().symbols.iter().map(|symbol| Key::name(&symbol.name)));
    if !node.record().module_roots.is_empty() {
        changed.insert(Key::layout());
    }
}

fn manifests_of(node: &FileNode) -> impl Iterator<Item = Manifest> {
    let directory = paths::parent(node.path()).unwrap_or_default();
    let file_name = paths::file_name(node.path());
    node.record().module_roots.iter().map(move |ModuleRoot { prefix, target }| Manifest {
        directory: directory.into(),
        file_name: file_name.into(),
        prefix: prefix.clone(),
        target: target.clone(),
    })
}
