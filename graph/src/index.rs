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
    /// The key of its outline.
    pub(crate) outline_key: Key,
    /// Hash of all that other files can see of this one.
    pub(crate) outline: u64,
    /// Positions of the symbols, by name.
    symbols: Box<[u32]>,
    /// Positions of the bindings, by name.
    bindings: Box<[u32]>,
    /// The symbols that imports stand in.
    import_scopes: Box<[u32]>,
    /// The namespaces and types that symbols stand in, their parts joined by `.`, by the position of what is around.
    containers: HashMap<Option<u32>, Box<str>>,
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
            outline_key: Key::outline(&entry.path),
            outline: outline_of(&record),
            symbols: symbols.into(),
            bindings: bindings.into(),
            imports: imports.into(),
            import_scopes: record.imports.iter().filter_map(|import| import.enclosing).collect(),
            containers: containers_of(&record),
            entry,
        }
    }

    /// The qualified name of what the symbol stands in: types and namespaces, joined by `.`.
    pub(crate) fn container(&self, ordinal: u32) -> &str {
        self.containers.get(&self.symbol(ordinal).parent).map_or("", |name| name)
    }

    /// The namespace of the innermost namespace around `scope`, its parts joined by `.`.
    pub(crate) fn namespace_at(&self, scope: Option<u32>) -> String {
        namespace_at(self.record(), scope)
    }

    /// Whether the file has definitions in the namespace itself.
    pub(crate) fn is_in_namespace(&self, namespace: &str) -> bool {
        let mut symbols = self.record().symbols.iter();
        symbols
            .any(|symbol| symbol.kind == SymbolKind::Namespace && dotted(&symbol.qualified_name) == namespace)
    }

    /// The namespaces that the file has definitions in, and those around these, with its parts joined by `.`.
    fn namespaces(&self) -> HashSet<String> {
        let symbols = self.record().symbols.iter();
        let mut found = HashSet::new();
        for symbol in symbols.filter(|symbol| symbol.kind == SymbolKind::Namespace) {
            let mut name = dotted(&symbol.qualified_name);
            while found.insert(name.clone()) {
                let Some((outer, _)) = name.rsplit_once('.') else { break };
                name = outer.to_owned();
            }
        }
        found
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

    /// Whether an import stands in the symbol itself.
    pub(crate) fn has_imports_in(&self, ordinal: u32) -> bool {
        self.import_scopes.contains(&ordinal)
    }

    /// The imports that bring all names of a module in.
    pub(crate) fn wildcard_imports(&self) -> impl Iterator<Item = &ImportRecord> {
        let rules = self.rules;
        self.record().imports.iter().filter(move |import| rules.is_wildcard(import))
    }

    /// Whether the symbol is called and stands in no type: it may name the type that it belongs to.
    pub(crate) fn is_outlying(&self, ordinal: u32) -> bool {
        self.symbol(ordinal).kind.is_callable() && self.is_top_level(ordinal)
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

fn namespace_at(record: &FileRecord, scope: Option<u32>) -> String {
    let symbols = &record.symbols;
    let is_namespace = |at: &u32| symbols[*at as usize].kind == SymbolKind::Namespace;
    let around = std::iter::successors(scope, |at| symbols[*at as usize].parent).find(is_namespace);
    let clause = || (0..symbols.len() as u32).find(is_namespace);
    around.or_else(clause).map(|at| dotted(&symbols[at as usize].qualified_name)).unwrap_or_default()
}

fn containers_of(record: &FileRecord) -> HashMap<Option<u32>, Box<str>> {
    let mut containers = HashMap::new();
    for symbol in &record.symbols {
        containers.entry(symbol.parent).or_insert_with(|| container_name(record, symbol.parent).into());
    }
    containers
}

fn container_name(record: &FileRecord, outer: Option<u32>) -> String {
    let namespace = namespace_at(record, outer);
    let around =
        outer.map(|at| &record.symbols[at as usize]).filter(|outer| outer.kind != SymbolKind::Namespace);
    match around.map(|outer| dotted(&outer.qualified_name)) {
        None => namespace,
        Some(around) if namespace.is_empty() || around.starts_with(&namespace) => around,
        Some(around) => format!("{namespace}.{around}"),
    }
}

/// A qualified name with `.` between its parts, whatever the language writes.
#[must_use]
pub fn dotted(name: &str) -> String {
    let mut joined = String::with_capacity(name.len());
    for part in name.split(['\\', ':', '.', '#', '/']).filter(|part| !part.is_empty()) {
        if !joined.is_empty() {
            joined.push('.');
        }
        joined.push_str(part);
    }
    joined
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
    /// Files that have definitions in a namespace or in one within it, in no order.
    namespaces: HashMap<Box<str>, Vec<Slot>>,
    /// How many files stand beneath a directory.
    directories: HashMap<Box<str>, u32>,
    /// The files that stand in a directory, in no order.
    siblings: HashMap<Box<str>, Vec<Slot>>,
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
            if old.entry.record.language != node.entry.record.language {
                // Who looked for files of one language looked no further than at whether this one is there.
                self.note_existence(&path, changed);
            }
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
        self.siblings.entry(paths::parent(path).unwrap_or_default().into()).or_default().push(slot);
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
        let nodes = &self.nodes;
        if let Some(siblings) = self.siblings.get_mut(paths::parent(path).unwrap_or_default()) {
            siblings.retain(|slot| nodes[slot.0 as usize].is_some());
        }
        let name = paths::file_name(path);
        if let Some(same_name) = self.file_names.get_mut(name) {
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
        for namespace in old.namespaces() {
            if let Some(slots) = self.namespaces.get_mut(&*namespace) {
                slots.retain(|other| *other != slot);
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
        for namespace in node.namespaces() {
            self.namespaces.entry(namespace.into()).or_default().push(slot);
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

    /// The files that have definitions in a namespace, or in one within it.
    pub(crate) fn files_in_namespace(&self, namespace: &str) -> &[Slot] {
        self.namespaces.get(namespace).map_or(&[], Vec::as_slice)
    }

    /// The files that stand in a directory.
    pub(crate) fn files_in_directory(&self, directory: &str) -> &[Slot] {
        self.siblings.get(directory).map_or(&[], Vec::as_slice)
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
    changed.extend(node.namespaces().iter().map(|namespace| Key::namespace(namespace)));
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
