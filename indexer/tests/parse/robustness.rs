//! Inputs that break parsers: depth, length, line ends, marks, cuts.

use std::time::Duration;

use contexd_indexer::{ParseBudget, lang, parse, parse_file};
use contexd_store::{FileRecord, Problem};

use crate::record_rules::assert_holds;

#[track_caller]
fn check(path: &str, text: &str) -> FileRecord {
    let record = parse_file(path, text, &ParseBudget::default());
    assert_holds(text, &record);
    record
}

#[test]
fn every_query_compiles() {
    for language in lang::all() {
        let record = parse("", language, &ParseBudget::default());
        assert_eq!((record.line_count, record.chunks.len()), (0, 0), "{}", language.name);
    }
}

#[test]
fn deep_nesting() {
    const DEPTH: usize = 10_000;
    check("a.rs", &("mod a {\n".repeat(DEPTH) + &"}\n".repeat(DEPTH)));
    check("a.rs", &format!("fn f() {{ {}{} }}", "(".repeat(DEPTH), ")".repeat(DEPTH)));
    check("a.rs", &format!("m!{}{};", "(a".repeat(DEPTH), ")".repeat(DEPTH)));
    check("a.js", &("function f() {\n".repeat(DEPTH) + &"}\n".repeat(DEPTH)));
    check("a.py", &(0..500).map(|depth| " ".repeat(depth) + "class A:\n").collect::<String>());
    check("a.cpp", &("namespace a {\n".repeat(DEPTH) + &"}\n".repeat(DEPTH)));
    check("a.json", &"[".repeat(DEPTH));
}

#[test]
fn very_long_lines() {
    let line = "x ".repeat(2_500_000);
    assert_eq!(check("a.txt", &line).chunks.len(), 1);
    let record =
        parse_file("a.js", &line, &ParseBudget { time: Duration::from_millis(50), ..ParseBudget::default() });
    assert_holds(&line, &record);
    check("a.txt", &"word ".repeat(3000).replace("word word ", "word\n").repeat(2));
    check("a.py", &format!("x = '{}'\ny = 1\n", "z".repeat(100_000)));
    for part in ["f(1);", "[", "$a$ ", "$a$ $b$"] {
        check("a.sql", &part.repeat(1_000_000));
    }
}

#[test]
fn time_that_is_over_leaves_text() {
    let text = "fn f() { g(1, 2, [3, 4]); }\n".repeat(20_000);
    let budget = ParseBudget { time: Duration::ZERO, ..ParseBudget::default() };
    let record = parse_file("a.rs", &text, &budget);
    assert_eq!(record.problems, [Problem::ParseTimeout]);
    assert!(record.symbols.is_empty());
    assert_holds(&text, &record);
}

#[test]
fn caps_on_items() {
    let text = "fn f() { g(); }\n".repeat(50);
    let budget = ParseBudget { max_symbols: 10, max_references: 5, ..ParseBudget::default() };
    let record = parse_file("a.rs", &text, &budget);
    assert_eq!((record.symbols.len(), record.references.len()), (10, 5));
    assert_eq!(record.problems, [Problem::TooManyItems]);
    assert_holds(&text, &record);
}

/// The scanner of YAML ends the process when too many blocks are open.
#[test]
fn deep_blocks_of_yaml() {
    let stairs: String = (0..2_000).map(|depth| " ".repeat(depth) + "- k:\n").collect();
    for text in ["- ".repeat(10_000), "? ".repeat(10_000), "- a: ".repeat(1_000), stairs] {
        check("a.yaml", &text);
    }
}

/// The scanner of Kotlin did not return when a text ended in an annotation.
#[test]
fn kotlin_that_ends_in_an_annotation() {
    let body = "class A {\n    var x = 1\n";
    for end in ["    @Inject", "    @Named(\"x\"", "    @set:Inject", "@", "@file:\u{0}"] {
        check("a.kt", &format!("{body}{end}"));
        check("a.kt", &format!("{}{end}", body.replace('\n', "\r")));
        check("a.kt", end);
    }
}

/// What a fuzzer found.
#[test]
fn texts_that_once_broke_a_promise() {
    let repeated = String::from_utf8_lossy(b"# \xe7+3hZ`\xe6/*\xffjsoni+").repeat(16);
    for language in lang::all() {
        assert_holds(&repeated, &parse(&repeated, language, &ParseBudget::default()));
    }
}

#[test]
fn line_ends_and_marks() {
    let text = "\u{feff}/// Doc.\r\nfn f() {\r\n    g();\r\n}\r\n\r\nstruct A;\r\n";
    let record = check("a.rs", text);
    let names: Vec<&str> = record.symbols.iter().map(|symbol| &*symbol.name).collect();
    assert_eq!(names, ["f", "A"]);
    assert_eq!(&*record.symbols[0].doc, "Doc.");
    assert_eq!((record.symbols[0].span.start_line, record.symbols[0].span.end_line), (1, 4));
    check("a.rs", "\u{feff}");
    check("a.py", "\r\r\r\n\n\r");
}

#[test]
fn broken_code_keeps_what_can_be_had() {
    let record = check("a.rs", "fn good() {}\n\nfn broken( {\n\nstruct Later { x: u8 }\n");
    assert!(record.symbols.iter().any(|symbol| &*symbol.name == "good"));
    assert!(matches!(record.problems[..], [Problem::SyntaxErrors(_)]));
    for cut in [1, 10, 55, 100] {
        check("a.java", &"class A { void f() { if (x) { g(\"abc\"); } } }\n".repeat(3)[..cut]);
    }
}

/// Macros that stand before a block define nothing, and what is in the block is local.
#[test]
fn macros_before_blocks_of_c() {
    let text = "int run(void) {\n  vmcase(OP_MOVE) {\n    int a = 1;\n  }\n}\nMETHOD(A, b) {\n  int c = 2;\n}\n\
                TEST(named) {\n  int d = 3;\n}\n";
    let record = check("a.c", text);
    let names: Vec<&str> = record.symbols.iter().map(|symbol| &*symbol.name).collect();
    assert_eq!(names, ["run", "named"]);
}

#[test]
fn empty_files() {
    for path in ["a.rs", "a.md", "a.unknown"] {
        assert!(check(path, "").chunks.is_empty());
        assert_eq!(check(path, "\n\n").chunks.len(), 1);
    }
}
