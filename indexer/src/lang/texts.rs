//! Languages without a grammar: detected, named, and chunked as text.

use std::sync::OnceLock;

use super::{Category, Language, Outline};

const CODE: Category = Category::Code;
const MARKUP: Category = Category::Markup;
const DATA: Category = Category::Data;
const PROSE: Category = Category::Prose;

type Keys = &'static [&'static str];

const fn text(name: &'static str, category: Category, extensions: Keys) -> Language {
    Language {
        name,
        category,
        extensions,
        file_names: &[],
        interpreters: &[],
        outline: Outline::None,
        syntax: None,
        compiled: OnceLock::new(),
    }
}

impl Language {
    pub(super) const fn named(mut self, file_names: Keys) -> Self {
        self.file_names = file_names;
        self
    }

    pub(super) const fn run_by(mut self, interpreters: Keys) -> Self {
        self.interpreters = interpreters;
        self
    }

    const fn outlined(mut self, outline: Outline) -> Self {
        self.outline = outline;
        self
    }
}

/// The rows.
pub(super) static LANGUAGES: [Language; 60] = [
    text("text", PROSE, &["txt", "text", "log"]),
    text("markdown", PROSE, &["md", "markdown", "mdx", "mkd", "qmd", "rmd"]).outlined(Outline::HashHeadings),
    text("restructuredtext", PROSE, &["rst"]),
    text("asciidoc", PROSE, &["adoc", "asciidoc"]),
    text("org", PROSE, &["org"]),
    text("tex", PROSE, &["tex", "sty", "cls"]),
    text("xml", MARKUP, &["xml", "xsd", "xsl", "xslt", "svg", "plist", "csproj", "props", "targets", "pom"]),
    text("vue", MARKUP, &["vue"]),
    text("svelte", MARKUP, &["svelte"]),
    text("astro", MARKUP, &["astro"]),
    text("scss", MARKUP, &["scss", "sass"]),
    text("less", MARKUP, &["less"]),
    text("jinja", MARKUP, &["jinja", "jinja2", "j2"]),
    text("handlebars", MARKUP, &["hbs", "handlebars", "mustache"]),
    text("jsonl", DATA, &["jsonl", "ndjson"]),
    text("ini", DATA, &["ini", "cfg", "conf", "properties", "editorconfig"]).named(&[
        ".editorconfig",
        ".gitconfig",
        ".npmrc",
        ".env",
        ".coveragerc",
        ".hgrc",
        ".pylintrc",
        ".flake8",
    ]),
    text("ignore", DATA, &["gitignore", "dockerignore"]).named(&[
        ".gitignore",
        ".dockerignore",
        ".npmignore",
        ".gitattributes",
        ".contexdignore",
    ]),
    text("go-module", DATA, &[]).named(&["go.mod", "go.work"]),
    text("csv", DATA, &["csv", "tsv"]),
    text("diff", DATA, &["diff", "patch"]),
    text("graphql", CODE, &["graphql", "gql", "graphqls"]),
    text("thrift", CODE, &["thrift"]),
    text("fsharp", CODE, &["fs", "fsi", "fsx"]),
    text("visualbasic", CODE, &["vb"]),
    text("erb", MARKUP, &["erb", "rhtml"]),
    text("perl", CODE, &["pl", "pm", "t"]).run_by(&["perl"]),
    text("groovy", CODE, &["groovy", "gradle", "gvy"]).named(&["Jenkinsfile"]).run_by(&["groovy"]),
    text("clojure", CODE, &["clj", "cljs", "cljc", "edn"]),
    text("fish", CODE, &["fish"]).run_by(&["fish"]),
    text("powershell", CODE, &["ps1", "psm1", "psd1"]).run_by(&["pwsh"]),
    text("batch", CODE, &["bat", "cmd"]),
    text("awk", CODE, &["awk"]).run_by(&["awk", "gawk", "mawk"]),
    text("tcl", CODE, &["tcl"]).run_by(&["tclsh", "wish"]),
    text("eex", MARKUP, &["eex", "heex", "leex"]),
    text("erlang", CODE, &["erl", "hrl"]).run_by(&["escript"]),
    text("cabal", DATA, &["cabal"]),
    text("elm", CODE, &["elm"]),
    text("nim", CODE, &["nim", "nims"]),
    text("crystal", CODE, &["cr"]),
    text("d", CODE, &["d", "di"]),
    text("fortran", CODE, &["f", "f90", "f95", "f03", "for"]),
    text("pascal", CODE, &["pas", "dpr"]),
    text("ada", CODE, &["adb", "ads"]),
    text("lisp", CODE, &["lisp", "lsp", "el", "scm", "rkt", "ss"]).run_by(&["racket", "guile", "sbcl"]),
    text("assembly", CODE, &["s", "asm", "nasm"]),
    text("verilog", CODE, &["v", "sv", "svh", "vh"]),
    text("vhdl", CODE, &["vhd", "vhdl"]),
    text("glsl", CODE, &["glsl", "vert", "frag", "comp", "wgsl", "hlsl", "metal"]),
    text("solidity", CODE, &["sol"]),
    text("cmake", CODE, &["cmake"]).named(&["CMakeLists.txt"]),
    text("make", CODE, &["mk", "mak", "make"])
        .named(&["Makefile", "makefile", "GNUmakefile", "BSDmakefile", "Kbuild"])
        .run_by(&["make"]),
    text("just", CODE, &["just"]).named(&["justfile", "Justfile", ".justfile"]).run_by(&["just"]),
    text("meson", CODE, &[]).named(&["meson.build", "meson_options.txt", "meson.options"]),
    text("matlab", CODE, &["matlab"]).run_by(&["octave"]),
    text("mathematica", CODE, &["wl", "wls"]),
    text("prolog", CODE, &["prolog"]).run_by(&["swipl"]),
    text("coq", CODE, &["coq"]),
    text("vlang", CODE, &["vsh"]),
    text("apex", CODE, &["apex", "trigger"]),
    text("dockerfile", CODE, &["dockerfile"]).named(&["Dockerfile", "Containerfile"]),
];
