//! How files are cut: what stands alone, what is joined, what is opened, what is split.

use contexd_indexer::{ParseBudget, parse_file};

use crate::record_rules::assert_holds;

/// A function of `lines` lines.
fn function(name: &str, lines: usize) -> String {
    let body: String = (2..lines).map(|line| format!("    step({line});\n")).collect();
    format!("fn {name}() {{\n{body}}}\n")
}

/// The chunks as `first-last kind symbol`.
#[track_caller]
fn check(path: &str, text: &str, expected: &[&str]) {
    let record = parse_file(path, text, &ParseBudget::default());
    assert_holds(text, &record);
    let name = |symbol: Option<u32>| symbol.map_or("-", |s| &*record.symbols[s as usize].qualified_name);
    let found: Vec<String> = record
        .chunks
        .iter()
        .map(|c| format!("{}-{} {} {}", c.span.start_line, c.span.end_line, c.kind.as_str(), name(c.symbol)))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn small_neighbours_are_joined_and_large_ones_stand_alone() {
    let text =
        ["const A: u8 = 1;\n", &function("small", 3), &function("large", 12), &function("last", 4)].concat();
    check("a.rs", &text, &["1-4 group A", "5-16 definition large", "17-20 definition last"]);
}

#[test]
fn groups_end_at_forty_lines() {
    let text: String = (0..6).map(|i| function(&format!("f{i}"), 10)).collect();
    check("a.rs", &text, &["1-40 group f0", "41-60 group f4"]);
}

#[test]
fn long_containers_are_opened() {
    let members: String = (0..4).map(|i| function(&format!("m{i}"), 20)).collect();
    let text = format!("/// Doc.\n///\n/// More.\nimpl A {{\n    const X: u8 = 1;\n{members}}}\n");
    let expected = [
        "1-5 header A",
        "6-25 definition A::m0",
        "26-45 definition A::m1",
        "46-65 definition A::m2",
        "66-86 definition A::m3",
    ];
    check("a.rs", &text, &expected);
    // A head without content is no chunk.
    let text = format!("impl A {{\n{members}}}\n");
    check(
        "a.rs",
        &text,
        &[
            "1-21 definition A::m0",
            "22-41 definition A::m1",
            "42-61 definition A::m2",
            "62-82 definition A::m3",
        ],
    );
}

#[test]
fn long_definitions_are_split_at_blank_lines_between_statements() {
    let half = "    step();\n".repeat(38);
    let text = format!("fn long() {{\n{half}\n{half}}}\n");
    check("a.rs", &text, &["1-40 definition long", "41-79 definition long"]);
}

#[test]
fn text_is_cut_at_blank_lines() {
    let paragraph = "word\n".repeat(19) + "\n";
    check("a.txt", &paragraph.repeat(4), &["1-40 text -", "41-80 text -"]);
}

#[test]
fn sections_are_chunks() {
    let section = |title: &str, lines: usize| format!("# {title}\n{}", "text\n".repeat(lines - 1));
    let text = ["intro\n", &section("A", 20), &section("B", 4), &section("C", 4)].concat();
    check("a.md", &text, &["1-1 text -", "2-21 text A", "22-29 group B"]);
}
