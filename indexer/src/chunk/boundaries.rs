//! How much a cut before each line hurts.

use tree_sitter::{Node, Tree, TreeCursor};

use super::Lines;
use crate::lines::LineIndex;

/// Cost of a cut where nothing speaks for one.
const NOWHERE: u16 = u16::MAX;

/// The cost of a cut before each line of a file; lower is better.
pub(super) struct Boundaries(Vec<u16>);

impl Boundaries {
    /// Rates lines by the syntax: best is a statement in the outermost block, after a blank line. Only the lines
    /// in `ranges` (ascending) are rated.
    pub(super) fn of_tree(text: &str, lines: &LineIndex, tree: &Tree, ranges: &[Lines]) -> Self {
        if ranges.is_empty() {
            return Self(Vec::new());
        }
        let mut walk = Walk { text, lines, ranges, costs: vec![NOWHERE; lines.count() as usize] };
        walk.run(tree.walk());
        for (line, cost) in walk.costs.iter_mut().enumerate().filter(|(_, cost)| **cost != NOWHERE) {
            let follows_blank = line > 0 && lines.text(text, line as u32 - 1).trim().is_empty();
            *cost = cost.saturating_mul(4).saturating_sub(u16::from(follows_blank) * 2).min(NOWHERE - 1);
        }
        Self(walk.costs)
    }

    /// Rates lines by blank lines and indentation.
    pub(super) fn of_text(text: &str, lines: &LineIndex) -> Self {
        let mut follows_blank = true;
        let rate = |line| {
            let content = lines.text(text, line);
            let is_blank = content.trim().is_empty();
            let is_indented = content.starts_with([' ', '\t', '}', ')', ']']);
            let cost = match (follows_blank && !is_blank, is_indented || is_blank) {
                (true, false) => 0,
                (true, true) => 1,
                (false, false) => 2,
                (false, true) => 3,
            };
            follows_blank = is_blank;
            cost
        };
        Self((0..lines.count()).map(rate).collect())
    }

    /// The cost of a cut before `line`.
    pub(super) fn cost(&self, line: u32) -> u16 {
        self.0.get(line as usize).copied().unwrap_or(NOWHERE)
    }
}

/// The walk over the parts of a tree that lie in some line ranges.
struct Walk<'a> {
    text: &'a str,
    lines: &'a LineIndex,
    ranges: &'a [Lines],
    costs: Vec<u16>,
}

/// What the walk remembers of the node before a node.
#[derive(Clone, Copy, Default)]
struct Previous {
    is_comment_line: bool,
    end_line: u32,
}

impl Walk<'_> {
    fn run(&mut self, mut cursor: TreeCursor) {
        let mut previous = vec![Previous::default()];
        loop {
            let node = cursor.node();
            let depth = previous.len().min(1_000) as u16;
            let (line, end_line) = (node.start_position().row as u32, node.end_position().row as u32);
            let is_comment_line = node.is_extra() && self.starts_line(node, line);
            let before = previous.last_mut().expect("invariant: one element for each open level");
            let has_comment_above = before.is_comment_line && before.end_line + 1 >= line;
            *before = Previous { is_comment_line, end_line };
            if !has_comment_above && node.is_named() && self.starts_line(node, line) {
                let cost = &mut self.costs[line as usize];
                *cost = depth.min(*cost);
            }
            if self.is_worth_entering(node) && cursor.goto_first_child() {
                previous.push(Previous::default());
                continue;
            }
            while !cursor.goto_next_sibling() {
                previous.pop();
                if !cursor.goto_parent() {
                    return;
                }
            }
        }
    }

    fn starts_line(&self, node: Node, line: u32) -> bool {
        if line >= self.lines.count() {
            return false;
        }
        let before = &self.text.as_bytes()[self.lines.start(line) as usize..node.start_byte()];
        before.len() < 256 && before.iter().all(u8::is_ascii_whitespace)
    }

    /// Whether the node has lines inside a range, besides its first.
    fn is_worth_entering(&self, node: Node) -> bool {
        let (first, last) = (node.start_position().row as u32, node.end_position().row as u32);
        let next = self.ranges.partition_point(|range| range.end <= first);
        first < last && self.ranges.get(next).is_some_and(|range| range.start <= last)
    }
}
