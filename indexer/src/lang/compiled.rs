//! A language's query, compiled once, with the meaning of every capture looked up beforehand.

use contexd_store::{ReferenceKind, SymbolKind};
use tree_sitter::{Language as Grammar, Node, Query};

use super::starts::Starts;
use super::{Language, NameStep, Syntax};

/// What a capture's name stands for. The vocabulary of the `.scm` files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// `@definition.KIND[.global][.test][.open][.rest]`: the node of a definition.
    Definition(DefinitionRole),
    /// `@name`: where the definition's name is.
    Name,
    /// `@name.end`: the last part of a name that no node holds whole (`operator +`).
    NameEnd,
    /// `@value`: the node that has the body, or what a variable or binding is set to, where no field leads to it.
    Value,
    /// `@type`: the written type, where no field leads to it.
    Type,
    /// `@parameters`: the list of parameters, where no field leads to it.
    Parameters,
    /// `@body`: the body itself, where the grammar has no field for it.
    Body,
    /// `@scope`: the type that the definition belongs to, written beside its name.
    Scope,
    /// `@reference.KIND[.capitalized]`: a use of a name.
    Reference(ReferenceRole),
    /// `@import`: a path that is imported, or the whole declaration.
    Import,
    /// `@import.module`: the module of which `@import.name` is imported.
    ImportModule,
    /// `@import.name`: a name imported from `@import.module`.
    ImportName,
    /// `@import.alias`: the name that the import has here, where the grammar has no field `alias` for it.
    ImportAlias,
    /// `@import.default`: the name that the default export of `@import.module` has here.
    ImportDefault,
    /// `@import.all`: the name that stands for all of `@import.module` here, or what imports all names of it.
    ImportAll,
    /// `@import.reexport`: a declaration whose imports are exported again.
    Reexport,
    /// `@binding`: what gives a value or a type to a name that is no symbol of its own; the name alone, or a node
    /// with fields for name, type and value.
    Binding,
    /// `@binding.element`: the same, where the name takes one element of the value after the other.
    BindingElement,
    /// `@ignored`: a name that no other pattern may make a definition.
    Ignored,
    /// `@exported`: a name that an export list makes public.
    Exported,
    /// `@comment`: a comment.
    Comment,
    /// `@attribute`: an attribute, annotation or decorator.
    Attribute,
    /// `@wrapper`: a node that belongs to the one definition that it holds.
    Wrapper,
    /// `@local`: a node whose variables are local to it.
    Local,
    /// `@section`: a label that gives the visibility of what follows.
    Section,
    /// `@labels`: a node whose labels hold only in it.
    Labels,
    /// `@docstring`: a string that documents the definition around it.
    Docstring,
    /// A capture for predicates only; its name begins with `_`.
    Unused,
}

/// The parts of `@definition.KIND[.global][.test][.open][.rest]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DefinitionRole {
    /// The kind as the query sees it.
    pub(crate) kind: SymbolKind,
    /// Whether it counts only outside callables.
    pub(crate) global: bool,
    /// Whether it is a test.
    pub(crate) test: bool,
    /// Whether its members are as visible as it is.
    pub(crate) open: bool,
    /// Whether it is a clause that holds what follows it, to the end of what it stands in (`namespace A;`).
    pub(crate) rest: bool,
}

/// The parts of `@reference.KIND[.capitalized]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReferenceRole {
    /// How the name is used.
    pub(crate) kind: ReferenceKind,
    /// Whether only names with a capital first letter count.
    pub(crate) capitalized: bool,
}

/// What stepping from a declarator to the name inside it says of the definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StepEffect {
    /// Nothing.
    Plain,
    /// What is declared is called.
    Callable,
    /// What is declared is a pointer to what the outer node says.
    Indirect,
    /// The field `scope` of the node names the type that the definition belongs to.
    Scoped,
    /// What is declared is called, and the name ends here, before the first parenthesis.
    Final,
}

/// A [`NameStep`] with its names resolved against the grammar.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ResolvedStep {
    /// The field to follow; the first named child without one.
    pub(crate) field: Option<u16>,
    /// What the step says.
    pub(crate) effect: StepEffect,
}

/// A query ready to run.
pub(crate) struct Compiled {
    /// The grammar.
    pub(crate) grammar: Grammar,
    /// The query, without the patterns that `starts` has.
    pub(crate) query: Query,
    /// Where the patterns of the query begin; `None` where one can at any node.
    pub(crate) starts: Option<Starts>,
    /// The role of each capture index.
    pub(crate) roles: Vec<Role>,
    /// The name step of each node kind id.
    name_steps: Vec<Option<ResolvedStep>>,
    /// The field that holds a definition's body.
    pub(crate) body_field: Option<u16>,
    /// The field that holds a qualified name's scope.
    pub(crate) scope_field: Option<u16>,
    /// The field that holds an import's other name.
    pub(crate) alias_field: Option<u16>,
    /// The fields that hold a name that is bound.
    pub(crate) name_fields: Vec<u16>,
    /// The fields that hold a written type.
    pub(crate) type_fields: Vec<u16>,
    /// The fields that hold what a name is set to.
    pub(crate) value_fields: Vec<u16>,
    /// The fields that hold a callable's parameters.
    pub(crate) parameter_fields: Vec<u16>,
}

/// What grammars call the field of a name that is bound.
const NAME_FIELDS: [&str; 4] = ["pattern", "name", "left", "declarator"];

/// What grammars call the field of a written type.
const TYPE_FIELDS: [&str; 4] = ["return_type", "type", "result", "returns"];

/// What grammars call the field of a value.
const VALUE_FIELDS: [&str; 3] = ["value", "right", "initializer"];

/// What grammars call the field of parameters.
const PARAMETER_FIELDS: [&str; 3] = ["receiver", "parameters", "parameter"];

impl Language {
    /// The language's grammar rules with its query, compiled on first use.
    pub(crate) fn grammar(&self) -> Option<(&'static Syntax, &Compiled)> {
        let syntax = self.syntax?;
        let compiled = self.compiled.get_or_init(|| {
            Compiled::new(syntax).expect("invariant: a test compiles every query in the table")
        });
        Some((syntax, compiled))
    }
}

impl Compiled {
    /// Compiles the query of `syntax`; the message says what is wrong with it.
    pub(crate) fn new(syntax: &Syntax) -> Result<Self, String> {
        let mut compiled = Self::without_starts(syntax)?;
        let source = syntax.queries.join("\n");
        let Self { grammar, query, roles, .. } = &mut compiled;
        compiled.starts = Starts::of(grammar, query, &source, roles);
        Ok(compiled)
    }

    /// The same with a query that has all patterns and is to be run over whole trees.
    pub(crate) fn without_starts(syntax: &Syntax) -> Result<Self, String> {
        let grammar = Grammar::new(syntax.grammar);
        let source = syntax.queries.join("\n");
        let query = Query::new(&grammar, &source).map_err(|error| error.to_string())?;
        let roles = query
            .capture_names()
            .iter()
            .map(|name| Role::parse(name).ok_or_else(|| format!("unknown capture @{name}")))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            name_steps: resolve_steps(&grammar, syntax.name_path)?,
            body_field: grammar.field_id_for_name("body").map(Into::into),
            scope_field: grammar.field_id_for_name("scope").map(Into::into),
            alias_field: grammar.field_id_for_name("alias").map(Into::into),
            name_fields: known_fields(&grammar, &NAME_FIELDS),
            type_fields: known_fields(&grammar, &TYPE_FIELDS),
            value_fields: known_fields(&grammar, &VALUE_FIELDS),
            parameter_fields: known_fields(&grammar, &PARAMETER_FIELDS),
            grammar,
            query,
            starts: None,
            roles,
        })
    }

    /// The name step of a node; nodes of errors have none.
    pub(crate) fn step_into(&self, node: Node) -> Option<ResolvedStep> {
        self.name_steps.get(node.kind_id() as usize).copied().flatten()
    }
}

/// The ids of those of `names` that the grammar has.
fn known_fields(grammar: &Grammar, names: &[&str]) -> Vec<u16> {
    names.iter().filter_map(|name| grammar.field_id_for_name(name)).map(Into::into).collect()
}

/// Looks the node kinds and fields of `steps` up; the result is indexed by node kind id.
fn resolve_steps(grammar: &Grammar, steps: &[NameStep]) -> Result<Vec<Option<ResolvedStep>>, String> {
    let mut resolved = vec![None; grammar.node_kind_count()];
    for step in steps {
        let field = grammar.field_id_for_name(step.field).map(Into::into);
        if field.is_none() && !step.field.is_empty() {
            return Err(format!("unknown field {}", step.field));
        }
        let ids = (0..grammar.node_kind_count() as u16)
            .filter(|id| grammar.node_kind_for_id(*id) == Some(step.node) && grammar.node_kind_is_named(*id));
        let mut known = false;
        for id in ids {
            known = true;
            resolved[id as usize] = Some(ResolvedStep { field, effect: step.effect });
        }
        if !known {
            return Err(format!("unknown node kind {}", step.node));
        }
    }
    Ok(resolved)
}

impl Role {
    /// The role of the capture `name`.
    fn parse(name: &str) -> Option<Self> {
        if let Some(rest) = name.strip_prefix("definition.") {
            return parse_definition(rest).map(Role::Definition);
        }
        if let Some(rest) = name.strip_prefix("reference.") {
            return parse_reference(rest).map(Role::Reference);
        }
        Some(match name {
            "name" => Self::Name,
            "name.end" => Self::NameEnd,
            "value" => Self::Value,
            "type" => Self::Type,
            "parameters" => Self::Parameters,
            "body" => Self::Body,
            "scope" => Self::Scope,
            "import" => Self::Import,
            "import.module" => Self::ImportModule,
            "import.name" => Self::ImportName,
            "import.alias" => Self::ImportAlias,
            "import.default" => Self::ImportDefault,
            "import.all" => Self::ImportAll,
            "import.reexport" => Self::Reexport,
            "binding" => Self::Binding,
            "binding.element" => Self::BindingElement,
            "ignored" => Self::Ignored,
            "exported" => Self::Exported,
            "comment" => Self::Comment,
            "attribute" => Self::Attribute,
            "wrapper" => Self::Wrapper,
            "local" => Self::Local,
            "section" => Self::Section,
            "labels" => Self::Labels,
            "docstring" => Self::Docstring,
            _ if name.starts_with('_') => Self::Unused,
            _ => return None,
        })
    }
}

/// Reads `KIND[.global][.test][.open][.rest]`.
fn parse_definition(text: &str) -> Option<DefinitionRole> {
    let mut parts = text.split('.');
    let kind = SymbolKind::from_name(parts.next()?)?;
    let mut role = DefinitionRole { kind, global: false, test: false, open: false, rest: false };
    for part in parts {
        match part {
            "global" => role.global = true,
            "test" => role.test = true,
            "open" => role.open = true,
            "rest" => role.rest = true,
            _ => return None,
        }
    }
    Some(role)
}

/// Reads `KIND[.capitalized]`.
fn parse_reference(text: &str) -> Option<ReferenceRole> {
    let (kind, flag) = text.split_once('.').unwrap_or((text, ""));
    let kind = match kind {
        "call" => ReferenceKind::Call,
        "type" => ReferenceKind::Type,
        "inherit" => ReferenceKind::Inherit,
        "macro" => ReferenceKind::Macro,
        _ => return None,
    };
    matches!(flag, "" | "capitalized").then_some(ReferenceRole { kind, capitalized: !flag.is_empty() })
}
