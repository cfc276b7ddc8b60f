//! Members: what a name means in a type, a value, a module.

use std::rc::Rc;

use contexd_store::{SymbolKind, SymbolRecord};

use super::scope::holds_members;
use super::{Base, Entity, Found, Place, Resolver};
use crate::edge::{Node, Slot};
use crate::index::FileNode;

/// How far bases of bases are followed.
const MAX_BASES: usize = 64;

impl Resolver<'_> {
    /// What `holder.name` means.
    pub(super) fn member(&self, holder: &Found, name: &str) -> Option<Found> {
        if !self.may_step() {
            return None;
        }
        let found = match &holder.entity {
            Entity::Symbols(nodes) => {
                let found = nodes.iter().find_map(|node| self.member_of_symbol(*node, name));
                found.or_else(|| self.made_by(nodes, name))
            }
            // A container's own members are not known.
            Entity::Value { wrapped: true, .. } => Some(Found::exact(Entity::External)),
            Entity::Value { of, wrapped: false } => self.type_member(*of, name),
            // What the bases lack, the one that all types have may offer.
            Entity::Super(of) => {
                self.inherited_member(*of, name).or_else(|| Some(Found::exact(Entity::External)))
            }
            Entity::Unknown => None,
            Entity::File(_) | Entity::Directory(_) | Entity::Namespace(_) | Entity::External => {
                self.exported(holder, name)
            }
        }?;
        Some(found.at_most(holder.confidence))
    }

    /// The value that `Type.new` makes where that is no method of the type.
    fn made_by(&self, nodes: &[Node], name: &str) -> Option<Found> {
        let of = nodes.iter().copied().find(|node| self.is_type(*node))?;
        let makes = self.file(of.slot)?.rules.constructor == name;
        makes.then(|| Found::scoped(Entity::Value { of, wrapped: false }))
    }

    fn member_of_symbol(&self, node: Node, name: &str) -> Option<Found> {
        let file = self.file(node.slot)?;
        match file.symbol(node.ordinal).kind {
            SymbolKind::TypeAlias => {
                let value = self.alias_target(node)?;
                self.member(&value, name)
            }
            SymbolKind::Impl => self.type_member(self.implemented_type(node.slot, node.ordinal)?, name),
            kind if kind.is_type() => self.type_member(node, name),
            SymbolKind::Module | SymbolKind::Namespace => self.child(file, node, name).or_else(|| {
                let place = Place::new(node.slot, Some(node.ordinal));
                let imports = &file.record().imports;
                let import = file
                    .imports_named(name)
                    .map(|at| &imports[at as usize])
                    .find(|import| import.enclosing == Some(node.ordinal));
                match import {
                    Some(import) => self.import(place, import),
                    None if file.rules.has_open_modules => {
                        let module = crate::index::dotted(&file.symbol(node.ordinal).qualified_name);
                        Some(self.in_namespace(file, &module, name)?.at_most(crate::Confidence::Scoped))
                    }
                    None => self.exported(&self.module_declared(node)?, name),
                }
            }),
            SymbolKind::Function | SymbolKind::Method | SymbolKind::Constructor | SymbolKind::Macro => {
                if is_accessor(file.symbol(node.ordinal)) {
                    return self.member(&self.given_by(node)?, name);
                }
                self.child(file, node, name).filter(|_| file.rules.scheme == crate::rules::Scheme::Ecmascript)
            }
            _ => {
                let own = self.child(file, node, name);
                own.or_else(|| self.member(&self.value_of_symbol(node)?, name))
            }
        }
    }

    /// What stands in a symbol under this name.
    fn child(&self, file: &FileNode, outer: Node, name: &str) -> Option<Found> {
        let nodes: Vec<Node> = file
            .symbols_named(name)
            .filter(|at| file.symbol(*at).parent == Some(outer.ordinal))
            .map(|ordinal| Node { slot: outer.slot, ordinal })
            .collect();
        (!nodes.is_empty()).then(|| Found::exact(Entity::Symbols(nodes)))
    }

    /// A member of a type, its own or a base's. Of a type with a base outside the repository nothing more is
    /// known: what it lacks may be there.
    pub(super) fn type_member(&self, of: Node, name: &str) -> Option<Found> {
        if !self.may_step() {
            return None;
        }
        if let Some(found) = self.own_member(of, name) {
            return Some(found);
        }
        self.inherited_member(of, name)
    }

    pub(super) fn own_member(&self, of: Node, name: &str) -> Option<Found> {
        let file = self.file(of.slot)?;
        if let Some(found) = self.child(file, of, name) {
            return Some(found);
        }
        let attached = self.attached_members(of, name);
        if !attached.is_empty() {
            return Some(Found::exact(Entity::Symbols(attached)));
        }
        self.field_set_by_method(file, of, name)
    }

    /// Methods that stand outside their type: in `impl` blocks, extensions, with a receiver or a qualified name.
    fn attached_members(&self, of: Node, name: &str) -> Vec<Node> {
        let Some(file) = self.file(of.slot) else { return Vec::new() };
        let type_name = &*file.symbol(of.ordinal).name;
        let mut found = Vec::new();
        for block in self.blocks_of(of).iter() {
            let Some(holder) = self.file(block.slot) else { continue };
            let members =
                holder.symbols_named(name).filter(|at| holder.symbol(*at).parent == Some(block.ordinal));
            found.extend(members.map(|ordinal| Node { slot: block.slot, ordinal }));
        }
        if file.rules.scheme == crate::rules::Scheme::Rust {
            return found;
        }
        let is_attached = |node: &&Node| {
            self.index.node(node.slot).is_some_and(|holder| {
                holder.rules.family == file.rules.family
                    && holder.is_outlying(node.ordinal)
                    && written_container(&holder.symbol(node.ordinal).qualified_name, name) == Some(type_name)
                    && self.type_of_outlying_method(node.slot, node.ordinal) == Some(of)
            })
        };
        found.extend(self.named(name).iter().filter(is_attached).copied());
        found
    }

    /// The `impl` blocks and extensions of a type, which bear its name.
    fn blocks_of(&self, of: Node) -> Rc<[Node]> {
        if let Some(known) = self.blocks.borrow().get(&of) {
            return Rc::clone(known);
        }
        let Some(file) = self.file(of.slot) else { return Rc::default() };
        let is_block = |node: &&Node| {
            self.index.node(node.slot).is_some_and(|holder| {
                holder.rules.family == file.rules.family
                    && holder.symbol(node.ordinal).kind == SymbolKind::Impl
                    && self.implemented_type(node.slot, node.ordinal) == Some(of)
            })
        };
        let found: Rc<[Node]> =
            self.named(&file.symbol(of.ordinal).name).iter().filter(is_block).copied().collect();
        if self.has_steps() {
            self.blocks.borrow_mut().insert(of, Rc::clone(&found));
        }
        found
    }

    /// `self.name = ...` in one of the type's methods, as the value that it is set to.
    fn field_set_by_method(&self, file: &FileNode, of: Node, name: &str) -> Option<Found> {
        let own_type = |scope: u32| {
            let outer = std::iter::successors(Some(scope), |at| file.symbol(*at).parent)
                .find(|at| holds_members(file.symbol(*at).kind));
            outer == Some(of.ordinal)
        };
        if let Some(found) = self.field_of_constructor(file, of, name) {
            return Some(found);
        }
        for self_name in file.rules.self_names {
            let field = format!("{self_name}.{name}");
            let set = |with_content: bool| {
                file.bindings_named(&field).find(|binding| {
                    binding.enclosing.is_some_and(own_type)
                        && (!with_content || !binding.value.is_empty() || !binding.declared_type.is_empty())
                })
            };
            if let Some(binding) = set(true).or_else(|| set(false)) {
                let place = Place::new(of.slot, binding.enclosing);
                return Some(self.value_of_binding(place, binding));
            }
        }
        None
    }

    /// `constructor(private name: T)`, as a value of that type.
    fn field_of_constructor(&self, file: &FileNode, of: Node, name: &str) -> Option<Found> {
        if file.rules.scheme != crate::rules::Scheme::Ecmascript {
            return None;
        }
        let constructor =
            file.symbols_named("constructor").find(|at| file.symbol(*at).parent == Some(of.ordinal))?;
        let symbol = file.symbol(constructor);
        let parameter = symbol.parameters.iter().find(|parameter| &*parameter.name == name)?;
        let is_field = ["private", "public", "protected", "readonly"]
            .iter()
            .any(|word| symbol.signature.contains(&format!("{word} {name}")));
        let value = is_field
            .then(|| self.written_type(Place::new(of.slot, of.ordinal.into()), &parameter.declared_type));
        value.map(|value| value.unwrap_or(Found::scoped(Entity::Unknown)))
    }

    /// A member that the bases have, the nearest first.
    fn inherited_member(&self, of: Node, name: &str) -> Option<Found> {
        let mut pending: Vec<Node> = vec![of];
        let mut seen: Vec<Node> = vec![of];
        let mut has_unknown = false;
        let mut next = 0;
        while next < pending.len() && next < MAX_BASES {
            let type_ = pending[next];
            next += 1;
            for base in self.bases_of(type_) {
                match base {
                    Base::External => has_unknown = true,
                    Base::Known(node) if seen.contains(&node) => {}
                    Base::Known(node) => {
                        if let Some(found) = self.own_member(node, name) {
                            return Some(found);
                        }
                        seen.push(node);
                        pending.push(node);
                    }
                }
            }
        }
        has_unknown.then(|| Found::exact(Entity::External))
    }

    /// What a type extends or implements, written at it or at its `impl` blocks.
    pub(crate) fn bases_of(&self, of: Node) -> Vec<Base> {
        let Some(file) = self.file(of.slot) else { return Vec::new() };
        let mut bases: Vec<Base> = self.bases.get(&of).map(|bases| bases.to_vec()).unwrap_or_default();
        if file.rules.scheme == crate::rules::Scheme::Rust {
            let of_blocks = self.blocks_of(of);
            bases.extend(
                of_blocks
                    .iter()
                    .filter_map(|block| self.bases.get(block))
                    .flat_map(|found| found.iter().copied()),
            );
        }
        bases
    }

    /// The type that an `impl` block or an extension is for.
    pub(super) fn implemented_type(&self, slot: Slot, ordinal: u32) -> Option<Node> {
        let file = self.file(slot)?;
        let symbol = file.symbol(ordinal);
        let place = Place::new(slot, symbol.parent);
        self.type_named(place, &symbol.name)
    }

    /// The type that a method belongs to which stands outside it (`func (T) m()`, `T::m() {}`).
    pub(super) fn type_of_outlying_method(&self, slot: Slot, ordinal: u32) -> Option<Node> {
        let file = self.file(slot)?;
        let symbol = file.symbol(ordinal);
        let container = written_container(&symbol.qualified_name, &symbol.name)?;
        self.type_named(Place::new(slot, symbol.parent), container)
    }

    /// The type of this name that is meant at `place`: by scope, else the only one of the family.
    fn type_named(&self, place: Place, name: &str) -> Option<Node> {
        let file = self.file(place.slot)?;
        let is_type = |node: &&Node| {
            self.index.node(node.slot).is_some_and(|holder| {
                holder.rules.family == file.rules.family && holder.symbol(node.ordinal).kind.is_type()
            })
        };
        let in_file: Vec<u32> =
            file.symbols_named(name).filter(|at| file.symbol(*at).kind.is_type()).collect();
        if let [ordinal] = in_file[..] {
            return Some(Node { slot: place.slot, ordinal });
        }
        let mut everywhere = self.named(name).iter().filter(is_type);
        let first = everywhere.next()?;
        if everywhere.next().is_none() {
            return Some(*first);
        }
        match self.lookup(place, name)?.entity {
            Entity::Symbols(nodes) => nodes.iter().find(|node| is_type(node)).copied(),
            _ => None,
        }
    }
}

/// Whether a method is used like a field: what it gives stands for it.
fn is_accessor(symbol: &SymbolRecord) -> bool {
    let is_marked = |attribute: &str| {
        let name = attribute.split('(').next().unwrap_or_default().trim();
        name.ends_with("property") || name.ends_with(".setter")
    };
    let is_getter = symbol.signature.split_whitespace().any(|word| word == "get");
    symbol.attributes.iter().any(|attribute| is_marked(attribute)) || is_getter
}

/// The last part of what stands before `name` in a qualified name.
fn written_container<'q>(qualified: &'q str, name: &str) -> Option<&'q str> {
    let before = qualified.strip_suffix(name)?.trim_end_matches([':', '.', '\\', '#']);
    let last = before.rsplit([':', '.', '\\', '#']).next()?;
    (!last.is_empty()).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_as_written() {
        assert_eq!(written_container("a::B::c", "c"), Some("B"));
        assert_eq!(written_container("Server.Start", "Start"), Some("Server"));
        assert_eq!(written_container("c", "c"), None);
    }
}
