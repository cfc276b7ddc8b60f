//! Context packs.

use contexd_proto::v1;
use serde::Serialize;

use super::{Semantic, state_name};
use crate::cli::output::counted;

/// A pack with all its fields.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Pack {
    /// Tokens that were allowed.
    pub(crate) budget: u32,
    /// Tokens of the rendered pack.
    pub(crate) tokens: u32,
    /// Name of the tokenizer that counted.
    pub(crate) tokenizer: String,
    /// Generation that answered.
    pub(crate) generation: u64,
    /// Names the answer in the query log.
    pub(crate) query_id: String,
    /// How far semantic search took part.
    pub(crate) semantic: Semantic,
    /// The pieces, in the order they are rendered.
    pub(crate) items: Vec<PackItem>,
    /// What was left out, best first.
    pub(crate) omitted: Vec<OmittedPiece>,
}

/// One piece of a pack.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct PackItem {
    /// Path relative to the repository root.
    pub(crate) path: String,
    /// First line shown, 1-based.
    pub(crate) start_line: u32,
    /// Last line shown, inclusive.
    pub(crate) end_line: u32,
    /// First line of the whole piece.
    pub(crate) piece_start_line: u32,
    /// Last line of the whole piece, inclusive.
    pub(crate) piece_end_line: u32,
    /// `full`, `folded`, `signature` or `name`.
    pub(crate) level: &'static str,
    /// Tokens of the piece.
    pub(crate) tokens: u32,
    /// Why it is here, in words.
    pub(crate) reason: String,
    /// Why it is here, as a class.
    pub(crate) role: String,
    /// Score of the hit; 0 for neighbours.
    pub(crate) score: f32,
    /// Qualified name of the symbol; empty when there is none.
    pub(crate) symbol: String,
    /// Name of the language.
    pub(crate) language: String,
    /// `verified`, `stale` or `overlay`.
    pub(crate) state: &'static str,
    /// Hash of the file's bytes.
    pub(crate) blob: String,
    /// What is shown.
    pub(crate) text: String,
}

/// A piece that was left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct OmittedPiece {
    /// Path relative to the repository root.
    pub(crate) path: String,
    /// First line, 1-based.
    pub(crate) start_line: u32,
    /// Last line, inclusive.
    pub(crate) end_line: u32,
    /// Qualified name of the symbol; empty when there is none.
    pub(crate) symbol: String,
    /// `budget` or `already_sent`.
    pub(crate) reason: String,
}

impl From<v1::AssembleContextResponse> for Pack {
    fn from(pack: v1::AssembleContextResponse) -> Self {
        let meta = pack.meta.unwrap_or_default();
        Self {
            budget: pack.budget,
            tokens: pack.tokens,
            tokenizer: pack.tokenizer,
            generation: meta.generation,
            query_id: meta.query_id,
            semantic: meta.semantic.into(),
            items: pack.items.into_iter().map(PackItem::from).collect(),
            omitted: pack.omitted.into_iter().map(OmittedPiece::from).collect(),
        }
    }
}

impl From<v1::PackItem> for PackItem {
    fn from(item: v1::PackItem) -> Self {
        Self {
            level: level_name(item.level),
            state: state_name(item.state),
            path: item.path,
            start_line: item.start_line,
            end_line: item.end_line,
            piece_start_line: item.piece_start_line,
            piece_end_line: item.piece_end_line,
            tokens: item.tokens,
            reason: item.reason,
            role: item.role,
            score: item.score,
            symbol: item.symbol,
            language: item.language,
            blob: item.blob,
            text: item.text,
        }
    }
}

impl From<v1::OmittedPiece> for OmittedPiece {
    fn from(piece: v1::OmittedPiece) -> Self {
        Self {
            path: piece.path,
            start_line: piece.start_line,
            end_line: piece.end_line,
            symbol: piece.symbol,
            reason: piece.reason,
        }
    }
}

fn level_name(level: i32) -> &'static str {
    match v1::PackLevel::try_from(level) {
        Ok(v1::PackLevel::Full) => "full",
        Ok(v1::PackLevel::Folded) => "folded",
        Ok(v1::PackLevel::Signature) => "signature",
        Ok(v1::PackLevel::Name) => "name",
        Ok(v1::PackLevel::Unspecified) | Err(_) => "unknown",
    }
}

/// One line about a pack for whoever reads along on stderr.
pub(crate) fn omitted_note(pack: &Pack) -> String {
    let (pieces, files) = (counted(pack.items.len() as u64, "piece"), counted(count_files(pack), "file"));
    let left_out = match pack.omitted.len() {
        0 => String::new(),
        count => format!(", {count} left out"),
    };
    let (tokens, budget, tokenizer) = (pack.tokens, pack.budget, &pack.tokenizer);
    format!("{pieces} of {files}, {tokens} of {budget} tokens ({tokenizer}){left_out}")
}

fn count_files(pack: &Pack) -> u64 {
    let paths: std::collections::BTreeSet<&str> = pack.items.iter().map(|item| item.path.as_str()).collect();
    paths.len() as u64
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::cli::output::to_json;

    fn pack() -> Pack {
        let item = v1::PackItem {
            path: "src/pool.rs".to_owned(),
            start_line: 1,
            end_line: 9,
            level: v1::PackLevel::Folded.into(),
            tokens: 80,
            reason: "answers the question".to_owned(),
            text: "fn f() {}\n".to_owned(),
            ..v1::PackItem::default()
        };
        v1::AssembleContextResponse {
            meta: Some(v1::ReplyMeta { generation: 7, ..v1::ReplyMeta::default() }),
            budget: 100,
            tokens: 90,
            tokenizer: "o200k_base".to_owned(),
            items: vec![item.clone(), item],
            omitted: vec![v1::OmittedPiece { reason: "budget".to_owned(), ..v1::OmittedPiece::default() }],
            rendered: String::new(),
        }
        .into()
    }

    #[test]
    fn the_names_that_scripts_read() {
        let json: serde_json::Value = serde_json::from_str(&to_json(&pack()).unwrap()).unwrap();
        for name in ["schema_version", "budget", "tokens", "tokenizer", "generation", "items", "omitted"] {
            assert!(!json[name].is_null(), "{name}");
        }
        for name in ["path", "start_line", "end_line", "level", "tokens", "reason", "text"] {
            assert!(!json["items"][0][name].is_null(), "{name}");
        }
        assert_eq!((&json["items"][0]["level"], &json["generation"]), (&"folded".into(), &7.into()));
    }

    #[test]
    fn the_note_counts_pieces_files_and_what_is_left_out() {
        let expected = "2 pieces of 1 file, 90 of 100 tokens (o200k_base), 1 left out";
        assert_eq!(omitted_note(&pack()), expected);
    }
}
