//! Bare names: what surrounds them, what the file defines and imports, what it shares with others.

use contexd_store::{BindingRecord, ImportRecord, SymbolKind};

use super::{Entity, Found, Place, Resolver};
use crate::edge::{Node, Slot};
use crate::index::FileNode;
use crate::paths;
use crate::rules::Scheme;

/// The name of a module's default export.
const DEFAULT: &str = "default";

impl Resolver<'_> {
    /// What a bare name means at `place`.
    pub(super) fn lookup(&self, place: Place, name: &str) -> Option<Found> {
        if !self.may_step() {
            return None;
        }
        let file = self.file(place.slot)?;
        self.in_surroundings(file, place, name)
            .or_else(|| self.at_top_level(file, place, name))
            .or_else(|| self.brought_in(file, place, name))
    }

    /// What a name means that the file does not define: the same for all places of a scope that imports.
    fn brought_in(&self, file: &FileNode, place: Place, name: &str) -> Option<Found> {
        let scope = std::iter::successors(place.scope, |at| file.symbol(*at).parent).find(|at| {
            let kind = file.symbol(*at).kind;
            let holds_names =
                holds_members(kind) || matches!(kind, SymbolKind::Module | SymbolKind::Namespace);
            holds_names || file.has_imports_in(*at)
        });
        if let Some(known) = self.outer.borrow().get(name) {
            let known = known.iter().find(|(slot, of, _)| *slot == place.slot && *of == scope);
            if let Some((_, _, found)) = known {
                return found.clone();
            }
        }
        let place = Place::new(place.slot, scope);
        let found = self
            .imported(file, place, name)
            .or_else(|| self.shared(file, place, name))
            .or_else(|| self.by_wildcard(file, place.slot, name))
            .or_else(|| self.module_in_scope(file, place, name));
        if self.has_steps() {
            let mut outer = self.outer.borrow_mut();
            outer.entry(name.into()).or_default().push((place.slot, scope, found.clone()));
        }
        found
    }

    /// Looks from the innermost symbol outwards: what it defines, its parameters, its bindings.
    fn in_surroundings(&self, file: &FileNode, place: Place, name: &str) -> Option<Found> {
        let mut at = place.scope;
        while let Some(ordinal) = at {
            let symbol = file.symbol(ordinal);
            let is_open = !holds_members(symbol.kind) || file.rules.members_in_scope || at == place.scope;
            if is_open {
                if let Some(found) = self.defined_in(file, Node { slot: place.slot, ordinal }, name) {
                    return Some(found);
                }
                if let Some(found) = self.bound_in(file, place, Some(ordinal), name) {
                    return Some(found);
                }
            }
            at = symbol.parent;
        }
        None
    }

    fn defined_in(&self, file: &FileNode, outer: Node, name: &str) -> Option<Found> {
        let kind = file.symbol(outer.ordinal).kind;
        let is_bare = |at: &u32| {
            let is_member = is_member_kind(file.symbol(*at).kind);
            file.rules.members_in_scope || holds_members(kind) || !is_member
        };
        let children: Vec<Node> = file
            .symbols_named(name)
            .filter(|at| file.symbol(*at).parent == Some(outer.ordinal) && is_bare(at))
            .map(|ordinal| Node { slot: outer.slot, ordinal })
            .collect();
        if !children.is_empty() {
            return Some(Found::exact(Entity::Symbols(children)));
        }
        if !file.rules.members_in_scope {
            return None;
        }
        if holds_members(kind) {
            let around = self.type_around(Place::new(outer.slot, Some(outer.ordinal)))?;
            return self.type_member(around, name).filter(|found| found.entity != Entity::External);
        }
        let is_outlying = file.is_outlying(outer.ordinal);
        let around =
            is_outlying.then(|| self.type_of_outlying_method(outer.slot, outer.ordinal)).flatten()?;
        self.type_member(around, name).filter(|found| found.entity != Entity::External)
    }

    /// The parameter or binding of this name that belongs to `outer`, as the value that it holds.
    fn bound_in(&self, file: &FileNode, place: Place, outer: Option<u32>, name: &str) -> Option<Found> {
        if let Some(binding) = self.binding(file, place, outer, name) {
            return Some(self.value_of_binding(place, binding));
        }
        let parameters = &file.symbol(outer?).parameters;
        let parameter = parameters.iter().find(|parameter| &*parameter.name == name)?;
        if parameter.declared_type.is_empty() {
            return Some(Found::scoped(Entity::Unknown));
        }
        let value = self.written_type(Place::new(place.slot, outer), &parameter.declared_type);
        Some(value.unwrap_or(Found::scoped(Entity::External)))
    }

    /// The binding of this name that belongs to `outer`: the last one before the place, else one that says something.
    fn binding<'f>(
        &self,
        file: &'f FileNode,
        place: Place,
        outer: Option<u32>,
        name: &str,
    ) -> Option<&'f BindingRecord> {
        let mut bindings = file.bindings_named(name).filter(|binding| binding.enclosing == outer);
        let is_ordered = outer == place.scope || file.rules.has_unseen_scopes;
        let last = self.offset_at_home(place).filter(|_| is_ordered).and_then(|offset| {
            let mut before = bindings.clone().take_while(|binding| binding.start_byte < offset);
            let last = before.clone().last()?;
            Some(before.find(|binding| has_content(last) || !binding.declared_type.is_empty()).map_or(
                last,
                |typed| {
                    if has_content(last) { last } else { typed }
                },
            ))
        });
        last.or_else(|| bindings.clone().find(|binding| has_content(binding))).or_else(|| bindings.next())
    }

    /// Where the place is, if it is in the file whose uses are resolved: of other files the outline alone counts.
    fn offset_at_home(&self, place: Place) -> Option<u32> {
        place.offset.filter(|_| place.slot == self.home)
    }

    fn at_top_level(&self, file: &FileNode, place: Place, name: &str) -> Option<Found> {
        let mut nodes: Vec<Node> = file
            .symbols_named(name)
            .filter(|at| file.is_top_level(*at) && !is_part_of_another(file, *at))
            .map(|ordinal| Node { slot: place.slot, ordinal })
            .collect();
        nodes.extend(self.imported_beside_module(file, &nodes, name));
        if let Some(binding) = self.binding_in_unseen_scope(file, place, &nodes, name) {
            return Some(self.value_of_binding(place, binding).at_most(crate::Confidence::Scoped));
        }
        (!nodes.is_empty()).then(|| Found::exact(Entity::Symbols(nodes)))
    }

    /// What an import adds to the module of the same name that the file declares: `mod spawn; pub use spawn::spawn;`.
    fn imported_beside_module(&self, file: &FileNode, nodes: &[Node], name: &str) -> Vec<Node> {
        let is_module = |node: &Node| file.symbol(node.ordinal).kind == SymbolKind::Module;
        let [module] = nodes else { return Vec::new() };
        if file.rules.scheme != Scheme::Rust || !is_module(module) {
            return Vec::new();
        }
        let imports = &file.record().imports;
        let mut outer = file
            .imports_named(name)
            .map(|at| &imports[at as usize])
            .filter(|import| import.enclosing.is_none());
        match outer
            .find_map(|import| self.import(Place::new(module.slot, None), import))
            .map(|found| found.entity)
        {
            Some(Entity::Symbols(found)) => found.into_iter().filter(|node| node != module).collect(),
            _ => Vec::new(),
        }
    }

    /// The binding in a function without a name that stands nearer before the place than any of `nodes`.
    fn binding_in_unseen_scope<'f>(
        &self,
        file: &'f FileNode,
        place: Place,
        nodes: &[Node],
        name: &str,
    ) -> Option<&'f BindingRecord> {
        let offset = self.offset_at_home(place).filter(|_| file.rules.has_unseen_scopes)?;
        let binding = self.binding(file, place, None, name)?;
        let starts = nodes.iter().map(|node| file.symbol(node.ordinal).name_span.start_byte);
        let nearest = starts.filter(|start| *start < offset).max();
        let is_nearer = binding.start_byte < offset && nearest.is_none_or(|start| start < binding.start_byte);
        is_nearer.then_some(binding)
    }

    /// Of several definitions of one name in functions without a name, which look as if they stood at the top, the
    /// nearest before the place. Declarations side by side are one thing.
    pub(super) fn nearest(&self, place: Place, found: Found) -> Found {
        let (Some(offset), Entity::Symbols(nodes)) = (self.offset_at_home(place), &found.entity) else {
            return found;
        };
        let Some(file) = self.index.node(place.slot).filter(|file| file.rules.has_unseen_scopes) else {
            return found;
        };
        let are_here = nodes.iter().all(|node| node.slot == place.slot);
        let siblings = |pair: &[Node]| {
            let between = pair[0].ordinal + 1..pair[1].ordinal;
            between.into_iter().all(|at| file.symbol(at).parent != file.symbol(pair[0].ordinal).parent)
        };
        if !are_here || nodes.windows(2).all(siblings) {
            return found;
        }
        let start = |node: &Node| file.symbol(node.ordinal).name_span.start_byte;
        let nearest = nodes.iter().rfind(|node| start(node) <= offset).or(nodes.first()).copied();
        let nodes = nearest.into_iter().collect();
        Found::scoped(Entity::Symbols(nodes))
    }

    /// What an import brings in under this name; an import in a function counts only there.
    fn imported(&self, file: &FileNode, place: Place, name: &str) -> Option<Found> {
        let imports = &file.record().imports;
        let visible = |import: &ImportRecord| {
            import.enclosing.is_none_or(|outer| {
                let is_module = matches!(file.symbol(outer).kind, SymbolKind::Module | SymbolKind::Namespace);
                let mut scopes = std::iter::successors(place.scope, |at| file.symbol(*at).parent);
                scopes.any(|at| at == outer) || (is_module && place.scope.is_none())
            })
        };
        file.imports_named(name)
            .map(|at| &imports[at as usize])
            .filter(|import| visible(import) && !is_export_of_own(import))
            .find_map(|import| self.import(place, import))
    }

    /// What an import leads to: a module, or a name of one.
    pub(super) fn import(&self, place: Place, import: &ImportRecord) -> Option<Found> {
        if !self.may_step() {
            return None;
        }
        if is_export_of_own(import) {
            return self.lookup(Place::new(place.slot, None), &import.name);
        }
        let binds_head = import.name.is_empty() && import.alias.is_empty();
        let module =
            if binds_head { self.first_module(place, &import.module) } else { self.module(place, import) };
        let Some(module) = module else { return Some(Found::exact(Entity::External)) };
        match &*import.name {
            "" | "*" => Some(module),
            "self" if self.file(place.slot)?.rules.scheme == Scheme::Rust => Some(module),
            // `from . import a` in the package's own file
            name if module.entity == Entity::File(place.slot) => {
                let found = self.at_top_level(self.file(place.slot)?, Place::new(place.slot, None), name);
                found
                    .or_else(|| self.submodule(place.slot, name))
                    .or_else(|| Some(Found::exact(Entity::External)))
            }
            name => self.exported(&module, name).or_else(|| Some(Found::exact(Entity::External))),
        }
    }

    /// What the other files of the directory or the namespace define.
    fn shared(&self, file: &FileNode, place: Place, name: &str) -> Option<Found> {
        if file.rules.shares_directory {
            let directory = paths::parent(file.path()).unwrap_or_default();
            return self.in_directory(directory, name);
        }
        if !file.rules.shares_namespace {
            return None;
        }
        let is_open = file.rules.has_open_modules;
        let mut namespace =
            if is_open { module_at(file, place.scope) } else { file.namespace_at(place.scope) };
        loop {
            if let Some(found) = self.in_namespace(file, &namespace, name) {
                return Some(if is_open { found.at_most(crate::Confidence::Scoped) } else { found });
            }
            if namespace.is_empty() {
                return None;
            }
            namespace = namespace.rsplit_once('.').map_or_else(String::new, |(outer, _)| outer.to_owned());
            if namespace.is_empty() && !is_open {
                return None;
            }
        }
    }

    fn by_wildcard(&self, file: &FileNode, slot: Slot, name: &str) -> Option<Found> {
        if file.rules.scheme == Scheme::Include {
            return self.by_include(file, slot, name);
        }
        let place = Place::new(slot, None);
        file.wildcard_imports().find_map(|import| {
            let place = Place { scope: import.enclosing, ..place };
            let module = self.module(place, import)?;
            let found = self.exported(&module, name)?;
            Some(found.at_most(crate::Confidence::Scoped))
        })
    }

    /// What a module gives to those who import `name` from it.
    pub(super) fn exported(&self, module: &Found, name: &str) -> Option<Found> {
        if !self.may_step() {
            return None;
        }
        let found = match &module.entity {
            Entity::File(slot) => self.exported_by_file(*slot, name),
            Entity::Directory(directory) => {
                self.in_directory(directory, name).or_else(|| self.submodule_of_directory(directory, name))
            }
            Entity::Namespace(namespace) => {
                let user = self.file(self.home)?;
                let found = self.in_namespace(user, namespace, name);
                found.or_else(|| self.namespace(&format!("{namespace}.{name}")))
            }
            Entity::Symbols(_) => self.member(module, name),
            Entity::Value { .. } | Entity::Super(_) | Entity::Unknown => None,
            Entity::External => Some(Found::exact(Entity::External)),
        }?;
        Some(found.at_most(module.confidence))
    }

    fn exported_by_file(&self, slot: Slot, name: &str) -> Option<Found> {
        let file = self.file(slot)?;
        if let Some(found) = self.at_top_level(file, Place::new(slot, None), name) {
            return Some(found);
        }
        let imports = &file.record().imports;
        let is_exported = |import: &&ImportRecord| file.rules.imports_are_exports || import.is_reexport;
        let place = Place::new(slot, None);
        let by_import = file
            .imports_named(name)
            .map(|at| &imports[at as usize])
            .filter(|import| import.enclosing.is_none())
            .filter(is_exported)
            .find_map(|import| self.import(place, import))
            .filter(|found| !found.is_outside());
        if by_import.is_some() {
            return by_import;
        }
        if name == DEFAULT
            && let Some(found) = self.default_export(file, slot)
        {
            return Some(found);
        }
        if let Some(found) = self.submodule(slot, name) {
            return Some(found);
        }
        let wildcards =
            file.wildcard_imports().filter(is_exported).filter(|import| import.enclosing.is_none());
        wildcards.into_iter().find_map(|import| {
            let module = self.module(place, import).filter(|module| module.entity != Entity::File(slot))?;
            self.exported(&module, name).filter(|found| found.entity != Entity::External)
        })
    }

    /// `export default class A`.
    fn default_export(&self, file: &FileNode, slot: Slot) -> Option<Found> {
        let symbols = &file.record().symbols;
        let at = symbols.iter().position(|symbol| symbol.signature.starts_with("export default"))?;
        Some(Found::exact(Entity::Symbols(vec![Node { slot, ordinal: at as u32 }])))
    }

    /// The top-level definitions of a name in the files of a directory.
    pub(super) fn in_directory(&self, directory: &str, name: &str) -> Option<Found> {
        let nodes: Vec<Node> = self
            .named(name)
            .iter()
            .filter(|node| {
                self.index.node(node.slot).is_some_and(|file| {
                    file.rules.shares_directory
                        && paths::parent(file.path()) == Some(directory)
                        && file.is_top_level(node.ordinal)
                        && !is_part_of_another(file, node.ordinal)
                })
            })
            .copied()
            .collect();
        (!nodes.is_empty()).then(|| Found::exact(Entity::Symbols(nodes)))
    }

    /// The definitions of a name that say they belong to a namespace, or to a type of that name.
    pub(super) fn in_namespace(&self, user: &FileNode, namespace: &str, name: &str) -> Option<Found> {
        let nodes: Vec<Node> = self
            .named(name)
            .iter()
            .filter(|node| {
                self.index.node(node.slot).is_some_and(|file| {
                    file.rules.family == user.rules.family
                        && file.symbol(node.ordinal).kind != SymbolKind::Namespace
                        && file.container(node.ordinal) == namespace
                })
            })
            .copied()
            .collect();
        (!nodes.is_empty()).then(|| Found::exact(Entity::Symbols(nodes)))
    }
}

/// The qualified name of the innermost module or type around `scope`, its parts joined by `.`.
fn module_at(file: &FileNode, scope: Option<u32>) -> String {
    let holds_names =
        |at: &u32| file.symbol(*at).kind == SymbolKind::Module || holds_members(file.symbol(*at).kind);
    let around = std::iter::successors(scope, |at| file.symbol(*at).parent).find(holds_names);
    around.map_or_else(String::new, |at| crate::index::dotted(&file.symbol(at).qualified_name))
}

/// Whether the import only exports a name of its own file: `export { a as b }`.
fn is_export_of_own(import: &ImportRecord) -> bool {
    import.module.is_empty() && import.is_reexport
}

fn has_content(binding: &BindingRecord) -> bool {
    !binding.declared_type.is_empty() || !binding.value.is_empty()
}

/// Whether a definition stands for no name of its own at the top level: namespaces do only where they are values.
fn is_part_of_another(file: &FileNode, ordinal: u32) -> bool {
    match file.symbol(ordinal).kind {
        SymbolKind::Impl | SymbolKind::Heading => true,
        SymbolKind::Namespace => file.rules.scheme != Scheme::Ecmascript,
        _ => false,
    }
}

/// Whether the kind is one of members: of objects written out, too, whose members no bare name means.
fn is_member_kind(kind: SymbolKind) -> bool {
    matches!(kind, SymbolKind::Method | SymbolKind::Field | SymbolKind::Property)
}

/// Whether what stands in the kind are members, which bare names mean in some languages only.
pub(super) fn holds_members(kind: SymbolKind) -> bool {
    kind.is_type() || kind == SymbolKind::Impl
}
