//! Imports: from captured ranges to records.

use contexd_store::{ImportRecord, SymbolRecord};

use super::captures::{ImportedItem, RawImport};
use super::enclosing::Enclosing;
use super::slice;
use crate::lang::{ImportStyle, Syntax};
use crate::lines::LineIndex;

/// Most paths that one import declaration may stand for.
const MAX_PATHS: usize = 256;

/// The name of a module's default export.
const DEFAULT: &str = "default";

/// The name that stands for all names of a module.
const ALL: &str = "*";

/// Turns captured imports into one record per imported module or name.
pub(super) fn imports(
    text: &str,
    lines: &LineIndex,
    syntax: &Syntax,
    raw: &[RawImport],
    symbols: &[SymbolRecord],
) -> Vec<ImportRecord> {
    let mut enclosing = Enclosing::new(symbols);
    let mut records = Vec::with_capacity(raw.len());
    for import in raw {
        let place = ImportRecord {
            line: lines.line_of(import.start()) + 1,
            enclosing: enclosing.at(import.start()),
            is_reexport: import.is_reexport || has_reexport_word(text, &syntax.imports, import),
            ..ImportRecord::default()
        };
        let written = written_imports(text, &syntax.imports, import);
        records.extend(written.into_iter().map(|(module, name, alias)| ImportRecord {
            module: module.into(),
            name: name.into(),
            alias: alias.into(),
            ..place.clone()
        }));
    }
    records
}

/// Whether the line of the import begins with the word that exports it again.
fn has_reexport_word(text: &str, style: &ImportStyle, import: &RawImport) -> bool {
    let before = &text[..import.start() as usize];
    let line = &before[before.rfind('\n').map_or(0, |end| end + 1)..];
    !style.reexport_word.is_empty() && line.trim_start().starts_with(style.reexport_word)
}

/// The (module, name, alias) triples that an import stands for.
fn written_imports(text: &str, style: &ImportStyle, import: &RawImport) -> Vec<(String, String, String)> {
    let alias = import.alias.as_ref().map_or("", |bytes| slice(text, bytes));
    let module = import.module.as_ref().map(|bytes| unquoted(slice(text, bytes)));
    match (&import.item, module) {
        (ImportedItem::Default(local), Some(module)) => {
            vec![(module.to_owned(), DEFAULT.to_owned(), slice(text, local).to_owned())]
        }
        (ImportedItem::All(local), Some(module)) => {
            let local = slice(text, local);
            let is_name = local.chars().all(super::names::is_word_char);
            vec![(module.to_owned(), ALL.to_owned(), if is_name { local } else { "" }.to_owned())]
        }
        (ImportedItem::Written(name), Some(module)) => {
            vec![(module.to_owned(), unquoted(slice(text, name)).to_owned(), alias.to_owned())]
        }
        (ImportedItem::Written(name), None) if import.is_reexport => {
            vec![(String::new(), slice(text, name).to_owned(), alias.to_owned())]
        }
        (ImportedItem::Written(path), None) => from_path(style, slice(text, path), alias),
        (ImportedItem::Default(_) | ImportedItem::All(_), None) => Vec::new(),
    }
}

/// What a path stands for that holds module and name together, or is the module.
fn from_path(style: &ImportStyle, written: &str, alias: &str) -> Vec<(String, String, String)> {
    let path = clean_path(style, written);
    let paths = if style.braces { expand_braces(&path) } else { vec![path] };
    let split = |path: String| {
        let (path, written_alias) = split_alias(style, &path).unwrap_or((&path, alias));
        let (module, name) = split_item(style, path.trim());
        let name = if name == style.wildcard { ALL } else { name };
        (module.to_owned(), name.to_owned(), written_alias.trim().to_owned())
    };
    paths.into_iter().filter(|path| !path.is_empty()).map(split).collect()
}

/// The path and its alias, where one is written behind a word for it.
fn split_alias<'p>(style: &ImportStyle, path: &'p str) -> Option<(&'p str, &'p str)> {
    style.alias_words.iter().find_map(|word| {
        let (before, after) = path.split_once(word)?;
        Some((before.strip_suffix(' ')?, after.strip_prefix(' ')?))
    })
}

/// Takes the imported name off the end of a path, in languages that write one.
fn split_item<'p>(style: &ImportStyle, path: &'p str) -> (&'p str, &'p str) {
    if style.item_separator.is_empty() {
        return (path, "");
    }
    path.rsplit_once(style.item_separator).unwrap_or(("", path))
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(['"', '\'', '`'])
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

/// The paths that `a::{b, c::{d, e as f}}` stands for: `a::b`, `a::c::d`, `a::c::e as f`.
fn expand_braces(path: &str) -> Vec<String> {
    let mut paths = Vec::new();
    let mut prefixes = vec![String::new()];
    let mut current = String::new();
    let finish = |current: &mut String, prefixes: &[String], paths: &mut Vec<String>| {
        let name = current.trim();
        if !name.is_empty() && paths.len() < MAX_PATHS {
            let prefix = prefixes.last().map_or("", String::as_str);
            paths.push(without_self(&format!("{prefix}{name}")));
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

/// `a::self as b` is `a as b`.
fn without_self(path: &str) -> String {
    match path.strip_suffix("::self") {
        Some(module) => module.to_owned(),
        None => path.replacen("::self as ", " as ", 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_expand() {
        let check = |path: &str, expected: &[&str]| assert_eq!(expand_braces(path), expected, "{path}");
        check("std::io", &["std::io"]);
        check("std::io as x", &["std::io as x"]);
        check("a::{b, c::{self, d as e}, f::*}", &["a::b", "a::c", "a::c::d as e", "a::f::*"]);
        check("a::{self as b}", &["a as b"]);
        check("{a, b}", &["a", "b"]);
        check("a::{", &[]);
        check("}}a", &["a"]);
    }

    const STYLE: ImportStyle = ImportStyle {
        keywords: &["import", "static"],
        item_separator: ".",
        braces: false,
        alias_words: &["as"],
        wildcard: "*",
        reexport_word: "",
    };

    #[test]
    fn paths_lose_their_marks() {
        let check = |written: &str, expected: &str| assert_eq!(clean_path(&STYLE, written), expected);
        check("import static a.b.C.*;", "a.b.C.*");
        check("<stdio.h>", "stdio.h");
        check("\"./a\"", "./a");
        check("importer", "importer");
    }

    #[test]
    fn paths_split_into_module_name_and_alias() {
        let check = |written: &str, expected: (&str, &str, &str)| {
            let found = from_path(&STYLE, written, "");
            let found: Vec<_> = found.iter().map(|(m, n, a)| (m.as_str(), n.as_str(), a.as_str())).collect();
            assert_eq!(found, [expected], "{written}");
        };
        check("import a.b.C", ("a.b", "C", ""));
        check("import a.b.C as D", ("a.b", "C", "D"));
        check("import static a.b.C.*", ("a.b.C", "*", ""));
        check("import a", ("", "a", ""));
    }
}
