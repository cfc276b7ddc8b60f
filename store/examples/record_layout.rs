//! What it costs to store parsed records as one payload a content, and as a row a chunk, symbol, reference and import.
//!
//! `cargo run -p contexd-store --example record_layout -- DIR [RUNS]`
//!
//! Both layouts write the same records of the Rust files below DIR in one transaction under the pragmas of the store,
//! then read everything back into the same structures, then write one file again. See `docs/adr/0001`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench")]

#[path = "corpus/mod.rs"]
mod corpus;

use std::path::Path;
use std::time::{Duration, Instant};

use contexd_store::{
    ChunkKind, ChunkRecord, FileRecord, ImportRecord, ReferenceKind, ReferenceRecord, Span, SymbolKind,
    SymbolRecord,
};
use rayon::prelude::*;
use rusqlite::{Connection, Row, Transaction, params};

const PAYLOAD_TABLES: &str = "CREATE TABLE records (file_id INTEGER PRIMARY KEY, payload BLOB NOT NULL);";

const ROW_TABLES: &str = "
    CREATE TABLE records (file_id INTEGER PRIMARY KEY, language TEXT, line_count INTEGER);
    CREATE TABLE chunks (
        file_id INTEGER, ordinal INTEGER, start_byte INTEGER, end_byte INTEGER, start_line INTEGER,
        end_line INTEGER, symbol INTEGER, PRIMARY KEY (file_id, ordinal)) WITHOUT ROWID;
    CREATE TABLE defines (
        file_id INTEGER, chunk INTEGER, symbol INTEGER, PRIMARY KEY (file_id, chunk, symbol)) WITHOUT ROWID;
    CREATE TABLE symbols (
        file_id INTEGER, ordinal INTEGER, name TEXT, qualified_name TEXT, kind TEXT, signature TEXT, doc TEXT,
        is_test INTEGER, start_byte INTEGER, end_byte INTEGER, start_line INTEGER, end_line INTEGER,
        PRIMARY KEY (file_id, ordinal)) WITHOUT ROWID;
    CREATE INDEX symbols_by_name ON symbols (name);
    CREATE TABLE refs (
        file_id INTEGER, ordinal INTEGER, name TEXT, kind TEXT, line INTEGER, start_byte INTEGER,
        enclosing INTEGER, PRIMARY KEY (file_id, ordinal)) WITHOUT ROWID;
    CREATE TABLE imports (
        file_id INTEGER, ordinal INTEGER, path TEXT, line INTEGER,
        PRIMARY KEY (file_id, ordinal)) WITHOUT ROWID;";

/// One way to store records.
struct Layout {
    name: &'static str,
    tables: &'static str,
    write: fn(&Transaction<'_>, &[(i64, &FileRecord)]),
    read: fn(&Connection) -> Vec<FileRecord>,
    remove: fn(&Transaction<'_>, i64),
}

const LAYOUTS: [Layout; 2] = [
    Layout {
        name: "payloads",
        tables: PAYLOAD_TABLES,
        write: write_payloads,
        read: read_payloads,
        remove: |transaction, file| {
            transaction
                .prepare_cached("DELETE FROM records WHERE file_id = ?")
                .unwrap()
                .execute([file])
                .unwrap();
        },
    },
    Layout { name: "rows", tables: ROW_TABLES, write: write_rows, read: read_rows, remove: remove_rows },
];

fn main() {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().expect("a directory of source files");
    let runs: usize = arguments.next().map_or(5, |runs| runs.parse().expect("a number of runs"));
    let files = corpus::read(Path::new(&directory));
    let records: Vec<(i64, &FileRecord)> = (0..).zip(files.iter().map(|file| &*file.record)).collect();
    let symbols: usize = records.iter().map(|(_, record)| record.symbols.len()).sum();
    let references: usize = records.iter().map(|(_, record)| record.references.len()).sum();
    println!("{} files, {symbols} symbols, {references} references", records.len());
    for layout in &LAYOUTS {
        let mut measured: Vec<[Duration; 3]> = Vec::new();
        let mut bytes = 0;
        for _ in 0..runs {
            let temp = tempfile::tempdir().unwrap();
            let (times, size) = measure(layout, temp.path(), &records);
            measured.push(times);
            bytes = size;
        }
        let [write, read, replace] = [0, 1, 2].map(|column| median(&measured, column));
        println!(
            "{:>8}: write all {write:7.1} ms, read all {read:7.1} ms, replace one file {replace:5.2} ms, {bytes} bytes",
            layout.name
        );
    }
}

fn median(measured: &[[Duration; 3]], column: usize) -> f64 {
    let mut times: Vec<Duration> = measured.iter().map(|times| times[column]).collect();
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1_000.0
}

fn measure(layout: &Layout, dir: &Path, records: &[(i64, &FileRecord)]) -> ([Duration; 3], u64) {
    let path = dir.join("records.sqlite");
    let mut connection = Connection::open(&path).unwrap();
    connection.pragma_update(None, "page_size", 8192).unwrap();
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    connection.pragma_update(None, "synchronous", "FULL").unwrap();
    connection.execute_batch(layout.tables).unwrap();
    let write = commit(&mut connection, |transaction| (layout.write)(transaction, records));
    let replaced = records[records.len() / 2];
    let replace = commit(&mut connection, |transaction| {
        (layout.remove)(transaction, replaced.0);
        (layout.write)(transaction, &[replaced]);
    });
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let start = Instant::now();
    let read_back = (layout.read)(&connection);
    let read = start.elapsed();
    assert!(read_back.iter().eq(records.iter().map(|(_, record)| *record)), "{}", layout.name);
    ([write, read, replace], std::fs::metadata(&path).unwrap().len())
}

fn commit(connection: &mut Connection, work: impl FnOnce(&Transaction<'_>)) -> Duration {
    let start = Instant::now();
    let transaction = connection.transaction().unwrap();
    work(&transaction);
    transaction.commit().unwrap();
    start.elapsed()
}

fn write_payloads(transaction: &Transaction<'_>, records: &[(i64, &FileRecord)]) {
    let encode = |(file, record): &(i64, &FileRecord)| {
        (*file, lz4_flex::compress_prepend_size(&postcard::to_stdvec(*record).unwrap()))
    };
    let payloads: Vec<(i64, Vec<u8>)> = records.par_iter().map(encode).collect();
    let mut insert = transaction.prepare_cached("INSERT INTO records VALUES (?, ?)").unwrap();
    for (file, payload) in payloads {
        insert.execute(params![file, payload]).unwrap();
    }
}

fn read_payloads(connection: &Connection) -> Vec<FileRecord> {
    let mut select = connection.prepare("SELECT payload FROM records ORDER BY file_id").unwrap();
    let payloads: Vec<Vec<u8>> =
        select.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    let decode = |payload: &Vec<u8>| {
        postcard::from_bytes(&lz4_flex::decompress_size_prepended(payload).unwrap()).unwrap()
    };
    payloads.par_iter().map(decode).collect()
}

fn write_rows(transaction: &Transaction<'_>, records: &[(i64, &FileRecord)]) {
    let prepare = |sql| transaction.prepare_cached(sql).unwrap();
    let mut file_row = prepare("INSERT INTO records VALUES (?, ?, ?)");
    let mut chunk_row = prepare("INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?)");
    let mut define_row = prepare("INSERT INTO defines VALUES (?, ?, ?)");
    let mut symbol_row = prepare("INSERT INTO symbols VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    let mut reference_row = prepare("INSERT INTO refs VALUES (?, ?, ?, ?, ?, ?, ?)");
    let mut import_row = prepare("INSERT INTO imports VALUES (?, ?, ?, ?)");
    for &(file, record) in records {
        file_row.execute(params![file, &*record.language, record.line_count]).unwrap();
        for (ordinal, chunk) in (0_i64..).zip(&record.chunks) {
            let Span { start_byte, end_byte, start_line, end_line } = chunk.span;
            let values = params![file, ordinal, start_byte, end_byte, start_line, end_line, chunk.symbol];
            chunk_row.execute(values).unwrap();
            for symbol in &chunk.defines {
                define_row.execute(params![file, ordinal, symbol]).unwrap();
            }
        }
        for (ordinal, symbol) in (0_i64..).zip(&record.symbols) {
            let Span { start_byte, end_byte, start_line, end_line } = symbol.span;
            let (name, qualified) = (&*symbol.name, &*symbol.qualified_name);
            let texts = (symbol.kind.as_str(), &*symbol.signature, &*symbol.doc);
            symbol_row
                .execute(params![
                    file,
                    ordinal,
                    name,
                    qualified,
                    texts.0,
                    texts.1,
                    texts.2,
                    symbol.is_test,
                    start_byte,
                    end_byte,
                    start_line,
                    end_line
                ])
                .unwrap();
        }
        for (ordinal, reference) in (0_i64..).zip(&record.references) {
            let (name, kind) = (&*reference.name, reference.kind.as_str());
            let place = (reference.line, reference.start_byte);
            reference_row
                .execute(params![file, ordinal, name, kind, place.0, place.1, reference.enclosing])
                .unwrap();
        }
        for (ordinal, import) in (0_i64..).zip(&record.imports) {
            import_row.execute(params![file, ordinal, &*import.module, import.line]).unwrap();
        }
    }
}

fn remove_rows(transaction: &Transaction<'_>, file: i64) {
    for table in ["records", "chunks", "defines", "symbols", "refs", "imports"] {
        let sql = format!("DELETE FROM {table} WHERE file_id = ?");
        transaction.prepare_cached(&sql).unwrap().execute([file]).unwrap();
    }
}

fn read_rows(connection: &Connection) -> Vec<FileRecord> {
    let mut files: Vec<FileRecord> = Vec::new();
    each_row(connection, "SELECT language, line_count FROM records ORDER BY file_id", |row| {
        files.push(FileRecord {
            language: boxed(row, 0),
            line_count: number(row, 1),
            ..FileRecord::default()
        });
    });
    each_row(connection, "SELECT * FROM chunks ORDER BY file_id, ordinal", |row| {
        let chunk = ChunkRecord {
            span: span(row, 2),
            kind: ChunkKind::Text,
            symbol: row.get_unwrap(6),
            defines: Vec::new(),
        };
        files[file_of(row)].chunks.push(chunk);
    });
    each_row(connection, "SELECT * FROM defines ORDER BY file_id, chunk, symbol", |row| {
        files[file_of(row)].chunks[number(row, 1) as usize].defines.push(number(row, 2));
    });
    each_row(connection, "SELECT * FROM symbols ORDER BY file_id, ordinal", |row| {
        files[file_of(row)].symbols.push(symbol(row));
    });
    each_row(connection, "SELECT * FROM refs ORDER BY file_id, ordinal", |row| {
        files[file_of(row)].references.push(ReferenceRecord {
            name: boxed(row, 2),
            kind: ReferenceKind::Call,
            line: number(row, 4),
            start_byte: number(row, 5),
            enclosing: row.get_unwrap(6),
            receiver: "".into(),
        });
    });
    each_row(connection, "SELECT * FROM imports ORDER BY file_id, ordinal", |row| {
        files[file_of(row)].imports.push(ImportRecord {
            module: boxed(row, 2),
            line: number(row, 3),
            ..ImportRecord::default()
        });
    });
    files
}

fn symbol(row: &Row<'_>) -> SymbolRecord {
    let span = span(row, 8);
    let name: String = row.get_unwrap(2);
    let kind = SymbolKind::from_name(&row.get_unwrap::<_, String>(4)).unwrap();
    SymbolRecord {
        qualified_name: boxed(row, 3),
        signature: boxed(row, 5),
        doc: boxed(row, 6),
        is_test: row.get_unwrap(7),
        ..SymbolRecord::new(&name, kind, span, span)
    }
}

fn each_row(connection: &Connection, sql: &str, mut read: impl FnMut(&Row<'_>)) {
    let mut statement = connection.prepare(sql).unwrap();
    let mut rows = statement.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        read(row);
    }
}

fn file_of(row: &Row<'_>) -> usize {
    number(row, 0) as usize
}

fn number(row: &Row<'_>, column: usize) -> u32 {
    row.get_unwrap(column)
}

fn boxed(row: &Row<'_>, column: usize) -> Box<str> {
    row.get_unwrap::<_, String>(column).into()
}

fn span(row: &Row<'_>, first: usize) -> Span {
    Span {
        start_byte: number(row, first),
        end_byte: number(row, first + 1),
        start_line: number(row, first + 2),
        end_line: number(row, first + 3),
    }
}
