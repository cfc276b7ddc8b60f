//! Repositories written as one text: files beneath lines `//- path`.

use std::collections::HashMap;
use std::sync::Arc;

use contexd_graph::{Confidence, Graph};
use contexd_indexer::{ParseBudget, parse_file};
use contexd_store::{ContentHash, FileEntry, FileId, FileStat, Generation, ReferenceRecord, SymbolId};
use expect_test::Expect;

/// Compares the edges and the imports of a fixture with what is expected: a line a use, `UPDATE_EXPECT=1` writes
/// them anew.
#[track_caller]
pub(crate) fn check(fixture: &str, expected: &Expect) {
    let files = entries(fixture);
    let graph = Graph::empty().with_files(&files, Generation(1));
    expected.assert_eq(&shown(&graph, &files));
}

/// The files of a fixture, parsed.
pub(crate) fn entries(fixture: &str) -> Vec<Arc<FileEntry>> {
    let parts = fixture.split("//- ").skip(1).filter_map(|part| part.split_once('\n'));
    (0..).zip(parts).map(|(id, (path, text))| entry(id, path.trim(), text)).collect()
}

/// A file, parsed.
pub(crate) fn entry(id: u32, path: &str, text: &str) -> Arc<FileEntry> {
    Arc::new(FileEntry {
        id: FileId(id),
        path: path.into(),
        blob: ContentHash::of(text.as_bytes()),
        stat: FileStat::default(),
        record: Arc::new(parse_file(path, text, &ParseBudget::default())),
        generation: Generation(1),
    })
}

fn shown(graph: &Graph, files: &[Arc<FileEntry>]) -> String {
    let by_id: HashMap<FileId, &Arc<FileEntry>> = files.iter().map(|file| (file.id, file)).collect();
    let mut lines = Vec::new();
    for file in files {
        let imports = graph.imports_of(&file.path).map(|(at, target)| {
            format!("{}:{} imports {}", file.path, file.record.imports[at as usize].line, target.path)
        });
        lines.extend(imports);
        for (reference, resolution) in graph.uses_in(&file.path) {
            let targets: Vec<String> = resolution.targets.iter().map(|id| place(&by_id, *id)).collect();
            let confidence = match resolution.confidence {
                Confidence::Ambiguous(of) => format!("ambiguous({of})"),
                sure => sure.as_str().to_owned(),
            };
            let written = written(reference);
            lines.push(format!(
                "{}:{} {written} {confidence} {}",
                file.path,
                reference.line,
                targets.join(", ")
            ));
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn written(reference: &ReferenceRecord) -> String {
    let kind = reference.kind.as_str();
    match &*reference.receiver {
        "" => format!("{kind} {}", reference.name),
        receiver => format!("{kind} {receiver}.{}", reference.name),
    }
}

fn place(files: &HashMap<FileId, &Arc<FileEntry>>, id: SymbolId) -> String {
    let file = files[&id.file];
    let symbol = &file.record.symbols[id.ordinal as usize];
    format!("{}:{} {}", file.path, symbol.name_span.start_line, symbol.qualified_name)
}
