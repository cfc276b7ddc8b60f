//! Sorts what a language's query captures by what it is for.
//!
//! No look at any node's parent: nesting is found later from byte ranges.

use std::cmp::Reverse;
use std::ops::Range;

use contexd_store::SymbolKind;
use tree_sitter::Node;

use crate::lang::{Compiled, DefinitionRole, ReferenceRole, Role, StepEffect};

/// Most parameters of one list.
const MAX_PARAMETERS: usize = 32;

/// Byte range of a node.
pub(crate) type Bytes = Range<u32>;

/// What the query found, each list in document order.
#[derive(Default)]
pub(super) struct Captures {
    pub(super) definitions: Vec<RawDefinition>,
    pub(super) regions: Vec<Region>,
    pub(super) comments: Vec<Bytes>,
    pub(super) attributes: Vec<Bytes>,
    pub(super) docstrings: Vec<Bytes>,
    pub(super) references: Vec<RawReference>,
    pub(super) imports: Vec<RawImport>,
    pub(super) bindings: Vec<RawBinding>,
    pub(super) exported: Vec<Bytes>,
    ignored: Vec<Bytes>,
}

/// A definition as the query saw it.
#[derive(Debug)]
pub(super) struct RawDefinition {
    /// The definition's node.
    pub(super) node: Bytes,
    /// The name inside it.
    pub(super) name: Bytes,
    /// Kind and flags from the capture.
    pub(super) role: DefinitionRole,
    /// Position of the pattern in the query; lower wins.
    pub(super) pattern: usize,
    /// The type written beside the name.
    pub(super) scope: Option<Bytes>,
    /// Where the body starts.
    pub(super) body_start: Option<u32>,
    /// Whether the declarator declares something that is called.
    pub(super) callable: bool,
    /// The written type.
    pub(super) declared_type: Option<Bytes>,
    /// The parameters.
    pub(super) parameters: Vec<RawParameter>,
}

impl RawDefinition {
    /// Whether it is a variable, which inside a callable is no symbol.
    pub(super) fn is_local_in_callables(&self) -> bool {
        let kind = self.role.kind;
        self.role.global || matches!(kind, SymbolKind::Variable | SymbolKind::Constant | SymbolKind::Field)
    }
}

/// A part of the file that changes how what is in it is read.
pub(super) struct Region {
    pub(super) node: Bytes,
    pub(super) kind: RegionKind,
}

/// What a [`Region`] does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RegionKind {
    /// Belongs to the one definition in it.
    Wrapper,
    /// Its variables are local.
    Local,
    /// The labels in it hold only there.
    Labels,
    /// A label that says who sees what follows.
    Section,
}

/// A use of a name.
pub(super) struct RawReference {
    pub(super) name: Bytes,
    pub(super) role: ReferenceRole,
}

/// An import: a path, or a module and a name of it.
pub(super) struct RawImport {
    /// What is imported: a path, or a name of the module.
    pub(super) item: ImportedItem,
    pub(super) module: Option<Bytes>,
    pub(super) alias: Option<Bytes>,
    pub(super) is_reexport: bool,
}

/// What an import takes.
pub(super) enum ImportedItem {
    /// A path, or a name of a module.
    Written(Bytes),
    /// The default export of the module.
    Default(Bytes),
    /// All of the module.
    All(Bytes),
}

impl RawImport {
    /// Where the import is written.
    pub(super) fn start(&self) -> u32 {
        match &self.item {
            ImportedItem::Written(bytes) | ImportedItem::Default(bytes) | ImportedItem::All(bytes) => {
                bytes.start
            }
        }
    }
}

/// A parameter as written.
#[derive(Debug)]
pub(super) struct RawParameter {
    pub(super) name: Bytes,
    pub(super) declared_type: Option<Bytes>,
}

/// A name with the type and the value that it is given.
pub(super) struct RawBinding {
    pub(super) name: Bytes,
    pub(super) declared_type: Option<Bytes>,
    pub(super) value: Option<Bytes>,
    /// Whether the name takes one element of the value after the other.
    pub(super) is_element: bool,
}

impl Captures {
    /// Sorts what one match captured by what it is for; `pattern` is its position in the query.
    pub(super) fn add<'tree>(
        &mut self,
        compiled: &Compiled,
        pattern: usize,
        captured: impl Iterator<Item = (Role, Node<'tree>)>,
    ) {
        let mut parts = MatchParts::default();
        for (role, node) in captured {
            let bytes = bytes_of(node);
            match role {
                Role::Reference(role) => {
                    let name = resolve_name(compiled, node).bytes;
                    self.references.push(RawReference { name, role });
                }
                Role::Comment => self.comments.push(bytes),
                Role::Attribute => self.attributes.push(bytes),
                Role::Docstring => self.docstrings.push(bytes),
                Role::Exported => self.exported.push(bytes),
                Role::Ignored => self.ignored.push(resolve_name(compiled, node).bytes),
                Role::Wrapper => self.add_region(bytes, RegionKind::Wrapper),
                Role::Local => self.add_region(bytes, RegionKind::Local),
                Role::Section => self.add_region(bytes, RegionKind::Section),
                Role::Labels => self.add_region(bytes, RegionKind::Labels),
                role => parts.add(compiled, role, node),
            }
        }
        self.add_parts(compiled, pattern, parts);
    }

    /// Adds the import, the binding or the definition that a match is.
    fn add_parts(&mut self, compiled: &Compiled, pattern: usize, mut parts: MatchParts) {
        if let Some(item) = parts.item.take() {
            let (module, alias) = (parts.module.take(), parts.alias.take());
            self.imports.push(RawImport { item, module, alias, is_reexport: parts.is_reexport });
        }
        if let (Some((node, role)), Some(name)) = (parts.definition, parts.name)
            && is_variable(role.kind)
        {
            self.bindings
                .extend(binding_of_variable(compiled, node, name).map(|found| parts.complete(found)));
        }
        if let Some((node, is_element)) = parts.binding {
            let found = binding_of(compiled, node);
            self.bindings.extend(found.map(|found| RawBinding { is_element, ..parts.complete(found) }));
        }
        self.definitions.extend(parts.into_definition(compiled, pattern));
    }

    fn add_region(&mut self, node: Bytes, kind: RegionKind) {
        self.regions.push(Region { node, kind });
    }

    /// Brings each list into document order and drops what another capture says better.
    pub(super) fn sort(&mut self) {
        self.definitions.sort_by_key(|d| (d.node.start, Reverse(d.node.end), d.pattern, d.name.start));
        self.definitions.dedup_by(|later, kept| {
            let same_node = later.node == kept.node;
            same_node && (later.pattern != kept.pattern || later.name == kept.name)
        });
        self.ignored.sort_by_key(|bytes| bytes.start);
        if !self.ignored.is_empty() {
            let ignored = &self.ignored;
            self.definitions
                .retain(|d| ignored.binary_search_by_key(&d.name.start, |bytes| bytes.start).is_err());
        }
        self.regions.sort_by_key(|region| (region.node.start, Reverse(region.node.end), region.kind));
        for list in [&mut self.comments, &mut self.attributes, &mut self.docstrings] {
            list.sort_by_key(|bytes| bytes.start);
        }
        self.imports.sort_by_key(|import| (import.start(), import.alias.is_none()));
        self.imports.dedup_by(|later, kept| later.start() == kept.start() && later.alias.is_none());
        self.bindings.sort_by_key(|binding| (binding.name.start, binding.name.end, binding.value.is_none()));
        self.bindings.dedup_by_key(|binding| binding.name.clone());
    }
}

/// The captures of one match that belong together.
#[derive(Default)]
struct MatchParts<'tree> {
    definition: Option<(Node<'tree>, DefinitionRole)>,
    name: Option<Node<'tree>>,
    name_end: Option<Node<'tree>>,
    value: Option<Node<'tree>>,
    declared_type: Option<Bytes>,
    parameters: Option<Node<'tree>>,
    body: Option<Node<'tree>>,
    scope: Option<Bytes>,
    /// A binding, and whether it takes the elements of its value.
    binding: Option<(Node<'tree>, bool)>,
    module: Option<Bytes>,
    item: Option<ImportedItem>,
    alias: Option<Bytes>,
    is_reexport: bool,
}

impl<'tree> MatchParts<'tree> {
    /// Adds a capture that is part of an import, a binding or a definition.
    fn add(&mut self, compiled: &Compiled, role: Role, node: Node<'tree>) {
        match role {
            Role::Import | Role::ImportName => {
                let alias = field_of(compiled.alias_field, node);
                self.alias = self.alias.take().or(alias.map(bytes_of));
                self.item = Some(ImportedItem::Written(resolve_name(compiled, node).bytes));
            }
            Role::ImportModule => self.module = Some(bytes_of(node)),
            Role::ImportAlias => self.alias = Some(bytes_of(node)),
            Role::ImportDefault => self.item = Some(ImportedItem::Default(bytes_of(node))),
            Role::ImportAll => self.item = Some(ImportedItem::All(bytes_of(node))),
            Role::Reexport => self.is_reexport = true,
            Role::Binding => self.binding = Some((node, false)),
            Role::BindingElement => self.binding = Some((node, true)),
            Role::Definition(role) => self.definition = Some((node, role)),
            Role::Name => self.name = Some(node),
            Role::NameEnd => self.name_end = Some(node),
            Role::Value => self.value = Some(node),
            Role::Type => self.declared_type = Some(bytes_of(node)),
            Role::Parameters => self.parameters = Some(node),
            Role::Body => self.body = Some(node),
            Role::Scope => self.scope = Some(bytes_of(node)),
            _ => {}
        }
    }

    /// Adds to a binding what was captured of it and no field led to.
    fn complete(&self, binding: RawBinding) -> RawBinding {
        let value = self.value.map(bytes_of);
        RawBinding {
            declared_type: binding.declared_type.or_else(|| self.declared_type.clone()),
            value: binding.value.or(value),
            ..binding
        }
    }

    fn into_definition(self, compiled: &Compiled, pattern: usize) -> Option<RawDefinition> {
        let (node, role) = self.definition?;
        let resolved = resolve_name(compiled, self.name?);
        let has_body = !matches!(role.kind, SymbolKind::EnumMember | SymbolKind::Field);
        let body_field = compiled.body_field.filter(|_| has_body);
        let holder = self.value.unwrap_or(node);
        let body = self.body.or_else(|| body_field.and_then(|field| holder.child_by_field_id(field)));
        let callee = resolved.callee.unwrap_or(holder);
        let parameters = match self.parameters {
            Some(list) => typed_parameters_in(list),
            None if role.kind.is_callable() => parameters_of(compiled, callee),
            None => Vec::new(),
        };
        let declared_type = || declared_type_of(compiled, role.kind, node, holder);
        let name_end = self.name_end.map_or(resolved.bytes.end, |end| bytes_of(end).end);
        Some(RawDefinition {
            node: bytes_of(node),
            name: resolved.bytes.start..name_end,
            role,
            pattern,
            scope: self.scope.or(resolved.scope),
            body_start: body.map(|body| body.start_byte() as u32),
            callable: resolved.callable,
            declared_type: self.declared_type.or_else(declared_type),
            parameters,
        })
    }
}

/// Where a name was found, and what was learned on the way to it.
struct ResolvedName<'tree> {
    bytes: Bytes,
    scope: Option<Bytes>,
    callable: bool,
    /// The declarator that has the parameters.
    callee: Option<Node<'tree>>,
}

/// Follows the language's name path from a captured name node to the identifier.
fn resolve_name<'tree>(compiled: &Compiled, captured: Node<'tree>) -> ResolvedName<'tree> {
    let mut node = captured;
    let mut callee = None;
    let mut scope: Option<Bytes> = None;
    let mut callable = false;
    while let Some(step) = compiled.step_into(node) {
        match step.effect {
            StepEffect::Plain => {}
            StepEffect::Callable => {
                callable = true;
                callee = Some(node);
            }
            StepEffect::Indirect => callable = false,
            StepEffect::Final => {
                callable = true;
                break;
            }
            StepEffect::Scoped => {
                let written = compiled.scope_field.and_then(|field| node.child_by_field_id(field));
                if let Some(written) = written.map(bytes_of) {
                    scope = Some(scope.map_or(written.clone(), |outer| outer.start..written.end));
                }
            }
        }
        let next = match step.field {
            Some(field) => node.child_by_field_id(field),
            None => node.named_child(0),
        };
        let Some(next) = next else { break };
        node = next;
    }
    ResolvedName { bytes: bytes_of(node), scope, callable, callee }
}

/// Whether definitions of the kind hold a value.
fn is_variable(kind: SymbolKind) -> bool {
    matches!(kind, SymbolKind::Variable | SymbolKind::Constant | SymbolKind::Field)
}

fn field_of<'tree>(field: Option<u16>, node: Node<'tree>) -> Option<Node<'tree>> {
    field.and_then(|field| node.child_by_field_id(field))
}

/// The first of `fields` that `node` has.
fn first_field<'tree>(fields: &[u16], node: Node<'tree>) -> Option<Node<'tree>> {
    fields.iter().find_map(|field| node.child_by_field_id(*field))
}

/// The type written at a definition whose kind can have one.
fn declared_type_of(compiled: &Compiled, kind: SymbolKind, node: Node, holder: Node) -> Option<Bytes> {
    let has_type = kind.is_callable()
        || is_variable(kind)
        || matches!(kind, SymbolKind::Property | SymbolKind::TypeAlias);
    if !has_type {
        return None;
    }
    let at = |node| first_field(&compiled.type_fields, node);
    let in_first = || node.named_child(0).filter(|_| kind != SymbolKind::Constructor).and_then(at);
    at(holder).or_else(|| at(node)).or_else(in_first).map(bytes_of)
}

/// The parameters that stand in the fields of `callee`, receivers included.
fn parameters_of(compiled: &Compiled, callee: Node) -> Vec<RawParameter> {
    let lists = compiled.parameter_fields.iter().filter_map(|field| callee.child_by_field_id(*field));
    lists.flat_map(|list| parameters_in(compiled, list)).collect()
}

/// The parameters in a list of them, or the one that stands without a list.
fn parameters_in(compiled: &Compiled, list: Node) -> Vec<RawParameter> {
    let mut parameters = Vec::new();
    if list.named_child_count() == 0 {
        let is_name = !list.is_extra() && list.child_count() == 0;
        parameters.extend(is_name.then(|| RawParameter { name: bytes_of(list), declared_type: None }));
        return parameters;
    }
    let mut cursor = list.walk();
    let written = list.named_children(&mut cursor).filter(|child| !child.is_extra());
    for child in written.take(MAX_PARAMETERS) {
        let has_name = |node| first_field(&compiled.name_fields, node).is_some();
        let is_list = !has_name(child) && child.named_child(0).is_some_and(has_name);
        if is_list {
            let mut inner = child.walk();
            child
                .named_children(&mut inner)
                .for_each(|child| add_parameter(compiled, child, &mut parameters));
        } else {
            add_parameter(compiled, child, &mut parameters);
        }
    }
    parameters
}

/// The parameters in a list whose grammar has no fields for them: those written `name: Type`.
fn typed_parameters_in(list: Node) -> Vec<RawParameter> {
    let mut cursor = list.walk();
    let parameter = |child: Node| {
        let colon = (1..=2).find(|at| child.child(*at).is_some_and(|node| node.kind() == ":"))?;
        let name = child.child(colon - 1)?;
        Some(RawParameter { name: bytes_of(name), declared_type: child.child(colon + 1).map(bytes_of) })
    };
    list.named_children(&mut cursor).filter_map(parameter).take(MAX_PARAMETERS).collect()
}

/// Adds the parameter that `node` declares; `a, b int` declares two.
fn add_parameter(compiled: &Compiled, node: Node, parameters: &mut Vec<RawParameter>) {
    let written = node.named_child(0).filter(|child| child.kind() == "type");
    let declared_type = first_field(&compiled.type_fields, node).or(written).map(bytes_of);
    let mut add = |named: Node| {
        let name = resolve_name(compiled, named).bytes;
        parameters.push(RawParameter { name, declared_type: declared_type.clone() });
    };
    let field = compiled.name_fields.iter().find(|field| node.child_by_field_id(**field).is_some());
    if let Some(field) = field {
        let mut cursor = node.walk();
        let named = node
            .children_by_field_id((*field).try_into().expect("invariant: field ids start at 1"), &mut cursor);
        named.filter(Node::is_named).for_each(add);
    } else {
        let first = node.named_child(0).filter(|child| Some(bytes_of(*child)) != declared_type);
        add(first.unwrap_or(node));
    }
}

/// The name, type and value of the variable that `name` in the definition `node` is.
fn binding_of_variable(compiled: &Compiled, node: Node, name: Node) -> Option<RawBinding> {
    let resolved = resolve_name(compiled, name);
    let is_named_alone = |holder: &Node| {
        let named = first_field(&compiled.name_fields, *holder);
        named.is_some_and(|named| resolve_name(compiled, named).bytes == resolved.bytes)
    };
    let holders = [Some(name), Some(node).filter(is_named_alone), node.named_child(0).filter(is_named_alone)];
    let value = holders.iter().flatten().find_map(|holder| first_field(&compiled.value_fields, *holder));
    let declared_type = declared_type_of(compiled, SymbolKind::Variable, node, node);
    let value = value.map(bytes_of);
    (!resolved.callable).then_some(RawBinding {
        name: resolved.bytes,
        declared_type,
        value,
        is_element: false,
    })
}

/// The name, type and value of a node that binds a name; the fields may be those of its first child.
fn binding_of(compiled: &Compiled, node: Node) -> Option<RawBinding> {
    if node.named_child_count() == 0 {
        return Some(RawBinding {
            name: bytes_of(node),
            declared_type: None,
            value: None,
            is_element: false,
        });
    }
    let named = |node| first_field(&compiled.name_fields, node);
    let holder = match named(node) {
        Some(_) => node,
        None => node.named_child(0)?,
    };
    let name = named(holder)?;
    Some(RawBinding {
        name: resolve_name(compiled, name).bytes,
        declared_type: first_field(&compiled.type_fields, holder)
            .or_else(|| first_field(&compiled.type_fields, node))
            .map(bytes_of),
        value: first_field(&compiled.value_fields, name)
            .or_else(|| first_field(&compiled.value_fields, holder))
            .map(bytes_of),
        is_element: false,
    })
}

/// The node's byte range; texts are shorter than 4 GiB.
fn bytes_of(node: Node) -> Bytes {
    node.start_byte() as u32..node.end_byte() as u32
}
