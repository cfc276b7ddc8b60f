//! What an editor is told in a file: `vim: set ft=ruby:` and `-*- mode: c++ -*-`.

/// Lines at either end of a file in which editors look.
const LINES: usize = 5;

/// What editors call languages, where the table calls them something else.
const ALIASES: [(&str, &str); 37] = [
    ("c++", "cpp"),
    ("objc", "objective-c"),
    ("objcpp", "objective-c"),
    ("sh", "bash"),
    ("zsh", "bash"),
    ("ksh", "bash"),
    ("shell-script", "bash"),
    ("js", "javascript"),
    ("js2", "javascript"),
    ("javascriptreact", "javascript"),
    ("typescriptreact", "tsx"),
    ("cperl", "perl"),
    ("cs", "csharp"),
    ("golang", "go"),
    ("makefile", "make"),
    ("makefile-gmake", "make"),
    ("automake", "make"),
    ("nxml", "xml"),
    ("rst", "restructuredtext"),
    ("dosini", "ini"),
    ("conf", "ini"),
    ("conf-unix", "ini"),
    ("terraform", "hcl"),
    ("bzl", "starlark"),
    ("bazel", "starlark"),
    ("proto", "protobuf"),
    ("octave", "matlab"),
    ("tuareg", "ocaml"),
    ("caml", "ocaml"),
    ("scheme", "lisp"),
    ("racket", "lisp"),
    ("emacs-lisp", "lisp"),
    ("f90", "fortran"),
    ("jproperties", "ini"),
    ("asm", "assembly"),
    ("latex", "tex"),
    ("ps1", "powershell"),
];

/// The name, as the table has it, of the language that a modeline in `text` sets. `text` may be cut anywhere.
pub(super) fn language_of(text: &str) -> Option<String> {
    let first = text.lines().take(LINES);
    let last = text.lines().rev().take(LINES);
    let mode = first.chain(last).find_map(|line| vim_mode(line).or_else(|| emacs_mode(line)))?;
    let mode = mode.to_ascii_lowercase();
    let alias = ALIASES.iter().find(|(alias, _)| *alias == mode);
    Some(alias.map_or(mode, |(_, name)| (*name).to_owned()))
}

/// `vim: set ft=ruby ts=2:`, `vi:ft=ruby`, `ex: filetype=ruby`
fn vim_mode(line: &str) -> Option<&str> {
    let options = ["vim:", "vi:", "ex:"].iter().find_map(|mark| {
        let at = line.find(mark)?;
        let is_word = line[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
        (!is_word).then(|| &line[at + mark.len()..])
    })?;
    let is_separator = |c: char| c.is_whitespace() || c == ':';
    options.split(is_separator).find_map(|option| {
        let (name, value) = option.split_once('=')?;
        ["ft", "filetype", "syntax", "syn"].contains(&name).then_some(value)
    })
}

/// `-*- mode: c++; tab-width: 4 -*-`, `-*- c++ -*-`
fn emacs_mode(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("-*-")?;
    let (inside, _) = rest.split_once("-*-")?;
    if !inside.contains(':') {
        return Some(inside.trim());
    }
    inside.split(';').find_map(|variable| {
        let (name, value) = variable.split_once(':')?;
        name.trim().eq_ignore_ascii_case("mode").then(|| value.trim())
    })
}
