//! Definitions: found by name, or listed for a file.

use std::fmt::Write;

use contexd_proto::v1;
use serde::Serialize;

use super::{column_width, one_line, place, place_text, state_name};
use crate::cli::output::Palette;

/// Widest location that others are aligned to.
const WIDEST_PLACE: usize = 72;
/// Longest signature shown.
const LONGEST_SIGNATURE: usize = 110;

/// A definition found by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct SymbolHit {
    /// Path relative to the repository root.
    pub(crate) path: String,
    /// First line of the definition with documentation and attributes, 1-based.
    pub(crate) start_line: u32,
    /// Last line, inclusive.
    pub(crate) end_line: u32,
    /// Line of the name.
    pub(crate) name_line: u32,
    /// Column of the name, 1-based, in bytes.
    pub(crate) name_column: u32,
    /// Comparable within one answer only.
    pub(crate) score: f32,
    /// What it is.
    pub(crate) kind: String,
    /// Qualified name.
    pub(crate) symbol: String,
    /// Bare name.
    pub(crate) name: String,
    /// Qualified name of what contains it; empty at the top level.
    pub(crate) container: String,
    /// Name of the language.
    pub(crate) language: String,
    /// `verified`, `stale` or `overlay`.
    pub(crate) state: &'static str,
    /// `exact`, `case_folded`, `wildcard`, `prefix`, `substring` or `fuzzy`.
    #[serde(rename = "match")]
    pub(crate) matched: &'static str,
    /// The declaration without its body.
    pub(crate) signature: String,
    /// The documentation comment.
    pub(crate) doc: String,
    /// `public`, `restricted`, `private` or `unknown`.
    pub(crate) visibility: String,
    /// Whether it is a test.
    pub(crate) is_test: bool,
}

impl From<v1::SymbolHit> for SymbolHit {
    fn from(hit: v1::SymbolHit) -> Self {
        Self {
            state: state_name(hit.state),
            matched: match_name(hit.r#match),
            path: hit.path,
            start_line: hit.start_line,
            end_line: hit.end_line,
            name_line: hit.name_line,
            name_column: hit.name_column,
            score: hit.score,
            kind: hit.kind,
            symbol: hit.qualified_name,
            name: hit.name,
            container: hit.container,
            language: hit.language,
            signature: hit.signature,
            doc: hit.doc,
            visibility: hit.visibility,
            is_test: hit.is_test,
        }
    }
}

fn match_name(matched: i32) -> &'static str {
    match v1::SymbolMatch::try_from(matched) {
        Ok(v1::SymbolMatch::Exact) => "exact",
        Ok(v1::SymbolMatch::CaseFolded) => "case_folded",
        Ok(v1::SymbolMatch::Wildcard) => "wildcard",
        Ok(v1::SymbolMatch::Prefix) => "prefix",
        Ok(v1::SymbolMatch::Substring) => "substring",
        Ok(v1::SymbolMatch::Fuzzy) => "fuzzy",
        Ok(v1::SymbolMatch::Unspecified) | Err(_) => "unknown",
    }
}

/// One definition of a file's outline.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct OutlineEntry {
    /// Path relative to the repository root.
    pub(crate) path: String,
    /// First line of the definition with documentation and attributes, 1-based.
    pub(crate) start_line: u32,
    /// Last line, inclusive.
    pub(crate) end_line: u32,
    /// Line of the name.
    pub(crate) name_line: u32,
    /// Containers around it.
    pub(crate) depth: u32,
    /// What it is.
    pub(crate) kind: String,
    /// Qualified name.
    pub(crate) symbol: String,
    /// Bare name.
    pub(crate) name: String,
    /// Name of the language.
    pub(crate) language: String,
    /// `verified`, `stale` or `overlay`.
    pub(crate) state: &'static str,
    /// The declaration without its body.
    pub(crate) signature: String,
    /// The documentation comment.
    pub(crate) doc: String,
    /// `public`, `restricted`, `private` or `unknown`.
    pub(crate) visibility: String,
    /// Whether it is a test.
    pub(crate) is_test: bool,
    /// Whether it is asynchronous.
    pub(crate) is_async: bool,
    /// Whether it belongs to its type, not to a value of the type.
    pub(crate) is_static: bool,
    /// Whether it leaves its body to others.
    pub(crate) is_abstract: bool,
    /// Attributes, decorators and annotations.
    pub(crate) attributes: Vec<String>,
    /// The parameters of something that is called.
    pub(crate) parameters: Vec<Parameter>,
    /// The written type; what a function returns.
    pub(crate) declared_type: String,
}

/// A parameter.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Parameter {
    /// The name.
    pub(crate) name: String,
    /// The type as written.
    pub(crate) declared_type: String,
}

impl From<v1::Parameter> for Parameter {
    fn from(v1::Parameter { name, declared_type }: v1::Parameter) -> Self {
        Self { name, declared_type }
    }
}

impl OutlineEntry {
    /// The entries of one file.
    pub(crate) fn all_of(outline: v1::GetOutlineResponse) -> Vec<Self> {
        let state = state_name(outline.state);
        let entry = |symbol: v1::OutlineSymbol| Self {
            path: outline.path.clone(),
            language: outline.language.clone(),
            state,
            start_line: symbol.start_line,
            end_line: symbol.end_line,
            name_line: symbol.name_line,
            depth: symbol.depth,
            kind: symbol.kind,
            symbol: symbol.qualified_name,
            name: symbol.name,
            signature: symbol.signature,
            doc: symbol.doc,
            visibility: symbol.visibility,
            is_test: symbol.is_test,
            is_async: symbol.is_async,
            is_static: symbol.is_static,
            is_abstract: symbol.is_abstract,
            attributes: symbol.attributes,
            parameters: symbol.parameters.into_iter().map(Parameter::from).collect(),
            declared_type: symbol.declared_type,
        };
        outline.symbols.into_iter().map(entry).collect()
    }
}

/// Definitions for people: a line a definition, its signature beneath.
pub(crate) fn render_symbols(hits: &[SymbolHit], palette: &Palette) -> String {
    let Palette { name, faint, alert, .. } = palette;
    let places: Vec<String> =
        hits.iter().map(|hit| place_text(&hit.path, (hit.start_line, hit.end_line))).collect();
    let width = column_width(places.iter().map(String::as_str), WIDEST_PLACE);
    let kind_width = column_width(hits.iter().map(|hit| hit.kind.as_str()), 12);
    let mut text = String::new();
    for hit in hits {
        let place = place(&hit.path, (hit.start_line, hit.end_line), width, palette);
        let _ =
            write!(text, "{place}  {faint}{:kind_width$}{faint:#} {name}{}{name:#}", hit.kind, hit.symbol);
        if hit.state == "stale" {
            let _ = write!(text, "  {alert}changed since{alert:#}");
        }
        text.push('\n');
        if !hit.signature.is_empty() {
            let _ = writeln!(text, "    {}", one_line(&hit.signature, LONGEST_SIGNATURE));
        }
    }
    text
}

/// An outline for people: a line a definition, members beneath their containers.
pub(crate) fn render_outline(entries: &[OutlineEntry], palette: &Palette) -> String {
    let Palette { place, faint, .. } = palette;
    let lines: Vec<String> = entries.iter().map(|entry| lines_of(entry.start_line, entry.end_line)).collect();
    let width = column_width(lines.iter().map(String::as_str), 24);
    let mut text = String::new();
    for (entry, lines) in entries.iter().zip(lines) {
        let indent = entry.depth as usize * 2;
        let _ = writeln!(
            text,
            "{place}{lines:>width$}{place:#}  {:indent$}{faint}{}{faint:#} {}",
            "",
            entry.kind,
            declaration(entry, palette),
        );
    }
    text
}

fn lines_of(start: u32, end: u32) -> String {
    if start == end { start.to_string() } else { format!("{start}-{end}") }
}

/// The signature with the name set off; the name alone where there is no signature.
fn declaration(entry: &OutlineEntry, palette: &Palette) -> String {
    let Palette { name, .. } = palette;
    let signature = one_line(&entry.signature, LONGEST_SIGNATURE);
    match signature.split_once(&entry.name) {
        Some((before, after)) => format!("{before}{name}{}{name:#}{after}", entry.name),
        None if signature.is_empty() => format!("{name}{}{name:#}", entry.name),
        None => format!("{name}{}{name:#}  {signature}", entry.name),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::cli::output::to_json;

    fn check(actual: &str, expect: &Expect) {
        expect.assert_eq(actual);
    }

    fn outline() -> Vec<OutlineEntry> {
        let symbol = |name: &str, kind: &str, depth, lines: (u32, u32), signature: &str| v1::OutlineSymbol {
            name: name.to_owned(),
            qualified_name: name.to_owned(),
            kind: kind.to_owned(),
            depth,
            start_line: lines.0,
            end_line: lines.1,
            signature: signature.to_owned(),
            ..v1::OutlineSymbol::default()
        };
        OutlineEntry::all_of(v1::GetOutlineResponse {
            path: "src/pool.rs".to_owned(),
            language: "rust".to_owned(),
            symbols: vec![
                symbol("Pool", "struct", 0, (8, 30), "pub struct Pool"),
                symbol("size", "field", 1, (9, 9), ""),
                symbol("spawn", "method", 1, (12, 130), "pub fn spawn(&self)"),
            ],
            ..v1::GetOutlineResponse::default()
        })
    }

    #[test]
    fn an_outline_for_people() {
        check(
            &render_outline(&outline(), &Palette::default()),
            &expect![[r#"
                  8-30  struct pub struct Pool
                     9    field size
                12-130    method pub fn spawn(&self)
            "#]],
        );
    }

    #[test]
    fn symbols_for_people_and_scripts() {
        let hit = SymbolHit::from(v1::SymbolHit {
            name: "Runtime".to_owned(),
            qualified_name: "rt::Runtime".to_owned(),
            kind: "struct".to_owned(),
            path: "src/rt.rs".to_owned(),
            start_line: 90,
            end_line: 99,
            signature: "pub struct Runtime".to_owned(),
            r#match: v1::SymbolMatch::Exact.into(),
            state: v1::ItemState::Stale.into(),
            ..v1::SymbolHit::default()
        });
        check(
            &render_symbols(std::slice::from_ref(&hit), &Palette::default()),
            &expect![[r#"
                src/rt.rs:90-99  struct rt::Runtime  changed since
                    pub struct Runtime
            "#]],
        );
        let json = to_json(&hit).unwrap_or_default();
        assert!(
            json.contains(r#""symbol":"rt::Runtime","name":"Runtime""#)
                && json.contains(r#""match":"exact""#)
        );
    }
}
