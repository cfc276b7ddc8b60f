//! One fixture a language; everything that is found in it is pinned.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use contexd_indexer::{ParseBudget, parse_file};
use contexd_store::FileRecord;
use expect_test::expect_file;

use crate::record_rules::assert_holds;

/// Parses the fixture and compares it with the file of the same name that ends in `.txt`.
///
/// `UPDATE_EXPECT=1` writes the file.
#[track_caller]
fn check(name: &str) {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parse/fixtures");
    let text = fs::read_to_string(fixtures.join(name)).unwrap();
    let record = parse_file(name, &text, &ParseBudget::default());
    assert_holds(&text, &record);
    expect_file![fixtures.join(name).with_extension("txt")].assert_eq(&render(&record));
}

fn render(record: &FileRecord) -> String {
    let mut out = format!("{} {:?}\n\n", record.language, record.problems);
    let name = |symbol: Option<u32>| symbol.map_or("-", |s| &*record.symbols[s as usize].qualified_name);
    for symbol in &record.symbols {
        let span = &symbol.span;
        write!(out, "{}-{} {} ", span.start_line, span.end_line, symbol.kind.as_str()).unwrap();
        write!(out, "{} ({}", symbol.qualified_name, symbol.visibility.as_str()).unwrap();
        let flags = [
            (symbol.is_test, "test"),
            (symbol.is_async, "async"),
            (symbol.is_static, "static"),
            (symbol.is_abstract, "abstract"),
        ];
        flags.iter().filter(|(set, _)| *set).for_each(|(_, flag)| write!(out, ", {flag}").unwrap());
        writeln!(out, ") in {}", name(symbol.parent)).unwrap();
        writeln!(out, "    {}", symbol.signature).unwrap();
        symbol.attributes.iter().for_each(|attribute| writeln!(out, "    @ {attribute}").unwrap());
        for parameter in &symbol.parameters {
            writeln!(out, "    ( {}: {}", parameter.name, parameter.declared_type).unwrap();
        }
        if !symbol.declared_type.is_empty() {
            writeln!(out, "    : {}", symbol.declared_type).unwrap();
        }
        symbol.doc.lines().for_each(|line| writeln!(out, "    | {line}").unwrap());
    }
    out.push_str("\nreferences\n");
    for reference in &record.references {
        let kind = reference.kind.as_str();
        let dot = if reference.receiver.is_empty() { "" } else { "." };
        let whole = format!("{}{dot}{}", reference.receiver, reference.name);
        writeln!(out, "{} {kind} {whole} in {}", reference.line, name(reference.enclosing)).unwrap();
    }
    out.push_str("\nimports\n");
    for import in &record.imports {
        let (module, item, alias) = (&import.module, &import.name, &import.alias);
        let reexport = if import.is_reexport { " reexported" } else { "" };
        writeln!(out, "{} {module:?} {item:?} {alias:?}{reexport}", import.line).unwrap();
    }
    out.push_str("\nbindings\n");
    for binding in &record.bindings {
        let (bound, declared, value) = (&binding.name, &binding.declared_type, &binding.value);
        writeln!(out, "{bound}: {declared} = {value} in {}", name(binding.enclosing)).unwrap();
    }
    out.push_str("\nchunks\n");
    for chunk in &record.chunks {
        let span = &chunk.span;
        writeln!(out, "{}-{} {} {}", span.start_line, span.end_line, chunk.kind.as_str(), name(chunk.symbol))
            .unwrap();
    }
    out
}

#[test]
fn rust() {
    check("rust.rs");
}

#[test]
fn python() {
    check("python.py");
}

#[test]
fn javascript() {
    check("javascript.js");
}

#[test]
fn typescript() {
    check("typescript.ts");
}

#[test]
fn tsx() {
    check("tsx.tsx");
}

#[test]
fn go() {
    check("go.go");
}

#[test]
fn java() {
    check("java.java");
}

#[test]
fn c() {
    check("c.c");
}

#[test]
fn cpp() {
    check("cpp.cpp");
}

#[test]
fn csharp() {
    check("csharp.cs");
}

#[test]
fn php() {
    check("php.php");
}

#[test]
fn ruby() {
    check("ruby.rb");
}

#[test]
fn kotlin() {
    check("kotlin.kt");
}

#[test]
fn scala() {
    check("scala.scala");
}

#[test]
fn swift() {
    check("swift.swift");
}

#[test]
fn dart() {
    check("dart.dart");
}

#[test]
fn elixir() {
    check("elixir.ex");
}

#[test]
fn json() {
    check("json.json");
}

#[test]
fn yaml() {
    check("yaml.yaml");
}

#[test]
fn toml() {
    check("toml.toml");
}

#[test]
fn css() {
    check("css.css");
}

#[test]
fn html() {
    check("html.html");
}

#[test]
fn markdown() {
    check("markdown.md");
}

#[test]
fn bash() {
    check("bash.sh");
}

#[test]
fn bats() {
    check("bats.bats");
}

#[test]
fn lua() {
    check("lua.lua");
}

#[test]
fn haskell() {
    check("haskell.hs");
}

#[test]
fn zig() {
    check("zig.zig");
}

#[test]
fn protobuf() {
    check("protobuf.proto");
}

#[test]
fn ocaml() {
    check("ocaml.ml");
}

#[test]
fn ocaml_interface() {
    check("ocaml_interface.mli");
}

#[test]
fn julia() {
    check("julia.jl");
}

#[test]
fn r() {
    check("r.R");
}

#[test]
fn hcl() {
    check("hcl.tf");
}

#[test]
fn nix() {
    check("nix.nix");
}

#[test]
fn starlark() {
    check("starlark.bzl");
}

#[test]
fn objective_c() {
    check("objective_c.m");
}

#[test]
fn sql() {
    check("sql.sql");
}
