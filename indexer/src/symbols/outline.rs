//! From captured definitions to nested ones: parents, kinds, spans, in one sweep over the file.
//!
//! The sweep keeps a stack of what is open at each position, so that nesting costs nothing per level and depth
//! is bounded by memory only.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::iter::Peekable;
use std::ops::Range;

use contexd_store::{SymbolKind, Visibility};

use super::captures::{Bytes, Captures, RawDefinition, Region, RegionKind};
use super::comments::Preludes;
use super::names;
use crate::lang::{Constructors, Syntax};

/// A symbol whose texts are not yet cut out.
#[derive(Debug)]
pub(super) struct Draft {
    /// Where the name is.
    pub(super) name: Bytes,
    /// The name with its containers.
    pub(super) qualified_name: String,
    /// What it is.
    pub(super) kind: SymbolKind,
    /// The container, also one that the definition does not stand in (`func (T) m()`).
    pub(super) parent: Option<u32>,
    /// The whole definition with what it claimed.
    pub(super) span: Bytes,
    /// The definition without comments and attributes before it.
    pub(super) declaration: Bytes,
    /// Where the body starts.
    pub(super) body_start: Option<u32>,
    /// The claimed comments.
    pub(super) comments: Range<usize>,
    /// Position of the definition in the captured ones.
    pub(super) raw: usize,
    /// Whether it stands in a callable.
    pub(super) is_local: bool,
    /// Whether the query says that it is a test.
    pub(super) is_test: bool,
    /// Whether its members are as visible as it is.
    pub(super) is_open: bool,
    /// The visibility label above it in its container.
    pub(super) section: Visibility,
}

/// The sweep over one file.
pub(super) struct Sweep<'a> {
    text: &'a str,
    syntax: &'a Syntax,
    preludes: &'a Preludes<'a>,
    drafts: Vec<Draft>,
    frames: Vec<Frame>,
    wrappers: Vec<Wrapper>,
    /// Containers by qualified name, for definitions that name theirs.
    containers: HashMap<String, u32>,
    /// Whether any definition does.
    has_scopes: bool,
    /// Definitions whose container has not been seen, with its qualified name.
    orphans: Vec<(u32, String)>,
    /// The node of the newest definition.
    newest_node: Bytes,
    /// The latest definition of each name in its container, where the language asks for it.
    latest: HashMap<(Option<u32>, &'a str), u32>,
}

/// Something open at the current position.
#[derive(Clone, Copy)]
struct Frame {
    end: u32,
    /// The innermost container, this or one further out.
    container: Option<u32>,
    /// Whether variables are local here.
    local: bool,
    /// The visibility label in force.
    section: Visibility,
    /// Whether a clause opened it that holds what follows.
    is_clause: bool,
}

/// An open node that belongs to the one definition in it.
struct Wrapper {
    node: Bytes,
    used: bool,
}

/// Nests the captured definitions; at most `limit` of them. The flag says whether some were left out.
pub(super) fn nest(
    text: &str,
    syntax: &Syntax,
    captures: &Captures,
    preludes: &Preludes,
    limit: usize,
) -> (Vec<Draft>, bool) {
    let mut sweep = Sweep {
        text,
        syntax,
        preludes,
        drafts: Vec::with_capacity(captures.definitions.len().min(limit)),
        frames: Vec::new(),
        wrappers: Vec::new(),
        containers: HashMap::new(),
        has_scopes: captures.definitions.iter().any(|raw| raw.scope.is_some()),
        orphans: Vec::new(),
        newest_node: 0..0,
        latest: HashMap::new(),
    };
    let mut regions = captures.regions.iter().peekable();
    for (position, raw) in captures.definitions.iter().enumerate() {
        if sweep.drafts.len() >= limit {
            return (sweep.drafts, true);
        }
        sweep.enter_regions(&mut regions, raw);
        sweep.define(position, raw);
    }
    sweep.adopt_orphans();
    (sweep.drafts, false)
}

impl<'a> Sweep<'a> {
    /// Opens the regions that begin before the definition does.
    fn enter_regions<'r>(
        &mut self,
        regions: &mut Peekable<impl Iterator<Item = &'r Region>>,
        raw: &RawDefinition,
    ) {
        let key = (raw.node.start, Reverse(raw.node.end));
        let comes_first = |region: &&Region| {
            let region_key = (region.node.start, Reverse(region.node.end));
            region_key < key || (region_key == key && region.kind == RegionKind::Wrapper)
        };
        while let Some(region) = regions.next_if(comes_first) {
            self.close_before(region.node.start);
            match region.kind {
                RegionKind::Wrapper => self.wrappers.push(Wrapper { node: region.node.clone(), used: false }),
                RegionKind::Local => {
                    let frame =
                        Frame { end: region.node.end, local: true, is_clause: false, ..self.innermost() };
                    self.frames.push(frame);
                }
                RegionKind::Labels => {
                    let section = self.syntax.visibility.before_labels();
                    let end = region.node.end;
                    self.frames.push(Frame { end, section, is_clause: false, ..self.innermost() });
                }
                RegionKind::Section => self.set_section(region),
            }
        }
    }

    fn set_section(&mut self, region: &Region) {
        let label = &self.text[region.node.start as usize..region.node.end as usize];
        if let Some(frame) = self.frames.last_mut() {
            frame.section = match label.trim_end_matches(':').trim() {
                "public" => Visibility::Public,
                "protected" => Visibility::Restricted,
                _ => Visibility::Private,
            };
        }
    }

    fn close_before(&mut self, offset: u32) {
        while self.frames.pop_if(|frame| frame.end <= offset).is_some() {}
        while self.wrappers.pop_if(|wrapper| wrapper.node.end <= offset).is_some() {}
    }

    fn innermost(&self) -> Frame {
        let outside = Frame {
            end: u32::MAX,
            container: None,
            local: false,
            section: Visibility::Unknown,
            is_clause: false,
        };
        self.frames.last().copied().unwrap_or(outside)
    }

    /// Adds a definition, unless it is local or nameless.
    fn define(&mut self, position_in_captures: usize, raw: &RawDefinition) {
        self.close_before(raw.node.start);
        self.close_twin(raw);
        if raw.role.rest {
            self.close_clauses();
        }
        let outer = self.innermost();
        let name = self.name_of(raw);
        let name_text = &self.text[name.start as usize..name.end as usize];
        let is_dropped = (outer.local && raw.is_local_in_callables())
            || !names::is_acceptable(name_text)
            || self.syntax.ignored_names.contains(&name_text)
            || self.repeats_alias(name_text, raw);
        let node = self.unwrapped(raw);
        if is_dropped {
            return;
        }
        let is_of_file = raw.role.kind == SymbolKind::Macro && !self.syntax.macros_in_containers;
        let outer = if is_of_file { Frame { container: None, ..outer } } else { outer };
        let scope = self.scope_of(raw, &name);
        let parent = self.container_named(&scope, outer).or(outer.container);
        if self.continues_another(raw, &name, outer) {
            return;
        }
        let claimed = self.preludes.claim(node.start);
        // an attribute of broken code may hold the definition before this one
        let earliest = self.drafts.last().map_or(0, |draft| draft.span.start);
        let kind = self.refined_kind(raw, name_text, parent, !scope.is_empty());
        let kind = self.property_or(kind, claimed.start..name.start);
        let position = self.drafts.len() as u32;
        let qualified_name = self.qualify(outer.container, &scope, name_text, kind);
        if self.has_scopes && self.is_container(kind) {
            self.containers.entry(qualified_name.clone()).or_insert(position);
        }
        if let Some(last) = scope.last().filter(|_| parent == outer.container) {
            let wanted = self.qualify(outer.container, &scope[..scope.len() - 1], last, SymbolKind::Class);
            self.orphans.push((position, wanted));
        }
        self.drafts.push(Draft {
            name,
            qualified_name,
            kind,
            parent,
            span: claimed.start.max(earliest)..node.end,
            declaration: self.preludes.skip(node.start, raw.name.start)..node.end,
            body_start: raw.body_start,
            comments: claimed.comments,
            raw: position_in_captures,
            is_local: outer.local,
            is_test: raw.role.test,
            is_open: raw.role.open,
            section: outer.section,
        });
        self.open(raw, kind, position, outer);
    }

    /// Opens the definition for what stands in it.
    fn open(&mut self, raw: &RawDefinition, kind: SymbolKind, position: u32, outer: Frame) {
        let is_callable = kind.is_callable() || kind == SymbolKind::Property;
        if !is_callable && !self.is_container(kind) {
            return;
        }
        self.frames.push(Frame {
            end: if raw.role.rest { outer.end } else { raw.node.end },
            container: Some(position),
            local: is_callable || (outer.local && !holds_members(kind)),
            section: match kind {
                SymbolKind::Class => self.syntax.visibility.before_labels(),
                _ => Visibility::Public,
            },
            is_clause: raw.role.rest,
        });
    }

    /// Closes the clauses that the next one ends; one right below another nests in it.
    fn close_clauses(&mut self) {
        let newest = self.drafts.len().checked_sub(1).map(|position| position as u32);
        while self.frames.pop_if(|frame| frame.is_clause && frame.container != newest).is_some() {}
    }

    fn is_container(&self, kind: SymbolKind) -> bool {
        holds_members(kind)
            || kind.is_callable()
            || matches!(kind, SymbolKind::Module | SymbolKind::Namespace | SymbolKind::Property)
            || self.syntax.extra_containers.contains(&kind)
    }

    /// The name's range, reduced to the bare type for `impl` blocks and to what is before `(` elsewhere.
    fn name_of(&self, raw: &RawDefinition) -> Bytes {
        let text = &self.text[raw.name.start as usize..raw.name.end as usize];
        let within = match raw.role.kind {
            SymbolKind::Impl => names::bare_type_name(text),
            _ => names::declared_name(text),
        };
        let path =
            if self.is_dotted(raw) { text[within.clone()].rfind('.').map_or(0, |dot| dot + 1) } else { 0 };
        raw.name.start + (within.start + path) as u32..raw.name.start + within.end as u32
    }

    /// Whether the captured name may hold those of the modules around it.
    fn is_dotted(&self, raw: &RawDefinition) -> bool {
        let is_module = matches!(raw.role.kind, SymbolKind::Module | SymbolKind::Interface);
        self.syntax.dotted_names && is_module && !raw.role.test
    }

    /// Whether the definition is the type inside an alias of the same name (`typedef struct a {} a;`).
    fn repeats_alias(&mut self, name: &str, raw: &RawDefinition) -> bool {
        let text = self.text;
        let Some(alias) = self.drafts.last_mut() else { return false };
        let repeats = alias.kind == SymbolKind::TypeAlias
            && raw.role.kind.is_type()
            && alias.declaration.end > raw.node.end
            && text[alias.name.start as usize..alias.name.end as usize] == *name;
        if repeats {
            alias.kind = raw.role.kind;
            alias.name = raw.name.clone();
            alias.body_start = raw.body_start;
            let container = Some(self.drafts.len() as u32 - 1);
            let section = Visibility::Public;
            let frame = Frame { end: raw.node.end, container, section, is_clause: false, ..self.innermost() };
            self.frames.push(frame);
        }
        repeats
    }

    /// Gives the definitions that stand before their container (`func (T) m()` above `type T`) to it, where it is
    /// at the top of the file or of a namespace.
    fn adopt_orphans(&mut self) {
        for (orphan, wanted) in std::mem::take(&mut self.orphans) {
            let Some(container) = self.containers.get(&wanted).copied() else { continue };
            let around = self.drafts[container as usize].parent;
            if around.is_none_or(|around| self.drafts[around as usize].kind == SymbolKind::Namespace) {
                self.drafts[orphan as usize].parent = Some(container);
            }
        }
    }

    /// Closes the newest definition where this one is another name of the same node (`a, b :: Int`).
    fn close_twin(&mut self, raw: &RawDefinition) {
        let newest = self.drafts.len().checked_sub(1).map(|position| position as u32);
        if newest.is_some() && raw.node == self.newest_node {
            self.frames.pop_if(|frame| frame.container == newest && frame.end == raw.node.end);
        }
        self.newest_node = raw.node.clone();
    }

    /// Whether the definition is a part of the one before it, or sets a variable that is already defined.
    fn continues_another(&mut self, raw: &RawDefinition, name: &Bytes, outer: Frame) -> bool {
        let Syntax { joins_neighbours, binds_once, .. } = *self.syntax;
        if !joins_neighbours && !binds_once {
            return false;
        }
        let key = (outer.container, &self.text[name.start as usize..name.end as usize]);
        let position = self.drafts.len() as u32;
        let Some(earlier) = self.latest.insert(key, position) else { return false };
        let is_part = joins_neighbours && self.is_part_of(raw, &self.drafts[earlier as usize]);
        if is_part {
            self.join(earlier, raw, name);
        }
        let continues = is_part || (binds_once && is_variable(raw.role.kind));
        if continues {
            self.latest.insert(key, earlier);
        }
        continues
    }

    /// Whether only comments and attributes stand between the definition and an earlier one that it can belong to.
    fn is_part_of(&self, raw: &RawDefinition, earlier: &Draft) -> bool {
        let end = earlier.span.end;
        earlier.kind.is_callable()
            && raw.role.kind.is_callable()
            && end <= raw.node.start
            && self.preludes.skip(end, raw.node.start) == raw.node.start
    }

    /// Makes the definition a part of `earlier`, whose name is that of the first part with a body.
    fn join(&mut self, earlier: u32, raw: &RawDefinition, name: &Bytes) {
        let draft = &mut self.drafts[earlier as usize];
        draft.span.end = raw.node.end;
        if draft.body_start.is_none() {
            draft.body_start = Some(draft.declaration.end);
            draft.name = name.clone();
        }
        let outer = self.innermost();
        let container = Some(earlier);
        let frame = Frame { end: raw.node.end, container, local: true, is_clause: false, ..outer };
        self.frames.push(frame);
    }

    /// The node with the wrappers around it that hold nothing else. Of several definitions in a wrapper, the first
    /// has its keywords (`let rec f = ... and g = ...`).
    fn unwrapped(&mut self, raw: &RawDefinition) -> Bytes {
        let mut node = raw.node.clone();
        for wrapper in self.wrappers.iter().rev() {
            let tail = self.text.get(node.end as usize..wrapper.node.end as usize).unwrap_or("x");
            let holds_nothing_else = tail.len() < 256 && tail.trim_matches([';', ',']).trim().is_empty();
            if wrapper.used {
                break;
            }
            if !holds_nothing_else {
                let head = self.text.get(wrapper.node.start as usize..node.start as usize);
                if head.is_some_and(is_keywords) {
                    node.start = wrapper.node.start;
                }
                break;
            }
            node = wrapper.node.clone();
        }
        self.wrappers.iter_mut().for_each(|wrapper| wrapper.used = true);
        node
    }

    fn scope_of(&self, raw: &RawDefinition, name: &Bytes) -> Vec<&'a str> {
        let path = self.is_dotted(raw).then_some(raw.name.start..name.start);
        let Some(scope) = raw.scope.clone().or(path) else { return Vec::new() };
        let text = &self.text[scope.start as usize..scope.end as usize];
        names::scope_parts(text, self.syntax.ignored_scopes)
    }

    /// The container in this file that a written scope names.
    fn container_named(&self, scope: &[&str], outer: Frame) -> Option<u32> {
        let last = scope.last()?;
        let qualified = self.qualify(outer.container, &scope[..scope.len() - 1], last, SymbolKind::Class);
        self.containers.get(&qualified).copied()
    }

    /// `name`, which stands for something of `kind`, behind its container's qualified name and its scope.
    fn qualify(&self, container: Option<u32>, scope: &[&str], name: &str, kind: SymbolKind) -> String {
        let outer = container.map(|container| &self.drafts[container as usize]);
        let outer = outer.filter(|outer| outer.qualified_name.len() < names::MAX_QUALIFIED_NAME);
        let mut qualified = outer.map(|outer| outer.qualified_name.clone()).unwrap_or_default();
        let is_namespace = outer.is_some_and(|outer| outer.kind == SymbolKind::Namespace);
        let mut separator =
            self.syntax.namespace_separator.filter(|_| is_namespace).unwrap_or(self.syntax.separator);
        for part in scope {
            if !qualified.is_empty() {
                qualified.push_str(separator);
            }
            qualified.push_str(part);
            separator = self.syntax.separator;
        }
        if !qualified.is_empty() {
            let before_method = self.syntax.method_separator.filter(|_| kind.is_callable());
            qualified.push_str(before_method.unwrap_or(separator));
        }
        qualified + name
    }

    /// The kind that the container and the language's rules make of the captured one.
    fn refined_kind(
        &self,
        raw: &RawDefinition,
        name: &str,
        parent: Option<u32>,
        is_scoped: bool,
    ) -> SymbolKind {
        let parent = parent.map(|parent| &self.drafts[parent as usize]);
        let parent_kind = parent.map(|draft| draft.kind);
        let in_type = parent_kind.is_some_and(holds_members);
        let in_namespace =
            parent_kind.is_some_and(|kind| matches!(kind, SymbolKind::Namespace | SymbolKind::Module));
        let kind = match raw.role.kind {
            SymbolKind::Variable | SymbolKind::Field if raw.callable => SymbolKind::Function,
            kind => kind,
        };
        match kind {
            SymbolKind::Function if in_type || (is_scoped && !in_namespace) => self.method_kind(name, parent),
            SymbolKind::Method => self.method_kind(name, parent),
            SymbolKind::Variable if in_type => SymbolKind::Field,
            SymbolKind::Variable if self.syntax.upper_case_constants && names::is_upper_case(name) => {
                SymbolKind::Constant
            }
            kind => kind,
        }
    }

    fn method_kind(&self, name: &str, parent: Option<&Draft>) -> SymbolKind {
        let is_constructor = match self.syntax.constructors {
            Constructors::ByQuery => false,
            Constructors::Named(constructor) => name == constructor,
            Constructors::NamedAsType => parent.is_some_and(|parent| {
                self.text[parent.name.start as usize..parent.name.end as usize] == *name
            }),
        };
        if is_constructor { SymbolKind::Constructor } else { SymbolKind::Method }
    }

    /// `kind`, or a property where a decorator in `before_name` makes the method one.
    fn property_or(&self, kind: SymbolKind, before_name: Bytes) -> SymbolKind {
        let decorators = self.syntax.property_decorators;
        if kind != SymbolKind::Method || decorators.is_empty() {
            return kind;
        }
        let is_property = |attribute: &Bytes| {
            let text = &self.text[attribute.start as usize..attribute.end as usize];
            decorators.contains(&names::attribute_name(text))
        };
        let makes_property = self.preludes.attributes_in(before_name).iter().any(is_property);
        if makes_property { SymbolKind::Property } else { SymbolKind::Method }
    }
}

/// Whether `text` is a few words on one line.
fn is_keywords(text: &str) -> bool {
    text.len() < 32 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b' ')
}

fn is_variable(kind: SymbolKind) -> bool {
    matches!(kind, SymbolKind::Variable | SymbolKind::Constant)
}

/// Whether functions in it are its methods and variables in it its fields.
pub(super) fn holds_members(kind: SymbolKind) -> bool {
    matches!(
        kind,
        SymbolKind::Class
            | SymbolKind::Struct
            | SymbolKind::Union
            | SymbolKind::Enum
            | SymbolKind::Interface
            | SymbolKind::Trait
            | SymbolKind::Impl
    )
}
