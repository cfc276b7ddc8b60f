//! Runs a language's query over a syntax tree, only where its patterns can match.
//!
//! The engine of queries pays for every node that it enters, also where nothing can match. A plain walk over the tree
//! costs a fraction of that. It keeps the path to the node that it is at: that is all that most patterns ask for, and
//! for the others it says where the engine is worth starting.

use std::num::NonZeroU16;
use std::ops::ControlFlow;

use streaming_iterator::StreamingIterator;
use tree_sitter::{Node, QueryCursor, QueryCursorOptions, Tree, TreeCursor};

use super::captures::Captures;
use crate::lang::{Action, Compiled, Link, Rule, Starts};
use crate::parse::Deadline;

/// States of unfinished matches that the query may hold at once. Only absurdly nested code needs more, and there
/// the oldest are dropped.
const MATCH_LIMIT: u32 = 4096;

/// Nodes that are walked between two looks at the clock.
const NODES_A_LOOK: usize = 1024;

/// What the query finds in `tree`; `None` when the deadline passed.
pub(super) fn search(compiled: &Compiled, tree: &Tree, text: &str, deadline: &Deadline) -> Option<Captures> {
    let mut cursor = QueryCursor::new();
    cursor.set_match_limit(MATCH_LIMIT);
    let captures = Captures::default();
    let mut search =
        Search { compiled, text: text.as_bytes(), deadline, cursor, captures, has_expired: false };
    match &compiled.starts {
        Some(starts) => search.walk(tree, starts),
        None => search.run_from(tree.root_node()),
    }
    let Search { mut captures, has_expired, .. } = search;
    captures.sort();
    (!has_expired).then_some(captures)
}

/// A search under way.
struct Search<'a> {
    compiled: &'a Compiled,
    text: &'a [u8],
    deadline: &'a Deadline,
    cursor: QueryCursor,
    captures: Captures,
    has_expired: bool,
}

/// A node that the walk is in.
struct Open<'tree> {
    node: Node<'tree>,
    kind: u16,
    /// The field that it is in, where a rule asks for it.
    field: Option<NonZeroU16>,
    /// Whether the query was run from it.
    has_run: bool,
}

impl Search<'_> {
    /// Goes over all nodes in document order and looks at those where something can match.
    fn walk(&mut self, tree: &Tree, starts: &Starts) {
        self.cursor.set_max_start_depth(Some(0));
        let mut at = tree.walk();
        let mut path: Vec<Open> = Vec::new();
        let mut walked = 0_usize;
        while !self.has_expired {
            self.enter(&at, starts, &mut path);
            walked += 1;
            if walked.is_multiple_of(NODES_A_LOOK) {
                self.has_expired |= self.deadline.has_passed();
            }
            if at.goto_first_child() {
                continue;
            }
            path.pop();
            while !at.goto_next_sibling() {
                if !at.goto_parent() {
                    return;
                }
                path.pop();
            }
        }
    }

    /// Adds the node at the cursor to the path and applies the rules for it.
    fn enter<'tree>(&mut self, at: &TreeCursor<'tree>, starts: &Starts, path: &mut Vec<Open<'tree>>) {
        let node = at.node();
        let kind = node.kind_id();
        let own = starts.at(kind);
        let outer = path.last().and_then(|parent| starts.at(parent.kind));
        let outer = outer.filter(|outer| !outer.rules_of_children.is_empty());
        let needs_field = outer.is_some() || own.is_some_and(|start| start.needs_field);
        let field = if needs_field { at.field_id() } else { None };
        path.push(Open { node, kind, field, has_run: false });
        for rule in own.iter().flat_map(|start| &start.rules) {
            self.apply(rule, path);
        }
        if let Some(outer) = outer.filter(|_| node.is_named() && !node.is_error()) {
            outer.rules_of_children.iter().for_each(|rule| self.apply(rule, path));
        }
    }

    /// Does what the rule says, if it is met by the last node of the path and those above.
    fn apply(&mut self, rule: &Rule, path: &mut [Open]) {
        let Some((last, above)) = path.split_last() else { return };
        let is_link = |(open, link): (&Open, &Link)| {
            open.kind == link.kind && (link.field.is_none() || open.field == link.field)
        };
        let is_met = (rule.field.is_none() || last.field == rule.field)
            && above.len() >= rule.above.len()
            && above.iter().rev().zip(&rule.above).all(is_link);
        if !is_met {
            return;
        }
        match &rule.action {
            Action::Capture { pattern, captures } => {
                let innermost = path.len() - 1;
                let captured = captures.iter().map(|(up, role)| (*role, path[innermost - up].node));
                self.captures.add(self.compiled, *pattern, captured);
            }
            Action::Run(condition) => {
                let text = self.text.get(last.node.byte_range()).unwrap_or_default();
                let begin = above.len() - rule.above.len();
                let can_match = condition.as_ref().is_none_or(|condition| condition.holds(text));
                if can_match && !path[begin].has_run {
                    path[begin].has_run = true;
                    self.run_from(path[begin].node);
                }
            }
        }
    }

    /// Runs the query over `node` and what is in it, down to where its patterns may begin.
    fn run_from(&mut self, node: Node) {
        let Self { compiled, text, deadline, cursor, captures, has_expired } = self;
        let mut on_progress = |_: &_| {
            *has_expired = *has_expired || deadline.has_passed();
            if *has_expired { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let options = QueryCursorOptions::new().progress_callback(&mut on_progress);
        let mut matches = cursor.matches_with_options(&compiled.query, node, *text, options);
        while let Some(found) = matches.next() {
            let captured = found.captures().iter();
            let captured = captured.map(|capture| (compiled.roles[capture.index as usize], capture.node));
            captures.add(compiled, found.pattern_index, captured);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use tree_sitter::Parser;

    use super::super::{Extracted, Source, extract};
    use crate::lang::{self, Compiled, Syntax};
    use crate::lines::LineIndex;
    use crate::parse::{Deadline, ParseBudget};

    fn extracted(text: &str, syntax: &Syntax, compiled: &Compiled) -> Extracted {
        let mut parser = Parser::new();
        parser.set_language(&compiled.grammar).unwrap();
        let tree = parser.parse(text, None).unwrap();
        let lines = LineIndex::new(text);
        let source = Source { text, lines: &lines, tree: &tree, syntax, compiled };
        let budget = ParseBudget::default();
        extract(&source, &budget, &Deadline::after(std::time::Duration::from_secs(600))).unwrap()
    }

    /// The walk finds what the engine finds when it is run over the whole tree.
    #[test]
    fn walk_and_engine_agree() {
        let check = |language: &str, text: &str| {
            let (syntax, walking) = lang::by_name(language).unwrap().grammar().unwrap();
            assert!(walking.starts.is_some(), "{language}");
            let found = extracted(text, syntax, walking);
            let expected = extracted(text, syntax, &Compiled::without_starts(syntax).unwrap());
            assert_eq!(found.symbols, expected.symbols, "{language}");
            assert_eq!(found.references, expected.references, "{language}");
            assert_eq!(found.imports, expected.imports, "{language}");
            assert_eq!(found.bindings, expected.bindings, "{language}");
        };
        check("c", include_str!("../../tests/parse/fixtures/c.c"));
        check("cpp", include_str!("../../tests/parse/fixtures/cpp.cpp"));
        check("elixir", include_str!("../../tests/parse/fixtures/elixir.ex"));
        check("go", include_str!("../../tests/parse/fixtures/go.go"));
        check("html", include_str!("../../tests/parse/fixtures/html.html"));
        check("java", include_str!("../../tests/parse/fixtures/java.java"));
        check("kotlin", include_str!("../../tests/parse/fixtures/kotlin.kt"));
        check("php", include_str!("../../tests/parse/fixtures/php.php"));
        check("python", include_str!("../../tests/parse/fixtures/python.py"));
        check("ruby", include_str!("../../tests/parse/fixtures/ruby.rb"));
        check("rust", include_str!("../../tests/parse/fixtures/rust.rs"));
        check("tsx", include_str!("../../tests/parse/fixtures/tsx.tsx"));
        check("zig", include_str!("../../tests/parse/fixtures/zig.zig"));
    }
}
