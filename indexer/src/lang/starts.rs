//! Where the patterns of a query can match, so that it need not be run where none does.
//!
//! A pattern that leads down from node to node without a branch is a rule of its own: at its last node, the nodes
//! above tell whether it matches. Of any other pattern one such way down is taken, and the query is run where a node
//! stands at the end of it.

use std::num::NonZeroU16;

use regex::bytes::Regex;
use tree_sitter::{Language as Grammar, Query};

use super::Role;
use super::pattern::{Part, Pattern, Shape};

/// The kind that stands for all named nodes.
const ANY: &str = "_";

/// What can match at each kind of node.
pub(crate) struct Starts {
    /// By node kind id.
    by_kind: Vec<Start>,
}

/// What can match at the nodes of one kind.
#[derive(Clone, Default)]
pub(crate) struct Start {
    /// The rules whose last node is of the kind.
    pub(crate) rules: Vec<Rule>,
    /// The rules whose last node is any named node in one of the kind.
    pub(crate) rules_of_children: Vec<Rule>,
    /// Whether a rule asks for the field that such a node is in.
    pub(crate) needs_field: bool,
}

/// What must stand above a node, and what is then to be done.
#[derive(Clone)]
pub(crate) struct Rule {
    /// The field that the node must be in.
    pub(crate) field: Option<NonZeroU16>,
    /// The nodes above it, the parent first.
    pub(crate) above: Vec<Link>,
    /// What to do.
    pub(crate) action: Action,
}

/// A node above another.
#[derive(Clone)]
pub(crate) struct Link {
    /// Its kind.
    pub(crate) kind: u16,
    /// The field that it must be in.
    pub(crate) field: Option<NonZeroU16>,
}

/// What is to be done at a node.
#[derive(Clone)]
pub(crate) enum Action {
    /// The pattern matches; the query itself no longer has it.
    Capture {
        /// Its position in the query.
        pattern: usize,
        /// What is captured, and how many levels above the node it stands.
        captures: Vec<(usize, Role)>,
    },
    /// A pattern that begins at the last of the nodes above can match, where the node's text is so.
    Run(Option<Condition>),
}

/// What a node's text must be.
#[derive(Clone)]
pub(crate) enum Condition {
    /// One of these.
    OneOf(Vec<Vec<u8>>),
    /// Something that this matches.
    Matches(Regex),
}

impl Condition {
    /// Whether the text is so.
    pub(crate) fn holds(&self, text: &[u8]) -> bool {
        match self {
            Self::OneOf(words) => words.iter().any(|word| word == text),
            Self::Matches(regex) => regex.is_match(text),
        }
    }
}

/// Nodes of a pattern from its outermost one down.
type Way<'p, 'q> = Vec<&'p Part<'q>>;

impl Starts {
    /// Finds what can match where, and takes those patterns out of `query` that are rules of their own.
    ///
    /// `None` where a pattern can begin at any node; the query is then as it was. `roles` are those of the captures.
    pub(super) fn of(grammar: &Grammar, query: &mut Query, source: &str, roles: &[Role]) -> Option<Self> {
        let read = |pattern: usize| {
            let written = &source[query.start_byte_for_pattern(pattern)..query.end_byte_for_pattern(pattern)];
            let read = Pattern::read(written).filter(|_| query.is_pattern_rooted(pattern))?;
            kind_of(grammar, &read.root).is_some().then_some(read)
        };
        let patterns = (0..query.pattern_count()).map(read).collect::<Option<Vec<Pattern>>>()?;
        let mut starts = Self { by_kind: vec![Start::default(); grammar.node_kind_count()] };
        for (position, pattern) in patterns.iter().enumerate() {
            let way = unbranched(&pattern.root).filter(|_| pattern.predicates.is_empty());
            if let Some(way) = way.filter(|way| is_rule(grammar, way)) {
                let captures = captures_on(&way, query, roles);
                starts.add(grammar, &way, true, Action::Capture { pattern: position, captures });
                query.disable_pattern(position);
                continue;
            }
            let (ways, condition) = conditional_ways(grammar, pattern)
                .unwrap_or_else(|| (ways_down(grammar, &pattern.root), None));
            for way in ways {
                starts.add(grammar, &way, false, Action::Run(condition.clone()));
            }
        }
        Some(starts)
    }

    /// What can match at nodes of the kind; nothing at those of errors.
    pub(crate) fn at(&self, kind: u16) -> Option<&Start> {
        self.by_kind.get(kind as usize)
    }

    /// Adds a rule for the last node of `way`, with or without the fields on it.
    fn add(&mut self, grammar: &Grammar, way: &Way, with_fields: bool, action: Action) {
        let Some((last, before)) = way.split_last() else { return };
        let field_of = |part: &Part| {
            part.field.filter(|_| with_fields).and_then(|field| grammar.field_id_for_name(field))
        };
        let link = |part: &&Part| Some(Link { kind: kind_of(grammar, part)?, field: field_of(part) });
        let above: Vec<Link> = before.iter().rev().filter_map(link).collect();
        for link in above.iter().filter(|link| link.field.is_some()) {
            self.by_kind[link.kind as usize].needs_field = true;
        }
        let rule = Rule { field: field_of(last), above, action };
        match kind_of(grammar, last) {
            Some(kind) => {
                let start = &mut self.by_kind[kind as usize];
                start.needs_field |= rule.field.is_some();
                start.rules.push(rule);
            }
            None => {
                let parent = rule.above.first().map(|parent| parent.kind);
                parent
                    .into_iter()
                    .for_each(|kind| self.by_kind[kind as usize].rules_of_children.push(rule.clone()));
            }
        }
    }
}

/// The id of the kind of node that `part` is; `None` for all others.
fn kind_of(grammar: &Grammar, part: &Part) -> Option<u16> {
    let Shape::Node { kind, .. } = part.shape else { return None };
    let id = grammar.id_for_node_kind(kind, true);
    (id != 0 && grammar.node_kind_is_named(id)).then_some(id)
}

/// The nodes of a pattern that has one node in another and nothing else.
fn unbranched<'p, 'q>(root: &'p Part<'q>) -> Option<Way<'p, 'q>> {
    let mut way = vec![root];
    let mut part = root;
    while let Shape::Node { parts, .. } = &part.shape {
        if part.is_quantified {
            return None;
        }
        match parts.as_slice() {
            [] => return Some(way),
            [only] => part = only,
            _ => return None,
        }
        way.push(part);
    }
    None
}

/// Whether the way decides alone whether its pattern matches, once for each of its last nodes.
fn is_rule(grammar: &Grammar, way: &Way) -> bool {
    let Some((last, before)) = way.split_last() else { return false };
    let is_any = matches!(last.shape, Shape::Node { kind: ANY, .. });
    let is_one_node = last.field.is_some() || !last.captures.is_empty();
    before.iter().all(|part| kind_of(grammar, part).is_some())
        && (kind_of(grammar, last).is_some() || (is_any && last.field.is_some()))
        && (is_one_node || before.is_empty())
}

/// What a way captures, and how many levels above its last node.
fn captures_on(way: &Way, query: &Query, roles: &[Role]) -> Vec<(usize, Role)> {
    let role_of = |capture: &str| query.capture_index_for_name(capture).map(|index| roles[index as usize]);
    let levels = way.iter().enumerate().map(|(level, part)| (way.len() - 1 - level, part));
    levels
        .flat_map(|(above, part)| {
            part.captures.iter().filter_map(move |capture| Some((above, role_of(capture)?)))
        })
        .collect()
}

/// Ways down from `part` of which a match has one: the longest, the last of these.
fn ways_down<'p, 'q>(grammar: &Grammar, part: &'p Part<'q>) -> Vec<Way<'p, 'q>> {
    let Shape::Node { parts, .. } = &part.shape else { return Vec::new() };
    let mut best: Vec<Way> = vec![Vec::new()];
    let shortest = |ways: &[Way]| ways.iter().map(Vec::len).min().unwrap_or_default();
    for inner in parts.iter().filter(|inner| !inner.is_quantified) {
        let options = match &inner.shape {
            Shape::Choice(options) => options.iter().collect(),
            _ => vec![inner],
        };
        let is_known = |option: &&Part| kind_of(grammar, option).is_some() && !option.is_quantified;
        if options.iter().all(is_known) {
            let ways: Vec<Way> = options.into_iter().flat_map(|option| ways_down(grammar, option)).collect();
            best = if shortest(&ways) >= shortest(&best) { ways } else { best };
        }
    }
    best.iter_mut().for_each(|way| way.insert(0, part));
    best
}

/// The ways to the nodes whose text a predicate of the pattern asks for, and what it asks.
fn conditional_ways<'p, 'q>(
    grammar: &Grammar,
    pattern: &'p Pattern<'q>,
) -> Option<(Vec<Way<'p, 'q>>, Option<Condition>)> {
    pattern.predicates.iter().find_map(|predicate| {
        let (name, values) = predicate.split_first()?;
        let (capture, values) = values.split_first()?;
        let texts = values.iter().map(|value| text_of(value)).collect::<Option<Vec<String>>>()?;
        let condition = match *name {
            "#eq?" | "#any-of?" => Condition::OneOf(texts.into_iter().map(String::into_bytes).collect()),
            "#match?" => Condition::Matches(Regex::new(texts.first()?).ok()?),
            _ => return None,
        };
        let ways = ways_to(grammar, &pattern.root, capture.strip_prefix('@')?)?;
        Some((ways, Some(condition)))
    })
}

/// The text of a string in a query; `None` for captures.
fn text_of(written: &str) -> Option<String> {
    let text = written.strip_prefix('"')?.strip_suffix('"')?;
    let mut unescaped = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next()? {
                'n' => unescaped.push('\n'),
                'r' => unescaped.push('\r'),
                't' => unescaped.push('\t'),
                other => unescaped.push(other),
            },
            c => unescaped.push(c),
        }
    }
    Some(unescaped)
}

/// The ways down from `part` to the nodes captured as `capture`, one of which every match has.
fn ways_to<'p, 'q>(grammar: &Grammar, part: &'p Part<'q>, capture: &str) -> Option<Vec<Way<'p, 'q>>> {
    kind_of(grammar, part).filter(|_| !part.is_quantified)?;
    if part.captures.contains(&capture) {
        return Some(vec![vec![part]]);
    }
    let Shape::Node { parts, .. } = &part.shape else { return None };
    let mut ways = parts.iter().find_map(|inner| match &inner.shape {
        Shape::Choice(options) if !inner.is_quantified && !inner.captures.contains(&capture) => {
            let each = options.iter().map(|option| ways_to(grammar, option, capture));
            each.collect::<Option<Vec<_>>>().map(|ways| ways.concat())
        }
        _ => ways_to(grammar, inner, capture),
    })?;
    ways.iter_mut().for_each(|way| way.insert(0, part));
    Some(ways)
}
