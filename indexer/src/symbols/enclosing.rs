//! Which symbol a place stands in.

use contexd_store::SymbolRecord;

/// Finds the innermost symbol around offsets that are asked for in ascending order.
pub(super) struct Enclosing<'a> {
    symbols: &'a [SymbolRecord],
    next: usize,
    open: Vec<u32>,
}

impl<'a> Enclosing<'a> {
    pub(super) fn new(symbols: &'a [SymbolRecord]) -> Self {
        Self { symbols, next: 0, open: Vec::new() }
    }

    /// The innermost symbol around `offset`.
    pub(super) fn at(&mut self, offset: u32) -> Option<u32> {
        while let Some(symbol) = self.symbols.get(self.next).filter(|s| s.span.start_byte <= offset) {
            self.close_before(symbol.span.start_byte);
            self.open.push(self.next as u32);
            self.next += 1;
        }
        self.close_before(offset);
        self.open.last().copied()
    }

    /// The innermost symbol around the name at `offset` that is not itself of that name.
    pub(super) fn around_name(&mut self, offset: u32) -> Option<u32> {
        let innermost = self.at(offset)?;
        let symbol = &self.symbols[innermost as usize];
        if symbol.name_span.start_byte == offset { symbol.parent } else { Some(innermost) }
    }

    fn close_before(&mut self, offset: u32) {
        let symbols = self.symbols;
        while self.open.pop_if(|open| symbols[*open as usize].span.end_byte <= offset).is_some() {}
    }
}
