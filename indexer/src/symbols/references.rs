//! References and imports: from captured ranges to records.

use contexd_store::{ImportRecord, ReferenceKind, ReferenceRecord, SymbolRecord};

use super::captures::{RawImport, RawReference};
use super::names;
use crate::lang::{ImportStyle, Syntax};
use crate::lines::LineIndex;

/// Most paths that one import declaration may stand for.
const MAX_PATHS: usize = 256;

/// Turns captured uses into records: one per place, none for the names of definitions.
pub(super) fn references(
    text: &str,
    lines: &LineIndex,
    syntax: &Syntax,
    mut raw: Vec<RawReference>,
    symbols: &[SymbolRecord],
    limit: usize,
) -> (Vec<ReferenceRecord>, bool) {
    raw.sort_by_key(|reference| (reference.name.start, rank(reference.role.kind)));
    let mut defined: Vec<u32> = symbols.iter().map(|symbol| symbol.name_span.start_byte).collect();
    defined.sort_unstable();
    let mut enclosing = Enclosing::new(symbols);
    let mut records: Vec<ReferenceRecord> = Vec::with_capacity(raw.len().min(limit));
    for reference in raw {
        let start = reference.name.start;
        let name = &text[start as usize..reference.name.end as usize];
        let is_repeated = records.last().is_some_and(|last| last.start_byte == start);
        if is_repeated || !is_reference(syntax, &reference, name) || defined.binary_search(&start).is_ok() {
            continue;
        }
        if records.len() >= limit {
            return (records, true);
        }
        records.push(ReferenceRecord {
            name: name.into(),
            kind: reference.role.kind,
            line: lines.line_of(start) + 1,
            start_byte: start,
            enclosing: enclosing.at(start),
        });
    }
    (records, false)
}

/// Which of two captures of one name says more.
fn rank(kind: ReferenceKind) -> u8 {
    match kind {
        ReferenceKind::Inherit => 0,
        ReferenceKind::Macro => 1,
        ReferenceKind::Call => 2,
        ReferenceKind::Type => 3,
    }
}

/// Whether the name can refer to a definition; a single capital letter is a type parameter.
fn is_reference(syntax: &Syntax, reference: &RawReference, name: &str) -> bool {
    let starts_upper = name.starts_with(char::is_uppercase);
    let is_type = reference.role.kind == ReferenceKind::Type;
    let is_parameter = is_type && name.len() == 1 && starts_upper;
    let is_builtin = is_type && syntax.builtin_types.contains(&name);
    let is_variable = reference.role.capitalized && !starts_upper;
    names::is_word(name, syntax.name_marks)
        && !(is_parameter || is_builtin || is_variable || syntax.ignored_names.contains(&name))
}

/// Finds the innermost symbol around offsets that are asked for in ascending order.
struct Enclosing<'a> {
    symbols: &'a [SymbolRecord],
    next: usize,
    open: Vec<u32>,
}

impl<'a> Enclosing<'a> {
    fn new(symbols: &'a [SymbolRecord]) -> Self {
        Self { symbols, next: 0, open: Vec::new() }
    }

    fn at(&mut self, offset: u32) -> Option<u32> {
        while let Some(symbol) = self.symbols.get(self.next).filter(|s| s.span.start_byte <= offset) {
            self.close_before(symbol.span.start_byte);
            self.open.push(self.next as u32);
            self.next += 1;
        }
        self.close_before(offset);
        self.open.last().copied()
    }

    fn close_before(&mut self, offset: u32) {
        let symbols = self.symbols;
        while self.open.pop_if(|open| symbols[*open as usize].span.end_byte <= offset).is_some() {}
    }
}

/// Turns captured imports into one record per path.
pub(super) fn imports(
    text: &str,
    lines: &LineIndex,
    style: &ImportStyle,
    raw: &[RawImport],
) -> Vec<ImportRecord> {
    let mut records = Vec::with_capacity(raw.len());
    for import in raw {
        let line = lines.line_of(import.path.start) + 1;
        let written = &text[import.path.start as usize..import.path.end as usize];
        let path = clean_path(style, written);
        if let Some(module) = &import.module {
            let module = &text[module.start as usize..module.end as usize];
            let glue = if module.ends_with('.') { "" } else { style.separator };
            records.push(ImportRecord { path: format!("{module}{glue}{path}").into(), line });
        } else if style.braces {
            let paths = expand_braces(&path);
            records.extend(paths.into_iter().map(|path| ImportRecord { path: path.into(), line }));
        } else if !path.is_empty() {
            records.push(ImportRecord { path: path.into(), line });
        }
    }
    records
}

/// The path without keywords, quotes, brackets and line ends.
fn clean_path(style: &ImportStyle, written: &str) -> String {
    let mut rest = written.trim().trim_end_matches(';').trim_end();
    for keyword in style.keywords {
        let after = rest.strip_prefix(keyword).filter(|after| after.starts_with(char::is_whitespace));
        rest = after.unwrap_or(rest).trim_start();
    }
    rest.trim_matches(['"', '\'', '`', '<', '>']).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The paths that `a::{b, c::{d, e as f}}` stands for: `a::b`, `a::c::d`, `a::c::e`.
fn expand_braces(path: &str) -> Vec<String> {
    let mut paths = Vec::new();
    let mut prefixes = vec![String::new()];
    let mut current = String::new();
    let finish = |current: &mut String, prefixes: &[String], paths: &mut Vec<String>| {
        let name = current.split(" as ").next().unwrap_or_default().trim();
        if !name.is_empty() && paths.len() < MAX_PATHS {
            let prefix = prefixes.last().map_or("", String::as_str);
            let path = format!("{prefix}{name}");
            paths.push(path.strip_suffix("::self").unwrap_or(&path).to_owned());
        }
        current.clear();
    };
    for c in path.chars() {
        match c {
            '{' if prefixes.len() < 32 => {
                let outer = prefixes.last().cloned().unwrap_or_default();
                prefixes.push(outer + current.trim());
                current.clear();
            }
            '}' => {
                finish(&mut current, &prefixes, &mut paths);
                prefixes.truncate(prefixes.len().saturating_sub(1).max(1));
            }
            ',' => finish(&mut current, &prefixes, &mut paths),
            c => current.push(c),
        }
    }
    finish(&mut current, &prefixes, &mut paths);
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_expand() {
        let check = |path: &str, expected: &[&str]| assert_eq!(expand_braces(path), expected, "{path}");
        check("std::io", &["std::io"]);
        check("std::io as x", &["std::io"]);
        check("a::{b, c::{self, d as e}, f::*}", &["a::b", "a::c", "a::c::d", "a::f::*"]);
        check("{a, b}", &["a", "b"]);
        check("a::{", &[]);
        check("}}a", &["a"]);
    }

    #[test]
    fn paths_lose_their_marks() {
        let style = ImportStyle { keywords: &["import", "static"], separator: ".", braces: false };
        let check = |written: &str, expected: &str| assert_eq!(clean_path(&style, written), expected);
        check("import static a.b.C.*;", "a.b.C.*");
        check("<stdio.h>", "stdio.h");
        check("\"./a\"", "./a");
        check("importer", "importer");
    }
}
