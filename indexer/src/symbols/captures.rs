//! Runs a language's query over a syntax tree and sorts what it captures by what it is for.
//!
//! One pass, no look at any node's parent: nesting is found later from byte ranges.

use std::cmp::Reverse;
use std::ops::{ControlFlow, Range};

use contexd_store::SymbolKind;
use streaming_iterator::StreamingIterator;
use tree_sitter::{Node, QueryCursor, QueryCursorOptions, QueryMatch, Tree};

use crate::lang::{Compiled, DefinitionRole, ReferenceRole, Role, StepEffect};
use crate::parse::Deadline;

/// States of unfinished matches that the query may hold at once. Only absurdly nested code needs more, and there
/// the oldest are dropped.
const MATCH_LIMIT: u32 = 4096;

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
    pub(super) path: Bytes,
    pub(super) module: Option<Bytes>,
}

impl Captures {
    /// Runs the query; `None` when the deadline passed.
    pub(super) fn collect(compiled: &Compiled, tree: &Tree, text: &str, deadline: &Deadline) -> Option<Self> {
        let mut captures = Self::default();
        let mut cursor = QueryCursor::new();
        cursor.set_match_limit(MATCH_LIMIT);
        let mut expired = false;
        let mut on_progress = |_: &_| {
            expired = expired || deadline.has_passed();
            if expired { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let options = QueryCursorOptions::new().progress_callback(&mut on_progress);
        let mut matches =
            cursor.matches_with_options(&compiled.query, tree.root_node(), text.as_bytes(), options);
        while let Some(found) = matches.next() {
            captures.add(compiled, found);
        }
        drop(matches);
        captures.sort();
        (!expired).then_some(captures)
    }

    fn add(&mut self, compiled: &Compiled, found: &QueryMatch) {
        let mut parts = MatchParts::default();
        for capture in found.captures() {
            let bytes = bytes_of(capture.node);
            match compiled.roles[capture.index as usize] {
                Role::Reference(role) => {
                    let name = resolve_name(compiled, capture.node).bytes;
                    self.references.push(RawReference { name, role });
                }
                Role::Comment => self.comments.push(bytes),
                Role::Attribute => self.attributes.push(bytes),
                Role::Docstring => self.docstrings.push(bytes),
                Role::Exported => self.exported.push(bytes),
                Role::Ignored => self.ignored.push(bytes),
                Role::Wrapper => self.add_region(bytes, RegionKind::Wrapper),
                Role::Local => self.add_region(bytes, RegionKind::Local),
                Role::Section => self.add_region(bytes, RegionKind::Section),
                Role::Import => self.imports.push(RawImport { path: bytes, module: None }),
                Role::ImportModule => parts.module = Some(bytes),
                Role::ImportName => parts.imported = Some(capture.node),
                Role::Definition(role) => parts.definition = Some((capture.node, role)),
                Role::Name => parts.name = Some(capture.node),
                Role::Value => parts.value = Some(capture.node),
                Role::Body => parts.body = Some(capture.node),
                Role::Scope => parts.scope = Some(bytes),
                Role::Unused => {}
            }
        }
        if let Some(imported) = parts.imported {
            let path = resolve_name(compiled, imported).bytes;
            self.imports.push(RawImport { path, module: parts.module.clone() });
        }
        self.definitions.extend(parts.into_definition(compiled, found.pattern_index));
    }

    fn add_region(&mut self, node: Bytes, kind: RegionKind) {
        self.regions.push(Region { node, kind });
    }

    fn sort(&mut self) {
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
        self.imports.sort_by_key(|import| import.path.start);
    }
}

/// The captures of one match that belong together.
#[derive(Default)]
struct MatchParts<'tree> {
    definition: Option<(Node<'tree>, DefinitionRole)>,
    name: Option<Node<'tree>>,
    value: Option<Node<'tree>>,
    body: Option<Node<'tree>>,
    scope: Option<Bytes>,
    module: Option<Bytes>,
    imported: Option<Node<'tree>>,
}

impl MatchParts<'_> {
    fn into_definition(self, compiled: &Compiled, pattern: usize) -> Option<RawDefinition> {
        let (node, role) = self.definition?;
        let resolved = resolve_name(compiled, self.name?);
        let has_body = !matches!(role.kind, SymbolKind::EnumMember | SymbolKind::Field);
        let body_field = compiled.body_field.filter(|_| has_body);
        let holder = self.value.unwrap_or(node);
        let body = self.body.or_else(|| body_field.and_then(|field| holder.child_by_field_id(field)));
        Some(RawDefinition {
            node: bytes_of(node),
            name: resolved.bytes,
            role,
            pattern,
            scope: self.scope.or(resolved.scope),
            body_start: body.map(|body| body.start_byte() as u32),
            callable: resolved.callable,
        })
    }
}

/// Where a name was found, and what was learned on the way to it.
struct ResolvedName {
    bytes: Bytes,
    scope: Option<Bytes>,
    callable: bool,
}

/// Follows the language's name path from a captured name node to the identifier.
fn resolve_name(compiled: &Compiled, captured: Node) -> ResolvedName {
    let mut node = captured;
    let mut scope: Option<Bytes> = None;
    let mut callable = false;
    while let Some(step) = compiled.step_into(node) {
        match step.effect {
            StepEffect::Plain => {}
            StepEffect::Callable => callable = true,
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
    ResolvedName { bytes: bytes_of(node), scope, callable }
}

/// The node's byte range; texts are shorter than 4 GiB.
fn bytes_of(node: Node) -> Bytes {
    node.start_byte() as u32..node.end_byte() as u32
}
