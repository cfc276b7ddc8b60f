//! Which language a file is in: by its name, its extension, its content, in this order.
//!
//! A whole name decides (`Makefile`), then an extension that means one language. Where it means several (`.h`, `.m`),
//! marks in the content decide, then a modeline, then the most common of them. A file without a known extension is
//! what its name begins with (`Dockerfile.dev`), what a modeline or `#!` line says, or what its first words are.

mod contested;
mod headers;
mod modelines;

use std::collections::HashMap;
use std::sync::OnceLock;

use super::{Language, grammars, texts};

/// Every language, those with a grammar first.
pub fn all() -> impl Iterator<Item = &'static Language> {
    grammars::LANGUAGES.iter().copied().chain(&texts::LANGUAGES)
}

/// The language with the stable name `name`.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Language> {
    tables().names.get(name).copied()
}

/// The language of the file at `path` whose content begins with `first_bytes`.
///
/// A few kilobytes are enough: they decide on `#!` lines and modelines, and tell the languages of one extension apart.
/// Anything unknown is `text`.
#[must_use]
pub fn detect(path: &str, first_bytes: &[u8]) -> &'static Language {
    let file_name = path.rsplit('/').next().unwrap_or(path);
    let text = String::from_utf8_lossy(&first_bytes[..first_bytes.len().min(MAX_BYTES)]);
    by_file_name(file_name)
        .or_else(|| by_extension(file_name, &text))
        .or_else(|| by_stem(file_name))
        .or_else(|| by_modeline(&text))
        .or_else(|| by_interpreter(&text))
        .or_else(|| by_first_words(&text))
        .unwrap_or_else(|| by_name("text").expect("invariant: the table has a row for unknown files"))
}

/// How much of a file is looked at.
const MAX_BYTES: usize = 64 * 1024;

/// Extensions of files from which others are made; the name before them counts.
const TEMPLATE_EXTENSIONS: [&str; 7] = ["in", "tmpl", "tpl", "template", "example", "sample", "dist"];

/// The table's keys, looked up by hash.
struct Tables {
    names: HashMap<&'static str, &'static Language>,
    extensions: HashMap<&'static str, &'static Language>,
    file_names: HashMap<&'static str, &'static Language>,
    interpreters: HashMap<&'static str, &'static Language>,
}

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| Tables {
        names: all().map(|language| (language.name, language)).collect(),
        extensions: index(|language| language.extensions),
        file_names: index(|language| language.file_names),
        interpreters: index(|language| language.interpreters),
    })
}

fn index(keys: fn(&'static Language) -> &'static [&'static str]) -> HashMap<&'static str, &'static Language> {
    all().flat_map(|language| keys(language).iter().map(move |key| (*key, language))).collect()
}

fn by_file_name(file_name: &str) -> Option<&'static Language> {
    tables().file_names.get(file_name).copied()
}

/// `Dockerfile.dev` and `.bashrc.local` are named before the dot.
fn by_stem(file_name: &str) -> Option<&'static Language> {
    let dot = file_name.char_indices().skip(1).find(|(_, c)| *c == '.')?.0;
    by_file_name(&file_name[..dot])
}

fn by_extension(file_name: &str, text: &str) -> Option<&'static Language> {
    let (before, extension) = file_name.rsplit_once('.')?;
    if TEMPLATE_EXTENSIONS.contains(&extension) && !before.is_empty() {
        return by_file_name(before).or_else(|| by_extension(before, text));
    }
    let extensions = &tables().extensions;
    let as_written = extensions.get(extension).copied();
    let lower = extension.to_ascii_lowercase();
    if as_written.is_some() && extension != lower {
        return as_written; // `a.H`: case decides
    }
    let common = as_written.or_else(|| extensions.get(lower.as_str()).copied());
    if !contested::is_contested(&lower) {
        return common;
    }
    contested::language_of(&lower, text).and_then(by_name).or_else(|| by_modeline(text)).or(common)
}

fn by_modeline(text: &str) -> Option<&'static Language> {
    by_name(&modelines::language_of(text)?)
}

/// Reads `#!/usr/bin/env -S python3.11 -u` as `python`, and what `nix-shell -i` names as that.
fn by_interpreter(text: &str) -> Option<&'static Language> {
    let mut lines = text.lines();
    let program = program_of(lines.next()?)?;
    if program == "nix-shell" {
        let words = lines.next()?.split_whitespace().skip_while(|word| *word != "-i");
        return words.skip(1).find_map(known_program);
    }
    known_program(program)
}

/// The program that a `#!` line names.
fn program_of(line: &str) -> Option<&str> {
    let command = line.strip_prefix("#!")?;
    let mut programs = command.split_whitespace().filter_map(|word| word.rsplit('/').next());
    programs.find(|word| *word != "env" && !word.starts_with('-') && !word.contains('='))
}

/// The language that a program runs, whatever its version.
fn known_program(program: &str) -> Option<&'static Language> {
    let name = program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-');
    tables().interpreters.get(name).copied()
}

/// What files of some languages begin with.
const FIRST_WORDS: [(&str, &str); 6] = [
    ("<?xml", "xml"),
    ("<?php", "php"),
    ("<!DOCTYPE html", "html"),
    ("<!doctype html", "html"),
    ("<html", "html"),
    ("%YAML", "yaml"),
];

fn by_first_words(text: &str) -> Option<&'static Language> {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    FIRST_WORDS.iter().find(|(words, _)| start.starts_with(words)).and_then(|(_, name)| by_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (language, paths) in [
            ("rust", &["src/main.rs"][..]),
            ("python", &["a/b.PY", "SConstruct", "wscript"]),
            ("typescript", &["types.d.ts"]),
            ("tsx", &["App.tsx"]),
            ("javascript", &["x.mjs"]),
            ("make", &["lib/Makefile", "Makefile.am", "Makefile.in", "GNUmakefile", "Kbuild", "rules.mk"]),
            ("dockerfile", &["docker/Dockerfile.dev", "Containerfile", "web.dockerfile", "api.Dockerfile"]),
            ("cmake", &["CMakeLists.txt", "find.cmake", "config.cmake.in"]),
            ("starlark", &["BUILD", "BUILD.bazel", "WORKSPACE", "defs.bzl", "MODULE.bazel", "BUCK"]),
            ("groovy", &["Jenkinsfile", "Jenkinsfile.release", "build.gradle"]),
            ("ruby", &["Gemfile", "Rakefile", "Vagrantfile", "x.gemspec", "Fastfile", "Brewfile"]),
            ("toml", &["Cargo.lock", "poetry.lock", "Pipfile", "a.toml"]),
            ("json", &["composer.lock", "flake.lock", "Pipfile.lock", ".prettierrc", "x.ipynb"]),
            ("bash", &[".bashrc", ".bashrc.local", ".zshrc", "PKGBUILD", ".envrc", "test.bats"]),
            ("ini", &["nginx.conf.template", ".env", ".env.local", ".gitconfig", "setup.cfg"]),
            ("hcl", &["main.tf", "x.tfvars", "job.nomad"]),
            ("c", &["config.h.in"]),
            ("text", &["notes.txt", "LICENSE", "a.unknown-extension", "README", ".in"]),
            ("markdown", &["README.md"]),
            ("meson", &["meson.build"]),
            ("r", &["plot.R", ".Rprofile"]),
            ("ocaml-interface", &["a.mli"]),
        ] {
            for path in paths {
                assert_eq!(detect(path, b"").name, language, "{path}");
            }
        }
    }

    #[test]
    fn contents() {
        for (path, content, language) in [
            // `#!` lines
            ("bin/tool", "#!/usr/bin/env python3.11\n", "python"),
            ("bin/tool", "#!/bin/sh -e\n", "bash"),
            ("bin/tool", "#!/usr/bin/env -S node --harmony\n", "javascript"),
            ("bin/tool", "#!/usr/bin/env FOO=1 ruby\n", "ruby"),
            ("bin/tool", "#!/usr/bin/env nix-shell\n#! nix-shell -i python3 -p python3\n", "python"),
            ("bin/tool", "#!/opt/unknown\n", "text"),
            ("bin/tool", "#!", "text"),
            ("Rscript-tool", "#!/usr/bin/env Rscript\n", "r"),
            // modelines
            ("tool", "x\n# vim: set ft=ruby ts=2 :\n", "ruby"),
            ("tool", "# vi:ft=sh\n", "bash"),
            ("tool", "# -*- mode: python; coding: utf-8 -*-\n", "python"),
            ("tool", "// -*- C++ -*-\n", "cpp"),
            ("tool", "# -*- coding: utf-8 -*-\n", "text"),
            ("tool", "a\nb\nc\nd\ne\nvim: ft=ruby\ng\nh\ni\nj\nk\n", "text"),
            ("a.py", "# vim: ft=ruby\n", "python"),
            ("a.h", "/* -*- Mode: C++ -*- */\nint f(void);\n", "cpp"),
            // headers
            ("a.h", "int f(void);\nstruct point { int x; };\n", "c"),
            ("a.h", "namespace a {\n}\n", "cpp"),
            ("a.h", "  class Foo {\n public:\n};\n", "cpp"),
            ("a.h", "#include <string>\n", "cpp"),
            ("a.h", "#include <string.h>\n", "c"),
            ("a.h", "std::string f();\n", "cpp"),
            ("a.h", "// class Foo, std::string\n/* namespace x\n class y\n*/\nint f(void);\n", "c"),
            ("a.h", "#ifdef __cplusplus\nnamespace x {\n#if 1\n#endif\n#endif\nint f(void);\n", "c"),
            ("a.h", "int a; /* a::b that\n   overrides class\n using */ int b;\n", "c"),
            ("a.h", "#define X \"a::b\"\nextern \"C\" int f(void);\n", "c"),
            ("a.h", "#import <Foundation/Foundation.h>\n@interface A : B\n@end\n", "objective-c"),
            ("a.h", "#import \"a.h\"\ntypedef NS_ENUM(NSInteger, A) { B };\n", "objective-c"),
            ("a.h", "#ifdef __OBJC__\n@class A;\n#endif\nint f(void);\n", "c"),
            ("a.h", "#ifdef __OBJC__\n@class A;\n#endif\nnamespace x {}\n", "cpp"),
            ("a.H", "int f(void);\n", "cpp"),
            // other contested extensions
            ("a.m", "#import \"a.h\"\n", "objective-c"),
            ("a.m", "% adds\nfunction y = add(x)\n", "matlab"),
            ("a.m", "", "objective-c"),
            ("a.pl", "use strict;\nsub f { }\n", "perl"),
            ("a.pl", ":- module(a, []).\nf(X) :- g(X).\n", "prolog"),
            ("a.t", "use Test::More;\n", "perl"),
            ("a.t", "Runs it:\n\n  $ dune build\n", "text"),
            ("a.v", "module m(input a);\nendmodule\n", "verilog"),
            ("a.v", "Require Import List.\nLemma l : True.\n", "coq"),
            ("a.v", "module main\n\nfn main() {\n}\n", "vlang"),
            ("a.cls", "\\ProvidesClass{a}\n", "tex"),
            ("a.cls", "VERSION 1.0 CLASS\n", "visualbasic"),
            ("a.cls", "public with sharing class A {\n", "apex"),
            ("a.d", "module a;\nimport std.stdio;\n", "d"),
            ("a.d", "a.o: a.c a.h\n", "make"),
            ("a.fs", "#version 330\nuniform vec4 a;\n", "glsl"),
            ("a.fs", "module A\nlet x = 1\n", "fsharp"),
            ("a.ts", "<?xml version=\"1.0\"?>\n<!DOCTYPE TS>\n", "xml"),
            ("a.inc", "<?php\n", "php"),
            ("a.inc", "#define A 1\n", "c"),
            ("a.inc", "hello\n", "text"),
            // first words
            ("data", "\u{feff}<?xml version=\"1.0\"?>\n", "xml"),
            ("page", "<!DOCTYPE html>\n", "html"),
        ] {
            assert_eq!(detect(path, content.as_bytes()).name, language, "{path}: {content}");
        }
    }

    #[test]
    fn keys_are_unique() {
        for keys in [|l: &Language| l.extensions, |l: &Language| l.file_names, |l: &Language| l.interpreters]
        {
            let mut seen = HashMap::new();
            for language in all() {
                for key in keys(language) {
                    let other = seen.insert(*key, language.name);
                    assert_eq!(other, None, "{key} stands in {} too", language.name);
                }
            }
        }
    }
}
