//! Source files with records of a toy parser, for the benches.
#![allow(dead_code, reason = "each bench uses a part")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use contexd_store::vectors::FileVectors;
use contexd_store::{
    ChunkKind, ChunkRecord, ContentHash, FileChange, FileContent, FileRecord, FileStat, FileUpsert,
    ImportRecord, IndexedContent, ReferenceKind, ReferenceRecord, Span, SymbolKind, SymbolRecord,
};

/// The one model of the benches.
pub(crate) const MODEL: ContentHash = ContentHash([1; 32]);
const DIMENSION: usize = 256;
const CHUNK_LINES: usize = 25;
const DEFINITIONS: [(&str, SymbolKind); 8] = [
    ("fn ", SymbolKind::Function),
    ("struct ", SymbolKind::Struct),
    ("enum ", SymbolKind::Enum),
    ("trait ", SymbolKind::Trait),
    ("impl ", SymbolKind::Impl),
    ("mod ", SymbolKind::Module),
    ("const ", SymbolKind::Constant),
    ("macro_rules! ", SymbolKind::Macro),
];

/// A file of the corpus.
pub(crate) struct SourceFile {
    /// Relative to the directory read.
    pub(crate) path: Arc<str>,
    /// Its text.
    pub(crate) text: Arc<str>,
    /// What the toy parser says of it.
    pub(crate) record: Arc<FileRecord>,
}

/// All Rust files below `root` that are UTF-8.
pub(crate) fn read(root: &Path) -> Vec<SourceFile> {
    let mut files = Vec::new();
    let mut pending = vec![root.to_path_buf()];
    while let Some(dir) = pending.pop() {
        for entry in fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && let Ok(text) = fs::read_to_string(&path)
            {
                let relative = path.strip_prefix(root).unwrap().to_str().unwrap();
                files.push(SourceFile::new(relative, &text));
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

impl SourceFile {
    fn new(path: &str, text: &str) -> Self {
        Self { path: path.into(), text: text.into(), record: Arc::new(parse(text)) }
    }

    /// The file with a function more.
    pub(crate) fn edited(&self, edit: usize) -> Self {
        Self::new(&self.path, &format!("{}fn added_{edit}() {{}}\n", self.text))
    }

    /// The change that indexes the file, vectors included.
    pub(crate) fn upsert(&self) -> FileChange {
        let content = IndexedContent {
            blob: ContentHash::of(self.text.as_bytes()),
            text: Arc::clone(&self.text),
            record: Arc::clone(&self.record),
            vectors: vec![Arc::new(self.vectors())],
        };
        FileChange::Upsert(FileUpsert {
            path: Arc::clone(&self.path),
            stat: FileStat { size: self.text.len() as u64, modified_ns: 1 },
            content: FileContent::Indexed(content),
        })
    }

    /// A new stat for the same content.
    pub(crate) fn touch(&self) -> FileChange {
        let stat = FileStat { size: self.text.len() as u64, modified_ns: 2 };
        FileChange::Touch { path: Arc::clone(&self.path), stat }
    }

    fn vectors(&self) -> FileVectors {
        let rows = self.record.chunks.len();
        let key = ContentHash::of(format!("{}{}", self.path, self.text).as_bytes());
        let mut bytes = vec![0; rows * DIMENSION];
        blake3::Hasher::new().update(&key.0).finalize_xof().fill(&mut bytes);
        let codes: Vec<i8> = bytes.into_iter().map(|byte| (byte as i8).max(-127)).collect();
        let scales = codes.chunks_exact(DIMENSION).map(unit_scale).collect();
        FileVectors { model: MODEL, key, dimension: DIMENSION as u32, scales, codes }
    }
}

/// The scale under which the row has length 1.
fn unit_scale(row: &[i8]) -> f32 {
    row.iter().map(|&code| f32::from(code) * f32::from(code)).sum::<f32>().sqrt().recip()
}

/// A unit vector of the model's dimension.
pub(crate) fn unit_query() -> Vec<f32> {
    vec![1.0 / (DIMENSION as f32).sqrt(); DIMENSION]
}

fn parse(text: &str) -> FileRecord {
    let mut record = FileRecord { language: "rust".into(), ..FileRecord::default() };
    let mut start = 0;
    for (position, line) in text.split_inclusive('\n').enumerate() {
        let number = position as u32 + 1;
        let span = Span {
            start_byte: start,
            end_byte: start + line.len() as u32,
            start_line: number,
            end_line: number,
        };
        start = span.end_byte;
        read_line(&mut record, line, span);
        extend_chunk(&mut record, span, position);
        record.line_count = number;
    }
    record
}

fn read_line(record: &mut FileRecord, line: &str, span: Span) {
    let code = line.trim();
    let declaration = code.trim_start_matches("pub ").trim_start_matches("pub(crate) ");
    if let Some(path) = declaration.strip_prefix("use ") {
        let module = path.trim_end_matches(';').into();
        record.imports.push(ImportRecord { module, line: span.start_line, ..ImportRecord::default() });
    }
    for (keyword, kind) in DEFINITIONS {
        if let Some(name) = declaration.strip_prefix(keyword).and_then(identifier) {
            record.symbols.push(symbol(name, kind, code, span));
            return;
        }
    }
    for (offset, _) in line.match_indices('(') {
        let head = &line[..offset];
        let name =
            head.rsplit(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or_default();
        if !name.is_empty() {
            record.references.push(ReferenceRecord {
                name: name.into(),
                kind: ReferenceKind::Call,
                line: span.start_line,
                start_byte: span.start_byte + (offset - name.len()) as u32,
                enclosing: (record.symbols.len() as u32).checked_sub(1),
                receiver: "".into(),
            });
        }
    }
}

fn identifier(text: &str) -> Option<&str> {
    let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(text.len());
    (end > 0).then(|| &text[..end])
}

fn symbol(name: &str, kind: SymbolKind, code: &str, span: Span) -> SymbolRecord {
    SymbolRecord {
        qualified_name: format!("module::Type::{name}").into(),
        signature: code.trim_end_matches('{').trim_end().into(),
        ..SymbolRecord::new(name, kind, span, span)
    }
}

fn extend_chunk(record: &mut FileRecord, span: Span, position: usize) {
    if position.is_multiple_of(CHUNK_LINES) {
        record.chunks.push(ChunkRecord { span, kind: ChunkKind::Text, symbol: None, defines: Vec::new() });
    }
    let symbols = record.symbols.len() as u32;
    let new = record.symbols.last().filter(|symbol| symbol.span == span).map(|_| symbols - 1);
    let chunk = record.chunks.last_mut().unwrap();
    chunk.span.end_byte = span.end_byte;
    chunk.span.end_line = span.end_line;
    chunk.defines.extend(new);
    chunk.symbol = chunk.symbol.or(new);
}
