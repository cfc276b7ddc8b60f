//! What the code graph says: meanings, uses, relations, neighbours, the map.

use std::fmt::Write;

use contexd_proto::v1;
use serde::Serialize;

use super::symbol::SymbolHit;
use super::{column_width, one_line, place, place_text, state_name};
use crate::cli::output::{Notes, Palette, counted, grouped};

/// Widest location that others are aligned to.
const WIDEST_PLACE: usize = 72;
/// Longest line of source shown.
const LONGEST_LINE: usize = 110;
/// Definitions named when a target is ambiguous.
const NAMED_TARGETS: usize = 5;

/// A place in a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Place {
    /// Path relative to the repository root.
    pub(crate) path: String,
    /// Line, 1-based.
    pub(crate) line: u32,
    /// Column, 1-based, in bytes.
    pub(crate) column: u32,
}

impl From<v1::Position> for Place {
    fn from(position: v1::Position) -> Self {
        let v1::Position { path, line, column } = position;
        Self { path, line, column }
    }
}

/// The stable name of a confidence.
fn confidence_name(confidence: i32) -> &'static str {
    match v1::Confidence::try_from(confidence) {
        Ok(v1::Confidence::Exact) => "exact",
        Ok(v1::Confidence::Scoped) => "scoped",
        Ok(v1::Confidence::UniqueName) => "unique_name",
        Ok(v1::Confidence::Ambiguous) => "ambiguous",
        Ok(v1::Confidence::Unspecified) | Err(_) => "unknown",
    }
}

/// `exact`, or `ambiguous (1 of 7)`.
fn confidence_phrase(confidence: &str, candidates: u32) -> String {
    if candidates > 1 { format!("{confidence} (1 of {candidates})") } else { confidence.to_owned() }
}

/// Says on stderr that a target means several definitions, and which.
pub(crate) fn note_targets(targets: &[v1::SymbolHit], notes: Notes) {
    if targets.len() < 2 {
        return;
    }
    notes.say(format!("ambiguous: {} definitions bear this name; all of them are meant", targets.len()));
    for target in targets.iter().take(NAMED_TARGETS) {
        notes
            .say(format!("  {}:{} {} {}", target.path, target.name_line, target.kind, target.qualified_name));
    }
    if targets.len() > NAMED_TARGETS {
        notes.say("  ...: give a qualified name or FILE:LINE:COLUMN to mean one of them");
    }
}

/// A definition that a name means.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Meaning {
    #[serde(flatten)]
    pub(crate) symbol: SymbolHit,
    /// `exact`, `scoped`, `unique_name` or `ambiguous`.
    pub(crate) confidence: &'static str,
    /// Definitions that come into question; 1 unless it is ambiguous.
    pub(crate) candidates: u32,
    /// The use that means it.
    pub(crate) used_at: Option<Place>,
}

impl From<v1::ResolvedDefinition> for Meaning {
    fn from(resolved: v1::ResolvedDefinition) -> Self {
        Self {
            symbol: resolved.symbol.map(SymbolHit::from).unwrap_or_default(),
            confidence: confidence_name(resolved.confidence),
            candidates: resolved.candidates,
            used_at: resolved.used_at.map(Place::from),
        }
    }
}

/// A use of a definition.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Reference {
    #[serde(flatten)]
    pub(crate) place: Place,
    /// `call`, `type`, `inherit`, `macro`, `mention` or `value`.
    pub(crate) kind: String,
    /// Qualified name of the definition that it stands in.
    pub(crate) enclosing: String,
    /// `exact`, `scoped`, `unique_name` or `ambiguous`.
    pub(crate) confidence: &'static str,
    /// Definitions that come into question; 1 unless it is ambiguous.
    pub(crate) candidates: u32,
    /// Qualified names of the definitions asked about that it may mean.
    pub(crate) targets: Vec<String>,
    /// `verified`, `stale` or `overlay`.
    pub(crate) state: &'static str,
    /// The line without its indentation.
    pub(crate) text: String,
}

impl Reference {
    /// The use, with the names of what it may mean.
    pub(crate) fn new(reference: v1::Reference, targets: &[v1::SymbolHit]) -> Self {
        let target = |at: &u32| targets.get(*at as usize).map(|target| target.qualified_name.clone());
        Self {
            place: reference.position.map(Place::from).unwrap_or_default(),
            kind: reference.kind,
            enclosing: reference.enclosing,
            confidence: confidence_name(reference.confidence),
            candidates: reference.candidates,
            targets: reference.targets.iter().filter_map(target).collect(),
            state: state_name(reference.state),
            text: reference.text,
        }
    }
}

/// The other end of an edge.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Related {
    #[serde(flatten)]
    pub(crate) symbol: SymbolHit,
    /// `exact`, `scoped`, `unique_name` or `ambiguous`.
    pub(crate) confidence: &'static str,
    /// Definitions that come into question; 1 unless it is ambiguous.
    pub(crate) candidates: u32,
    /// Uses that make the edge.
    pub(crate) uses: u32,
    /// The first of them.
    pub(crate) used_at: Option<Place>,
}

impl From<v1::RelatedSymbol> for Related {
    fn from(related: v1::RelatedSymbol) -> Self {
        Self {
            symbol: related.symbol.map(SymbolHit::from).unwrap_or_default(),
            confidence: confidence_name(related.confidence),
            candidates: related.candidates,
            uses: related.uses,
            used_at: related.used_at.map(Place::from),
        }
    }
}

/// The files that a file hangs together with.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Neighbours {
    /// The file.
    pub(crate) path: String,
    /// The files that it imports.
    pub(crate) imports: Vec<String>,
    /// The files that import it.
    pub(crate) importers: Vec<String>,
    /// The files that the same commits change.
    pub(crate) changed_together: Vec<ChangedTogether>,
    /// Why the history says nothing.
    pub(crate) history_missing: String,
}

/// A file that the same commits change.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct ChangedTogether {
    /// Path relative to the repository root.
    pub(crate) path: String,
    /// Commits that changed both.
    pub(crate) commits: u32,
    /// Higher is closer.
    pub(crate) score: f32,
}

impl Neighbours {
    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.imports.is_empty() && self.importers.is_empty() && self.changed_together.is_empty()
    }
}

impl From<v1::GetFileNeighboursResponse> for Neighbours {
    fn from(reply: v1::GetFileNeighboursResponse) -> Self {
        let together = reply.changed_together.into_iter().map(|other| ChangedTogether {
            path: other.path,
            commits: other.commits,
            score: other.score,
        });
        Self {
            path: reply.path,
            imports: reply.imports,
            importers: reply.importers,
            changed_together: together.collect(),
            history_missing: reply.history_missing,
        }
    }
}

/// The shape of a repository.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Map {
    /// Files in the modules.
    pub(crate) files: u64,
    /// Their lines.
    pub(crate) lines: u64,
    /// The modules, by path.
    pub(crate) modules: Vec<Module>,
    /// The most used definitions.
    pub(crate) symbols: Vec<UsedSymbol>,
}

/// A directory with what is beneath it, other modules left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Module {
    /// Path relative to the root; `.` for the root itself.
    pub(crate) path: String,
    /// Files.
    pub(crate) files: u32,
    /// Lines of these.
    pub(crate) lines: u64,
    /// Definitions in them.
    pub(crate) symbols: u32,
    /// The languages by lines, the most first.
    pub(crate) languages: Vec<String>,
    /// The modules that it uses, the most used first.
    pub(crate) uses: Vec<ModuleUse>,
    /// Uses of its definitions from other modules.
    pub(crate) used_by_others: u64,
    /// Its most used definitions.
    pub(crate) top: Vec<UsedSymbol>,
    /// Whether it holds tests.
    pub(crate) is_test: bool,
}

/// How much one module uses another.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct ModuleUse {
    /// The other module.
    pub(crate) path: String,
    /// Uses.
    pub(crate) count: u64,
}

/// A definition and how much it is used.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct UsedSymbol {
    #[serde(flatten)]
    pub(crate) symbol: SymbolHit,
    /// Uses that mean it.
    pub(crate) uses: u32,
}

impl From<v1::UsedSymbol> for UsedSymbol {
    fn from(used: v1::UsedSymbol) -> Self {
        Self { symbol: used.symbol.map(SymbolHit::from).unwrap_or_default(), uses: used.uses }
    }
}

impl From<v1::GetMapResponse> for Map {
    fn from(reply: v1::GetMapResponse) -> Self {
        let module = |module: v1::Module| Module {
            path: module.path,
            files: module.files,
            lines: module.lines,
            symbols: module.symbols,
            languages: module.languages,
            uses: module
                .uses
                .into_iter()
                .map(|v1::ModuleUse { path, count }| ModuleUse { path, count })
                .collect(),
            used_by_others: module.used_by_others,
            top: module.top.into_iter().map(UsedSymbol::from).collect(),
            is_test: module.is_test,
        };
        Self {
            files: reply.files,
            lines: reply.lines,
            modules: reply.modules.into_iter().map(module).collect(),
            symbols: reply.symbols.into_iter().map(UsedSymbol::from).collect(),
        }
    }
}

/// Meanings for people: a line a definition, its signature beneath.
pub(crate) fn render_meanings(found: &[Meaning], palette: &Palette) -> String {
    let Palette { name, faint, alert, .. } = palette;
    let width = symbols_width(found.iter().map(|meaning| &meaning.symbol));
    let mut text = String::new();
    for meaning in found {
        let symbol = &meaning.symbol;
        let place = place(&symbol.path, (symbol.name_line, symbol.name_line), width, palette);
        let phrase = confidence_phrase(meaning.confidence, meaning.candidates);
        let _ = write!(
            text,
            "{place}  {} {name}{}{name:#}  {faint}{phrase}{faint:#}",
            symbol.kind, symbol.symbol
        );
        if symbol.state == "stale" {
            let _ = write!(text, "  {alert}changed since{alert:#}");
        }
        text.push('\n');
        if !symbol.signature.is_empty() {
            let _ = writeln!(text, "    {}", one_line(&symbol.signature, LONGEST_LINE));
        }
    }
    text
}

fn symbols_width<'a>(symbols: impl Iterator<Item = &'a SymbolHit>) -> usize {
    let places: Vec<String> =
        symbols.map(|symbol| place_text(&symbol.path, (symbol.name_line, symbol.name_line))).collect();
    column_width(places.iter().map(String::as_str), WIDEST_PLACE)
}

/// Uses for people: a line a use, with the source.
pub(crate) fn render_references(found: &[Reference], palette: &Palette) -> String {
    let Palette { faint, alert, .. } = palette;
    let places: Vec<String> = found
        .iter()
        .map(|reference| place_text(&reference.place.path, (reference.place.line, reference.place.line)))
        .collect();
    let width = column_width(places.iter().map(String::as_str), WIDEST_PLACE);
    let mut text = String::new();
    for reference in found {
        let line = reference.place.line;
        let place = place(&reference.place.path, (line, line), width, palette);
        let source = one_line(&reference.text, LONGEST_LINE);
        let phrase = confidence_phrase(reference.confidence, reference.candidates);
        let _ = write!(text, "{place}  {source}  {faint}{} {phrase}{faint:#}", reference.kind);
        if reference.state == "stale" {
            let _ = write!(text, "  {alert}changed since{alert:#}");
        }
        text.push('\n');
    }
    text
}

/// Relations for people: a line a definition.
pub(crate) fn render_related(found: &[Related], palette: &Palette) -> String {
    let Palette { name, faint, .. } = palette;
    let width = symbols_width(found.iter().map(|related| &related.symbol));
    let mut text = String::new();
    for related in found {
        let symbol = &related.symbol;
        let place = place(&symbol.path, (symbol.name_line, symbol.name_line), width, palette);
        let phrase = confidence_phrase(related.confidence, related.candidates);
        let uses = match related.uses {
            0 => String::new(),
            uses => format!(", {}", counted(u64::from(uses), "use")),
        };
        let shown = if symbol.symbol.is_empty() {
            "outside any definition".to_owned()
        } else {
            format!("{} {name}{}{name:#}", symbol.kind, symbol.symbol)
        };
        let _ = writeln!(text, "{place}  {shown}  {faint}{phrase}{uses}{faint:#}");
    }
    text
}

/// Neighbours for people.
pub(crate) fn render_neighbours(neighbours: &Neighbours, palette: &Palette) -> String {
    let Palette { place, faint, .. } = palette;
    let mut text = String::new();
    let mut section = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            let _ = writeln!(text, "{title}");
            for line in lines {
                let _ = writeln!(text, "  {line}");
            }
        }
    };
    let shown = |path: &String| format!("{place}{path}{place:#}");
    section("imports", neighbours.imports.iter().map(shown).collect());
    section("imported by", neighbours.importers.iter().map(shown).collect());
    let together = neighbours.changed_together.iter().map(|other| {
        let commits = counted(u64::from(other.commits), "commit");
        format!("{}  {faint}{commits}{faint:#}", shown(&other.path))
    });
    section("changed together with", together.collect());
    text
}

/// The map for people: a paragraph a module, then the most used definitions.
pub(crate) fn render_map(map: &Map, palette: &Palette) -> String {
    let Palette { place, name, faint, .. } = palette;
    let mut text = format!("{}, {}\n", counted(map.files, "file"), counted(map.lines, "line"));
    for module in &map.modules {
        let languages = module.languages.join(", ");
        let tests = if module.is_test { ", tests" } else { "" };
        let _ = writeln!(
            text,
            "\n{place}{}{place:#}  {faint}{}, {}, {}; {languages}{tests}{faint:#}",
            module.path,
            counted(u64::from(module.files), "file"),
            counted(module.lines, "line"),
            counted(u64::from(module.symbols), "definition"),
        );
        if !module.uses.is_empty() {
            let uses: Vec<String> = module
                .uses
                .iter()
                .map(|other| format!("{} ({})", other.path, grouped(other.count)))
                .collect();
            let _ = writeln!(text, "  uses {}", uses.join(", "));
        }
        if module.used_by_others > 0 {
            let _ = writeln!(text, "  used {} from elsewhere", counted(module.used_by_others, "time"));
        }
        for used in &module.top {
            let symbol = &used.symbol;
            let uses = counted(u64::from(used.uses), "use");
            let _ = writeln!(
                text,
                "    {} {name}{}{name:#}  {faint}{}:{}, {uses}{faint:#}",
                symbol.kind, symbol.symbol, symbol.path, symbol.name_line
            );
        }
    }
    if !map.symbols.is_empty() {
        let _ = writeln!(text, "\nmost depended upon");
    }
    for used in &map.symbols {
        let symbol = &used.symbol;
        let _ = writeln!(
            text,
            "  {:>7}  {} {name}{}{name:#}  {faint}{}:{}{faint:#}",
            grouped(u64::from(used.uses)),
            symbol.kind,
            symbol.symbol,
            symbol.path,
            symbol.name_line
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(actual: &str, expected: &Expect) {
        expected.assert_eq(actual);
    }

    fn symbol(path: &str, line: u32, kind: &str, name: &str) -> v1::SymbolHit {
        v1::SymbolHit {
            path: path.to_owned(),
            name_line: line,
            kind: kind.to_owned(),
            qualified_name: name.to_owned(),
            state: v1::ItemState::Verified.into(),
            ..v1::SymbolHit::default()
        }
    }

    #[test]
    fn meanings_for_people() {
        let meaning = Meaning::from(v1::ResolvedDefinition {
            symbol: Some(symbol("src/a.rs", 3, "struct", "A")),
            confidence: v1::Confidence::Ambiguous.into(),
            candidates: 7,
            used_at: None,
        });
        check(
            &render_meanings(&[meaning], &Palette::default()),
            &expect![[r#"
                src/a.rs:3  struct A  ambiguous (1 of 7)
            "#]],
        );
    }

    #[test]
    fn uses_for_people() {
        let target = symbol("src/a.rs", 3, "struct", "A");
        let wire = v1::Reference {
            position: Some(v1::Position { path: "src/b.rs".to_owned(), line: 9, column: 5 }),
            kind: "call".to_owned(),
            confidence: v1::Confidence::Exact.into(),
            candidates: 1,
            targets: vec![0, 9],
            text: "A::new()".to_owned(),
            state: v1::ItemState::Verified.into(),
            ..v1::Reference::default()
        };
        let reference = Reference::new(wire, &[target]);
        assert_eq!(reference.targets, ["A"]);
        check(
            &render_references(&[reference], &Palette::default()),
            &expect![[r#"
                src/b.rs:9  A::new()  call exact
            "#]],
        );
    }

    #[test]
    fn a_map_for_people() {
        let used = |uses| v1::UsedSymbol { symbol: Some(symbol("src/a.rs", 3, "struct", "A")), uses };
        let map = Map::from(v1::GetMapResponse {
            files: 2,
            lines: 1_200,
            modules: vec![v1::Module {
                path: "src".to_owned(),
                files: 2,
                lines: 1_200,
                symbols: 30,
                languages: vec!["rust".to_owned()],
                uses: vec![v1::ModuleUse { path: "store".to_owned(), count: 12 }],
                used_by_others: 1,
                top: vec![used(4)],
                is_test: false,
            }],
            symbols: vec![used(4)],
            ..v1::GetMapResponse::default()
        });
        check(
            &render_map(&map, &Palette::default()),
            &expect![[r#"
                2 files, 1,200 lines

                src  2 files, 1,200 lines, 30 definitions; rust
                  uses store (12)
                  used 1 time from elsewhere
                    struct A  src/a.rs:3, 4 uses

                most depended upon
                        4  struct A  src/a.rs:3
            "#]],
        );
    }
}
