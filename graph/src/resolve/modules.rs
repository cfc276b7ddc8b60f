//! Modules: from what an import writes to a file, a directory or a namespace.

use contexd_store::{ImportRecord, SymbolKind};

use super::{Entity, Found, Place, Resolver};
use crate::edge::{Confidence, Node, Slot};
use crate::index::{FileNode, Manifest};
use crate::paths;
use crate::rules::Scheme;

impl Resolver<'_> {
    /// The module that an import names; `None` where it is not one of the repository's.
    pub(crate) fn module(&self, place: Place, import: &ImportRecord) -> Option<Found> {
        self.module_named(place, &import.module)
    }

    fn module_named(&self, place: Place, module: &str) -> Option<Found> {
        if !self.may_step() {
            return None;
        }
        let file = self.file(place.slot)?;
        match file.rules.scheme {
            Scheme::Python => self.python_module(file, module),
            Scheme::Ecmascript => self.ecmascript_module(file, module),
            Scheme::Rust => self.rust_path(place, module),
            Scheme::Go => self.go_package(file, module),
            Scheme::Namespace => Some(Found::exact(Entity::Namespace(crate::index::dotted(module)))),
            Scheme::Include => self.included_file(file, module).map(file_entity),
            Scheme::File => self.required_file(file, module).map(file_entity),
        }
    }

    /// The module that the import of a dotted module binds: its first.
    pub(super) fn first_module(&self, place: Place, module: &str) -> Option<Found> {
        let file = self.file(place.slot)?;
        if file.rules.binds_first_part && !module.starts_with('.') {
            return self.module_named(place, module.split('.').next().unwrap_or(module));
        }
        self.module_named(place, module)
    }

    /// A module that stands beneath the module that a file is.
    pub(super) fn submodule(&self, slot: Slot, name: &str) -> Option<Found> {
        let file = self.file(slot)?;
        match file.rules.scheme {
            Scheme::Python if paths::stem(file.path()) == "__init__" => {
                self.submodule_of_directory(paths::parent(file.path()).unwrap_or_default(), name)
            }
            Scheme::Rust => self.rust_child(slot, None, name),
            _ => None,
        }
    }

    /// A module or package in a directory.
    pub(super) fn submodule_of_directory(&self, directory: &str, name: &str) -> Option<Found> {
        let base = paths::join(directory, name);
        let candidates = ["/__init__.py", "/__init__.pyi", ".py", ".pyi"];
        let file = candidates.iter().find_map(|suffix| self.slot_at(&format!("{base}{suffix}")));
        if let Some(slot) = file {
            return Some(file_entity(slot));
        }
        self.has_directory(&base).then(|| Found::exact(Entity::Directory(base)))
    }

    /// The files of the package that a directory is, where directories are packages.
    pub(crate) fn files_of_package(&self, directory: &str) -> Vec<Slot> {
        let shares = |slot: &Slot| self.index.node(*slot).is_some_and(|file| file.rules.shares_directory);
        self.index.files_in_directory(directory).iter().filter(|slot| shares(slot)).copied().collect()
    }

    /// The files that have definitions in a namespace, by path.
    pub(crate) fn files_of_namespace(&self, namespace: &str) -> Vec<Slot> {
        self.notes.note(crate::dependency::Key::namespace(namespace));
        let files = self.index.files_in_namespace(namespace).iter();
        let mut found: Vec<(&str, Slot)> = files
            .filter_map(|slot| Some((self.index.node(*slot)?, *slot)))
            .filter(|(file, _)| file.is_in_namespace(namespace))
            .map(|(file, slot)| (file.path(), slot))
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, slot)| slot).collect()
    }

    /// A bare name that means a module, where the language has such: Rust's own crates and modules.
    pub(super) fn module_in_scope(&self, file: &FileNode, place: Place, name: &str) -> Option<Found> {
        match file.rules.scheme {
            Scheme::Rust => self.rust_head(place, name),
            Scheme::Namespace => self.in_namespace(file, "", name).or_else(|| self.namespace(name)),
            Scheme::Include => self.namespace(name),
            _ => None,
        }
    }

    /// A namespace that some file has.
    pub(super) fn namespace(&self, name: &str) -> Option<Found> {
        self.notes.note(crate::dependency::Key::namespace(name));
        let exists = !self.index.files_in_namespace(name).is_empty();
        exists.then(|| Found::scoped(Entity::Namespace(name.to_owned())))
    }

    fn python_module(&self, file: &FileNode, module: &str) -> Option<Found> {
        let directory = paths::parent(file.path()).unwrap_or_default();
        let dots = module.len() - module.trim_start_matches('.').len();
        let parts: Vec<&str> = module.split('.').filter(|part| !part.is_empty()).collect();
        if dots > 0 {
            let base = std::iter::successors(Some(directory), |at| paths::parent(at)).nth(dots - 1)?;
            return self.python_beneath(base, &parts);
        }
        self.notes.note(crate::dependency::Key::layout());
        let is_package = |directory: &str| self.slot_at(&paths::join(directory, "__init__.py")).is_some();
        let above = paths::ancestors(file.path()).filter(|directory| !is_package(directory));
        above.chain(self.index.package_roots()).find_map(|root| self.python_beneath(root, &parts))
    }

    fn python_beneath(&self, root: &str, parts: &[&str]) -> Option<Found> {
        let Some((last, outer)) = parts.split_last() else {
            let marker = paths::join(root, "__init__.py");
            return match self.slot_at(&marker) {
                Some(slot) => Some(file_entity(slot)),
                None => Some(Found::exact(Entity::Directory(root.to_owned()))),
            };
        };
        let mut directory = root.to_owned();
        for part in outer {
            directory = paths::join(&directory, part);
            if !self.has_directory(&directory) {
                return None;
            }
        }
        self.submodule_of_directory(&directory, last)
    }

    fn ecmascript_module(&self, file: &FileNode, module: &str) -> Option<Found> {
        let directory = paths::parent(file.path()).unwrap_or_default();
        if module.starts_with('.') {
            let path = paths::resolve(directory, module)?;
            return self.file_with_suffix(file, &path).map(file_entity);
        }
        self.notes.note(crate::dependency::Key::layout());
        let manifests = self.index.manifests();
        let fitting = manifests
            .iter()
            .filter(|manifest| is_ecmascript_manifest(manifest) && governs(manifest, file.path()))
            .filter_map(|manifest| Some((manifest, mapped(manifest, module)?)));
        let found = fitting.filter_map(|(manifest, path)| {
            let slot = self.file_with_suffix(file, &path)?;
            Some((precedence(manifest, self.index.node(slot)?.path()), slot))
        });
        match found.min_by_key(|(precedence, _)| *precedence) {
            Some((_, slot)) => Some(file_entity(slot)),
            None => self.package_around(file, module),
        }
    }

    /// A module of the package that the file is in, told by the name of its directory: where no manifest is known.
    fn package_around(&self, file: &FileNode, module: &str) -> Option<Found> {
        let (package, rest) = module.split_once('/').unwrap_or((module, "index"));
        let above = paths::ancestors(file.path()).find(|directory| paths::file_name(directory) == package)?;
        let found = ["src", ""].iter().find_map(|source| {
            let path = paths::join(&paths::join(above, source), rest);
            self.file_with_suffix(file, &path).filter(|slot| *slot != self.home)
        })?;
        Some(Found::scoped(Entity::File(found)))
    }

    /// `path` as it stands, with a suffix, as a directory with an index, or with its suffix exchanged.
    fn file_with_suffix(&self, file: &FileNode, path: &str) -> Option<Slot> {
        if let Some(slot) = self.slot_at(path) {
            return Some(slot);
        }
        let suffixes = file.rules.suffixes;
        let direct = suffixes.iter().find_map(|suffix| self.slot_at(&format!("{path}{suffix}")));
        let exchanged = || {
            let (base, suffix) = path.rsplit_once('.').filter(|(_, suffix)| !suffix.contains('/'))?;
            let other = match suffix {
                "js" => [".ts", ".tsx"],
                "mjs" => [".mts", ".ts"],
                "cjs" => [".cts", ".ts"],
                "jsx" => [".tsx", ".ts"],
                _ => return None,
            };
            other.iter().find_map(|suffix| self.slot_at(&format!("{base}{suffix}")))
        };
        let index = || {
            let suffixes = suffixes.iter().filter(|suffix| suffix.starts_with('.'));
            suffixes.into_iter().find_map(|suffix| self.slot_at(&format!("{path}/index{suffix}")))
        };
        direct.or_else(exchanged).or_else(index)
    }

    fn go_package(&self, file: &FileNode, module: &str) -> Option<Found> {
        self.notes.note(crate::dependency::Key::layout());
        let manifests = self.index.manifests().iter().filter(|manifest| &*manifest.file_name == "go.mod");
        let mut fitting: Vec<(usize, String)> = manifests
            .filter_map(|manifest| {
                let rest = module.strip_prefix(&*manifest.prefix)?;
                let rest = rest.strip_prefix('/').or_else(|| rest.is_empty().then_some(""))?;
                Some((manifest.prefix.len(), paths::join(&manifest.directory, rest)))
            })
            .collect();
        fitting.sort_by_key(|(length, _)| std::cmp::Reverse(*length));
        let _ = file;
        let directory = fitting.into_iter().map(|(_, path)| path).find(|path| self.has_directory(path))?;
        Some(Found::exact(Entity::Directory(directory)))
    }

    /// An included file: beside the including one, else the only or nearest file whose path ends so.
    pub(super) fn included_file(&self, file: &FileNode, written: &str) -> Option<Slot> {
        let directory = paths::parent(file.path()).unwrap_or_default();
        if let Some(slot) = paths::resolve(directory, written).and_then(|path| self.slot_at(&path)) {
            return Some(slot);
        }
        let written = written.trim_start_matches("./");
        self.file_ending_with(file, written)
    }

    fn required_file(&self, file: &FileNode, written: &str) -> Option<Slot> {
        let directory = paths::parent(file.path()).unwrap_or_default();
        let slashed = if written.contains('/') {
            written.to_owned()
        } else {
            written.replace("::", "/").replace('.', "/")
        };
        for name in [written, &slashed] {
            let local = paths::resolve(directory, name.rsplit_once(':').map_or(name, |(_, path)| path));
            if let Some(slot) = local.and_then(|path| self.with_own_suffix(file, &path)) {
                return Some(slot);
            }
        }
        let names = file.rules.suffixes.iter().map(|suffix| format!("{slashed}{suffix}"));
        std::iter::once(slashed.clone()).chain(names).find_map(|name| {
            let tail = name.trim_start_matches(['.', '/']).to_owned();
            self.file_ending_with(file, &tail)
        })
    }

    fn with_own_suffix(&self, file: &FileNode, path: &str) -> Option<Slot> {
        let suffixed = file.rules.suffixes.iter().find_map(|suffix| self.slot_at(&format!("{path}{suffix}")));
        self.slot_at(path).or(suffixed)
    }

    /// The nearest file whose path is `tail` or ends in it.
    fn file_ending_with(&self, file: &FileNode, tail: &str) -> Option<Slot> {
        let name = paths::file_name(tail);
        self.notes.note(crate::dependency::Key::existence(name));
        let ends =
            |path: &str| path == tail || path.strip_suffix(tail).is_some_and(|rest| rest.ends_with('/'));
        let mut found: Vec<(Slot, &str)> = self
            .index
            .files_named(name)
            .iter()
            .filter_map(|slot| Some((*slot, self.index.node(*slot)?.path())))
            .filter(|(_, path)| ends(path))
            .collect();
        found.sort_by_key(|(_, path)| {
            let shared = file.path().split('/').zip(path.split('/')).take_while(|(a, b)| a == b).count();
            (std::cmp::Reverse(shared), path.len(), *path)
        });
        found.first().map(|(slot, _)| *slot)
    }

    /// What a path of modules and names leads to, from the head on.
    fn rust_path(&self, place: Place, path: &str) -> Option<Found> {
        let mut parts = path.split("::").filter(|part| !part.is_empty());
        let Some(head) = parts.next() else { return self.rust_root(place.slot) };
        let mut found = self.rust_head(place, head).or_else(|| self.lookup(place, head))?;
        let mut at = place;
        for part in parts {
            found = match (part, &found.entity) {
                ("super", Entity::File(slot)) => self.rust_parent(Place::new(*slot, None))?,
                ("super", Entity::Symbols(nodes)) => {
                    let node = nodes.first()?;
                    at = Place::new(node.slot, Some(node.ordinal));
                    self.rust_parent(at)?
                }
                _ => self.exported(&found, part)?,
            };
        }
        let _ = at;
        Some(found)
    }

    /// What the first name of a path means when it is a module.
    fn rust_head(&self, place: Place, name: &str) -> Option<Found> {
        match name {
            "crate" | "$crate" => self.rust_root(place.slot),
            "self" => Some(self.rust_module_around(place)),
            "super" => self.rust_parent(place),
            name => {
                let here = self.rust_module_around(place);
                let child = match &here.entity {
                    Entity::File(slot) => self.rust_child(*slot, None, name),
                    Entity::Symbols(nodes) => {
                        nodes.first().and_then(|node| self.rust_child(node.slot, Some(node.ordinal), name))
                    }
                    _ => None,
                };
                child.or_else(|| self.rust_crate(name))
            }
        }
    }

    /// The inline module around `place`, else the module that the file is.
    fn rust_module_around(&self, place: Place) -> Found {
        let around = self.file(place.slot).and_then(|file| {
            std::iter::successors(place.scope, |at| file.symbol(*at).parent)
                .find(|at| file.symbol(*at).kind == SymbolKind::Module)
        });
        Found::exact(match around {
            Some(ordinal) => Entity::Symbols(vec![Node { slot: place.slot, ordinal }]),
            None => Entity::File(place.slot),
        })
    }

    fn rust_parent(&self, place: Place) -> Option<Found> {
        match self.rust_module_around(place).entity {
            Entity::Symbols(nodes) => {
                let node = nodes.first()?;
                let scope = self.file(node.slot)?.symbol(node.ordinal).parent;
                Some(self.rust_module_around(Place::new(node.slot, scope)))
            }
            _ => self.rust_parent_file(place.slot).map(file_entity),
        }
    }

    /// The file of the module around the one that a file is.
    fn rust_parent_file(&self, slot: Slot) -> Option<Slot> {
        let path = self.file(slot)?.path();
        let directory = paths::parent(path)?;
        let outer = if paths::file_name(path) == "mod.rs" { paths::parent(directory)? } else { directory };
        let of_outer = if outer == directory { directory } else { outer };
        ["mod.rs", "lib.rs", "main.rs"]
            .iter()
            .map(|name| paths::join(of_outer, name))
            .chain((!of_outer.is_empty()).then(|| format!("{of_outer}.rs")))
            .filter(|candidate| candidate != path)
            .find_map(|candidate| self.slot_at(&candidate))
    }

    fn rust_root(&self, slot: Slot) -> Option<Found> {
        let mut at = slot;
        for _ in 0..32 {
            let name = paths::file_name(self.file(at)?.path());
            if matches!(name, "lib.rs" | "main.rs") {
                break;
            }
            match self.rust_parent_file(at) {
                Some(parent) => at = parent,
                None => break,
            }
        }
        Some(file_entity(at))
    }

    /// A module in another: written inline, or a file.
    fn rust_child(&self, slot: Slot, inside: Option<u32>, name: &str) -> Option<Found> {
        let file = self.file(slot)?;
        let is_module = |at: &u32| {
            let symbol = file.symbol(*at);
            symbol.kind == SymbolKind::Module && symbol.parent == inside
        };
        let inline = file.symbols_named(name).find(is_module);
        let directory = self.rust_directory(file, inside);
        let candidates = [format!("{directory}/{name}.rs"), format!("{directory}/{name}/mod.rs")];
        let in_file = candidates.iter().find_map(|path| self.slot_at(path.trim_start_matches('/')));
        match (in_file, inline) {
            (Some(slot), _) => Some(file_entity(slot)),
            (None, Some(ordinal)) => Some(Found::exact(Entity::Symbols(vec![Node { slot, ordinal }]))),
            (None, None) => None,
        }
    }

    /// The file of a module that `mod a;` declares.
    pub(super) fn module_declared(&self, node: Node) -> Option<Found> {
        let file = self.file(node.slot).filter(|file| file.rules.scheme == Scheme::Rust)?;
        let symbol = file.symbol(node.ordinal);
        let found = self.rust_child(node.slot, symbol.parent, &symbol.name)?;
        matches!(found.entity, Entity::File(_)).then_some(found)
    }

    /// Where the files of the modules stand that a module declares.
    fn rust_directory(&self, file: &FileNode, inside: Option<u32>) -> String {
        let path = file.path();
        let directory = paths::parent(path).unwrap_or_default();
        let own = match paths::file_name(path) {
            "mod.rs" | "lib.rs" | "main.rs" => directory.to_owned(),
            name => paths::join(directory, name.trim_end_matches(".rs")),
        };
        let mut names: Vec<&str> = std::iter::successors(inside, |at| file.symbol(*at).parent)
            .map(|at| &*file.symbol(at).name)
            .collect();
        names.reverse();
        names.iter().fold(own, |at, name| paths::join(&at, name))
    }

    /// A crate of the workspace.
    fn rust_crate(&self, name: &str) -> Option<Found> {
        self.notes.note(crate::dependency::Key::layout());
        let manifests = self.index.manifests().iter();
        let manifest = manifests
            .filter(|manifest| &*manifest.file_name == "Cargo.toml")
            .find(|manifest| manifest.prefix.replace('-', "_") == name)?;
        self.slot_at(&paths::join(&manifest.directory, &manifest.target)).map(file_entity)
    }
}

fn file_entity(slot: Slot) -> Found {
    Found { entity: Entity::File(slot), confidence: Confidence::Exact }
}

fn is_ecmascript_manifest(manifest: &Manifest) -> bool {
    let name = &*manifest.file_name;
    name == "package.json" || name.ends_with("config.json") || name.starts_with("tsconfig")
}

/// Whether a manifest's rules hold for a file: a package's name is known everywhere, the rest beneath it.
fn governs(manifest: &Manifest, path: &str) -> bool {
    &*manifest.file_name == "package.json"
        || manifest.directory.is_empty()
        || path.strip_prefix(&*manifest.directory).is_some_and(|rest| rest.starts_with('/'))
}

/// Which of several files that a module's name may lead to is meant, the smallest first: what the compiler's options
/// say counts before what a package says of itself, the nearer and more exact rule before others, source before what
/// is made from it.
fn precedence(manifest: &Manifest, path: &str) -> impl Ord + Copy + use<> {
    let is_package = &*manifest.file_name == "package.json";
    let is_declaration = path.contains(".d.");
    let is_source = path.ends_with("ts") || path.ends_with("tsx");
    let is_made = (!is_source || is_declaration) as u8 + !is_source as u8;
    let length = |text: &str| std::cmp::Reverse(text.len());
    (is_package, length(&manifest.directory), length(&manifest.prefix), is_made)
}

/// The path that a manifest's rule makes of a module's name.
fn mapped(manifest: &Manifest, module: &str) -> Option<String> {
    let (prefix, target) = (&*manifest.prefix, &*manifest.target);
    let tail = if let Some(open) = prefix.strip_suffix('*') {
        let rest = module.strip_prefix(open)?;
        target.replace('*', rest)
    } else if module == prefix {
        target.to_owned()
    } else {
        // A path beneath a package.
        let rest = module.strip_prefix(prefix)?.strip_prefix('/')?;
        rest.to_owned()
    };
    paths::resolve(&manifest.directory, &tail)
}
