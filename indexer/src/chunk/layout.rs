//! Which lines belong together: definitions, heads of containers, groups of small neighbours.

use contexd_store::{ChunkKind, SymbolKind, SymbolRecord};

use super::{ALONE_LINES, GROUP_LINES, Lines, MAX_BYTES, is_long};
use crate::lines::LineIndex;

/// Deeper containers are taken as one definition.
const MAX_DEPTH: usize = 32;

/// The head of a container joins its first member when it has no more lines than this.
const TINY_HEADER_LINES: usize = 3;

/// Lines that belong together, not yet split.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) lines: Lines,
    pub(super) kind: ChunkKind,
    pub(super) symbol: Option<u32>,
}

/// One piece for everything.
pub(super) fn whole(lines: &LineIndex) -> Vec<Piece> {
    let piece = Piece { lines: 0..lines.count(), kind: ChunkKind::Text, symbol: None };
    if lines.count() == 0 { Vec::new() } else { vec![piece] }
}

/// Pieces of a document: sections, small ones joined.
pub(super) fn by_sections(text: &str, lines: &LineIndex, headings: &[SymbolRecord]) -> Vec<Piece> {
    let mut packer = Packer::new(text, lines);
    let starts = headings.iter().map(|heading| heading.span.start_line - 1);
    let first = starts.clone().next().unwrap_or(lines.count());
    packer.gap(0..first, None);
    let ends = starts.clone().skip(1).chain([lines.count()]);
    for (position, (start, end)) in starts.zip(ends).enumerate() {
        packer.section(start..end, position as u32);
    }
    packer.finish()
}

/// Pieces of a program: one a definition, small neighbours joined, long containers opened.
pub(super) fn by_definitions(text: &str, lines: &LineIndex, symbols: &[SymbolRecord]) -> Vec<Piece> {
    let tree = Nesting::new(symbols);
    let mut layout = Layout { lines, symbols, tree: &tree, packer: Packer::new(text, lines) };
    layout.tile(0..lines.count(), None, tree.first_root, 0);
    layout.packer.finish()
}

/// Which symbol's lines hold which others'. Only symbols that can be a chunk take part.
struct Nesting {
    first_root: Option<u32>,
    first_child: Vec<Option<u32>>,
    next_sibling: Vec<Option<u32>>,
}

impl Nesting {
    fn new(symbols: &[SymbolRecord]) -> Self {
        let mut nesting = Self {
            first_root: None,
            first_child: vec![None; symbols.len()],
            next_sibling: vec![None; symbols.len()],
        };
        let mut open: Vec<u32> = Vec::new();
        for position in (0..symbols.len() as u32).filter(|p| is_chunkable(symbols[*p as usize].kind)) {
            let start = symbols[position as usize].span.start_byte;
            let mut before = None;
            while let Some(closed) = open.pop_if(|open| symbols[*open as usize].span.end_byte <= start) {
                before = Some(closed);
            }
            let link = match (before, open.last()) {
                (Some(sibling), _) => &mut nesting.next_sibling[sibling as usize],
                (None, Some(parent)) => &mut nesting.first_child[*parent as usize],
                (None, None) => &mut nesting.first_root,
            };
            *link = Some(position);
            open.push(position);
        }
        nesting
    }
}

/// Whether a symbol of this kind can be a chunk of its own; fields and variants stay with their type.
fn is_chunkable(kind: SymbolKind) -> bool {
    !matches!(kind, SymbolKind::Field | SymbolKind::EnumMember)
}

/// The walk over nested definitions.
struct Layout<'a> {
    lines: &'a LineIndex,
    symbols: &'a [SymbolRecord],
    tree: &'a Nesting,
    packer: Packer<'a>,
}

impl Layout<'_> {
    /// Lays out `range`, in which the definitions from `first` on stand.
    fn tile(&mut self, range: Lines, container: Option<u32>, first: Option<u32>, depth: usize) {
        let mut at = range.start;
        let mut next = first;
        while let Some(child) = next {
            next = self.tree.next_sibling[child as usize];
            let span = self.symbols[child as usize].span;
            let start = (span.start_line - 1).max(at);
            let end = span.end_line.min(range.end);
            if start >= end {
                continue;
            }
            self.packer.gap(at..start, container);
            self.define(start..end, child, depth);
            at = end;
        }
        self.packer.gap(at..range.end, container);
    }

    fn define(&mut self, range: Lines, symbol: u32, depth: usize) {
        let first_child = self.tree.first_child[symbol as usize];
        if depth < MAX_DEPTH && is_long(self.lines, &range) && self.opens(symbol) {
            self.packer.open_container(symbol);
            self.tile(range, Some(symbol), first_child, depth + 1);
            self.packer.close_container();
        } else {
            self.packer.definition(range, symbol);
        }
    }

    /// Whether the members of a long definition become chunks: a callable's only if one is large enough.
    fn opens(&self, symbol: u32) -> bool {
        let is_callable = self.symbols[symbol as usize].kind.is_callable();
        let mut next = self.tree.first_child[symbol as usize];
        while let Some(child) = next {
            if !is_callable || self.symbols[child as usize].span.line_count() >= ALONE_LINES {
                return true;
            }
            next = self.tree.next_sibling[child as usize];
        }
        false
    }
}

/// Collects pieces in order and joins small neighbours.
struct Packer<'a> {
    text: &'a str,
    lines: &'a LineIndex,
    pieces: Vec<Piece>,
    pending: Option<Pending>,
    /// Whether the next lines are the head of the container.
    header: Option<u32>,
}

/// Small neighbours that may still grow.
struct Pending {
    lines: Lines,
    is_header: bool,
    symbol: Option<u32>,
    definitions: u32,
    has_text: bool,
}

impl<'a> Packer<'a> {
    fn new(text: &'a str, lines: &'a LineIndex) -> Self {
        Self { text, lines, pieces: Vec::new(), pending: None, header: None }
    }

    fn finish(mut self) -> Vec<Piece> {
        self.flush();
        self.pieces
    }

    /// Begins a container: what follows up to its first large member is its head.
    fn open_container(&mut self, symbol: u32) {
        self.flush();
        self.header = Some(symbol);
    }

    fn close_container(&mut self) {
        self.flush();
        self.header = None;
    }

    /// Adds lines between definitions.
    fn gap(&mut self, range: Lines, container: Option<u32>) {
        if range.is_empty() {
            return;
        }
        if self.header.is_none() && self.is_trivial(&range) && self.extend_last(&range) {
            return;
        }
        let has_text = !self.is_trivial(&range);
        self.small(Pending { lines: range, is_header: false, symbol: container, definitions: 0, has_text });
    }

    /// Adds a definition: alone where it is large, else joined with its neighbours.
    fn definition(&mut self, range: Lines, symbol: u32) {
        if range.len() >= ALONE_LINES as usize || is_long(self.lines, &range) {
            self.alone(range, symbol, ChunkKind::Definition);
        } else {
            let pending = Pending {
                lines: range,
                is_header: false,
                symbol: Some(symbol),
                definitions: 1,
                has_text: false,
            };
            self.small(pending);
        }
    }

    /// Adds a section of a document.
    fn section(&mut self, range: Lines, symbol: u32) {
        if range.len() >= ALONE_LINES as usize || is_long(self.lines, &range) {
            self.alone(range, symbol, ChunkKind::Text);
        } else {
            let pending = Pending {
                lines: range,
                is_header: false,
                symbol: Some(symbol),
                definitions: 1,
                has_text: true,
            };
            self.small(pending);
        }
    }

    fn alone(&mut self, range: Lines, symbol: u32, kind: ChunkKind) {
        let is_blank = |pending: &mut Pending| pending.is_blank() || pending.is_tiny_header();
        let leading = self.pending.take_if(is_blank).map(|blank| blank.lines.start);
        self.flush();
        self.header = None;
        let lines = leading.unwrap_or(range.start)..range.end;
        self.pieces.push(Piece { lines, kind, symbol: Some(symbol) });
    }

    fn small(&mut self, mut added: Pending) {
        if let Some(symbol) = self.header.take() {
            added.is_header = true;
            added.symbol = Some(symbol);
            self.pending = Some(added);
            return;
        }
        match &mut self.pending {
            Some(pending) if fits(self.lines, &pending.lines, &added.lines) => pending.join(added),
            _ => {
                self.flush();
                self.pending = Some(added);
            }
        }
    }

    /// Adds lines to whatever ends before them; `false` when there is nothing.
    fn extend_last(&mut self, range: &Lines) -> bool {
        let last = match (&mut self.pending, self.pieces.last_mut()) {
            (Some(pending), _) => &mut pending.lines,
            (None, Some(piece)) => &mut piece.lines,
            (None, None) => return false,
        };
        debug_assert_eq!(last.end, range.start, "pieces tile");
        last.end = range.end;
        true
    }

    /// Whether the lines hold nothing but white space and punctuation.
    fn is_trivial(&self, range: &Lines) -> bool {
        let bytes = self.lines.start(range.start) as usize..self.lines.start(range.end) as usize;
        bytes.len() < 1024 && !self.text[bytes].chars().any(char::is_alphanumeric)
    }

    fn flush(&mut self) {
        if let Some(pending) = self.pending.take() {
            self.pieces.push(pending.into_piece());
        }
    }
}

/// Whether two neighbours may be one chunk.
fn fits(lines: &LineIndex, first: &Lines, second: &Lines) -> bool {
    let joined = first.start..second.end;
    joined.len() <= GROUP_LINES as usize && lines.bytes_in(joined) <= MAX_BYTES
}

impl Pending {
    fn is_blank(&self) -> bool {
        !self.has_text && self.definitions == 0 && !self.is_header
    }

    /// Whether it is the head of a container without anything that is worth a chunk.
    fn is_tiny_header(&self) -> bool {
        self.is_header && self.definitions == 0 && self.lines.len() <= TINY_HEADER_LINES
    }

    fn join(&mut self, added: Pending) {
        self.lines.end = added.lines.end;
        if self.definitions == 0 && !self.is_header && added.definitions > 0 {
            self.symbol = added.symbol;
        }
        self.definitions += added.definitions;
        self.has_text |= added.has_text;
    }

    fn into_piece(self) -> Piece {
        let kind = match (self.is_header, self.definitions, self.has_text) {
            (true, ..) => ChunkKind::Header,
            (_, 0, _) => ChunkKind::Text,
            (_, 1, false) => ChunkKind::Definition,
            _ => ChunkKind::Group,
        };
        Piece { lines: self.lines, kind, symbol: self.symbol }
    }
}
