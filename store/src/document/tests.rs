//! Tests of capsules, fields and embedding texts.

use super::*;
use crate::{ChunkKind, ImportRecord, Span};

const TEXT: &str = "use std::io::Read;\nimpl Server {\nfn start(&self) {\n}\n}\n";

fn span(start: &str, end: &str) -> Span {
    let start_byte = TEXT.find(start).unwrap_or(0) as u32;
    let end_byte = (TEXT.rfind(end).unwrap_or(0) + end.len()) as u32;
    Span { start_byte, end_byte, start_line: 1, end_line: 1 }
}

fn symbol(name: &str, kind: SymbolKind, parent: Option<u32>, doc: &str) -> SymbolRecord {
    SymbolRecord {
        parent,
        signature: format!("{} {name}", kind.as_str()).into(),
        doc: doc.into(),
        visibility: Visibility::Public,
        ..SymbolRecord::new(name, kind, span("use", "use"), span("use", "use"))
    }
}

fn chunk(span: Span, symbol: Option<u32>, defines: &[u32]) -> ChunkRecord {
    ChunkRecord { span, kind: ChunkKind::Definition, symbol, defines: defines.to_vec() }
}

fn record() -> FileRecord {
    FileRecord {
        chunks: vec![
            chunk(span("use", "Server {\n"), Some(0), &[0]),
            chunk(span("fn", "(&self) {\n"), Some(1), &[1]),
            chunk(span("}\n}", "}\n}\n"), Some(1), &[]),
        ],
        symbols: vec![
            symbol("Server", SymbolKind::Struct, None, ""),
            symbol("start", SymbolKind::Method, Some(0), "Starts v1.0 now. Then waits.\n\nMore."),
            symbol("helper", SymbolKind::Function, None, ""),
        ],
        imports: vec![
            ImportRecord { module: "std::io".into(), name: "Read".into(), ..ImportRecord::default() },
            ImportRecord { module: "stdio.h".into(), ..ImportRecord::default() },
        ],
        ..FileRecord::default()
    }
}

#[test]
fn fields_name_the_chunk_and_where_it_stands() {
    let record = record();
    let document = FileDocument::new("src/http_server.rs", &record, TEXT);
    let fields = document.fields(1);
    let expected = [
        "start",
        "Server",
        "method start",
        "src/http_server",
        "Starts v1.0 now. Then waits.\n\nMore.",
        "fn start(&self) {\n",
        "http_server Server helper Read stdio",
    ];
    assert_eq!(fields, expected);
}

#[test]
fn a_further_part_of_a_definition_is_enclosed_by_it() {
    let record = record();
    let document = FileDocument::new("a.rs", &record, TEXT);
    let fields = document.fields(2);
    assert_eq!(fields[Field::Container as usize], "Server start");
    assert_eq!(fields[Field::Name as usize], "");
    assert_eq!(capsule("a.rs", &record, 2), "Server start a Server helper Read stdio");
}

#[test]
fn embedded_are_place_declaration_and_body() {
    let record = record();
    let text = embedding_text("lib/src/http_server.rs", &record, TEXT, 1);
    assert_eq!(text, "lib src http server Server method start Starts v1.0 now.\nfn start(&self) {\n");
    assert_eq!(embedding_texts("lib/src/http_server.rs", &record, TEXT)[1], text);
}

#[test]
fn long_texts_are_cut_between_characters() {
    let text = "é".repeat(3_000);
    let whole = Span { start_byte: 0, end_byte: text.len() as u32, start_line: 1, end_line: 1 };
    let record = FileRecord { chunks: vec![chunk(whole, None, &[])], ..FileRecord::default() };
    let embedded = embedding_text("notes", &record, &text, 0);
    assert_eq!(embedded.len(), "notes\n".len() + EMBEDDED_BODY_BYTES);
}

#[test]
fn the_key_tells_texts_apart() {
    let key =
        |texts: &[&str]| embedding_key(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
    assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
    assert_eq!(key(&["ab", "c"]), key(&["ab", "c"]));
}

#[test]
fn extensions_are_cut_off() {
    for (path, expected) in [
        ("a/b.test.ts", "a/b.test"),
        (".gitignore", ".gitignore"),
        ("a.d/Makefile", "a.d/Makefile"),
        ("x.rs", "x"),
    ] {
        assert_eq!(without_extension(path), expected);
    }
}
