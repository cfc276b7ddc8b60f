//! What became of a path.

use std::fmt::Write;

use contexd_proto::v1;
use serde::Serialize;

use super::state_name;
use crate::cli::output::{Palette, grouped, size};

/// Why a path is, or is not, in the index.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Fate {
    /// Path relative to the repository root; as given when outside.
    pub(crate) path: String,
    /// `indexed`, `skipped`, `ignored`, `outside`, `not_found`, `pending` or `directory`.
    pub(crate) fate: &'static str,
    /// For a skipped path: the reason's stable name.
    pub(crate) reason: String,
    /// One sentence.
    pub(crate) detail: String,
    /// Generation that answered.
    pub(crate) generation: u64,
    /// For an ignored path: the rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rule: Option<Rule>,
    /// For an indexed path: what is indexed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) indexed: Option<Indexed>,
}

/// The rule that leaves a path out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Rule {
    /// File the rule stands in; empty for built-in rules.
    pub(crate) file: String,
    /// Its line, 1-based; 0 when unknown.
    pub(crate) line: u32,
    /// The rule as written.
    pub(crate) pattern: String,
}

/// What is indexed of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Indexed {
    /// Name of the language.
    pub(crate) language: String,
    /// Hash of the bytes.
    pub(crate) blob: String,
    /// Size in bytes.
    pub(crate) size: u64,
    /// Number of lines.
    pub(crate) lines: u32,
    /// Number of chunks.
    pub(crate) chunks: u32,
    /// Number of symbols.
    pub(crate) symbols: u32,
    /// `verified` or `stale`.
    pub(crate) state: &'static str,
    /// What kept the parser from understanding all of it.
    pub(crate) problems: Vec<String>,
    /// Generation that brought this version.
    pub(crate) generation: u64,
}

impl Fate {
    /// Whether there is such a path.
    pub(crate) fn exists(&self) -> bool {
        self.fate != "not_found"
    }
}

impl From<v1::WhyResponse> for Fate {
    fn from(why: v1::WhyResponse) -> Self {
        Self {
            fate: fate_name(why.fate()),
            path: why.path,
            reason: why.reason,
            detail: why.detail,
            generation: why.meta.unwrap_or_default().generation,
            rule: why.rule.map(|rule| Rule { file: rule.file, line: rule.line, pattern: rule.pattern }),
            indexed: why.indexed.map(Indexed::from),
        }
    }
}

impl From<v1::IndexedFile> for Indexed {
    fn from(file: v1::IndexedFile) -> Self {
        Self {
            state: state_name(file.state),
            language: file.language,
            blob: file.blob,
            size: file.size,
            lines: file.lines,
            chunks: file.chunks,
            symbols: file.symbols,
            problems: file.problems,
            generation: file.generation,
        }
    }
}

fn fate_name(fate: v1::PathFate) -> &'static str {
    match fate {
        v1::PathFate::Indexed => "indexed",
        v1::PathFate::Skipped => "skipped",
        v1::PathFate::Ignored => "ignored",
        v1::PathFate::Outside => "outside",
        v1::PathFate::NotFound => "not_found",
        v1::PathFate::Pending => "pending",
        v1::PathFate::Directory => "directory",
        v1::PathFate::Unspecified => "unknown",
    }
}

/// A fate for people: the verdict, and the facts beneath.
pub(crate) fn render_fate(fate: &Fate, palette: &Palette) -> String {
    let Palette { place, name, .. } = palette;
    let verdict = fate.fate.replace('_', " ");
    let mut text = format!("{place}{}{place:#}: {name}{verdict}{name:#}", fate.path);
    if !fate.reason.is_empty() {
        let _ = write!(text, " ({})", fate.reason);
    }
    text.push('\n');
    if !fate.detail.is_empty() && fate.indexed.is_none() {
        let _ = writeln!(text, "  {}", fate.detail);
    }
    if let Some(rule) = &fate.rule {
        let _ = writeln!(text, "  rule  {}", rule_phrase(rule));
    }
    if let Some(indexed) = &fate.indexed {
        render_indexed(&mut text, indexed, palette);
    }
    text
}

fn rule_phrase(rule: &Rule) -> String {
    match (rule.file.as_str(), rule.line) {
        ("", _) => format!("`{}` (built in or from the configuration)", rule.pattern),
        (file, 0) => format!("`{}` in {file}", rule.pattern),
        (file, line) => format!("`{}` at {file}:{line}", rule.pattern),
    }
}

fn render_indexed(text: &mut String, indexed: &Indexed, palette: &Palette) {
    let Palette { alert, .. } = palette;
    let count = |count: u32| grouped(u64::from(count));
    let (lines, chunks, symbols) = (count(indexed.lines), count(indexed.chunks), count(indexed.symbols));
    let (language, bytes) = (&indexed.language, size(indexed.size));
    let _ = writeln!(text, "  {language}, {bytes}, {lines} lines, {chunks} chunks, {symbols} symbols");
    let _ = writeln!(text, "  since generation {}, blob {}", indexed.generation, indexed.blob);
    if indexed.state == "stale" {
        let _ = writeln!(text, "  {alert}the file has changed since{alert:#}");
    }
    for problem in &indexed.problems {
        let _ = writeln!(text, "  {alert}{problem}{alert:#}");
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(why: v1::WhyResponse, expect: &Expect) {
        expect.assert_eq(&render_fate(&why.into(), &Palette::default()));
    }

    #[test]
    fn an_indexed_file() {
        let indexed = v1::IndexedFile {
            language: "rust".to_owned(),
            blob: "ab12".to_owned(),
            size: 2_048,
            lines: 1_200,
            chunks: 9,
            symbols: 12,
            problems: vec!["3 syntax errors".to_owned()],
            generation: 4,
            ..v1::IndexedFile::default()
        };
        let why = v1::WhyResponse {
            path: "src/a.rs".to_owned(),
            fate: v1::PathFate::Indexed.into(),
            indexed: Some(indexed),
            ..v1::WhyResponse::default()
        };
        check(
            why,
            &expect![[r#"
                src/a.rs: indexed
                  rust, 2.0 KiB, 1,200 lines, 9 chunks, 12 symbols
                  since generation 4, blob ab12
                  3 syntax errors
            "#]],
        );
    }

    #[test]
    fn a_skipped_and_an_ignored_file() {
        check(
            v1::WhyResponse {
                path: "a.bin".to_owned(),
                fate: v1::PathFate::Skipped.into(),
                reason: "binary".to_owned(),
                detail: "it holds NUL bytes".to_owned(),
                ..v1::WhyResponse::default()
            },
            &expect![[r#"
                a.bin: skipped (binary)
                  it holds NUL bytes
            "#]],
        );
        check(
            v1::WhyResponse {
                path: "target/x".to_owned(),
                fate: v1::PathFate::Ignored.into(),
                rule: Some(v1::IgnoreRule {
                    file: ".gitignore".to_owned(),
                    line: 3,
                    pattern: "/target".to_owned(),
                }),
                ..v1::WhyResponse::default()
            },
            &expect![[r#"
                target/x: ignored
                  rule  `/target` at .gitignore:3
            "#]],
        );
    }
}
