//! Which language a file is in: by its name, its extension, its `#!` line, in this order.

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
/// A few kilobytes are enough: they decide on `#!` lines and tell C and C++ headers apart. Anything unknown is
/// `text`.
#[must_use]
pub fn detect(path: &str, first_bytes: &[u8]) -> &'static Language {
    let file_name = path.rsplit('/').next().unwrap_or(path);
    by_file_name(file_name)
        .or_else(|| by_extension(file_name, first_bytes))
        .or_else(|| by_stem(file_name))
        .or_else(|| by_interpreter(first_bytes))
        .unwrap_or_else(|| by_name("text").expect("invariant: the table has a row for unknown files"))
}

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

/// `Dockerfile.dev` and `Makefile.in` are named before the dot.
fn by_stem(file_name: &str) -> Option<&'static Language> {
    by_file_name(file_name.split_once('.')?.0)
}

fn by_extension(file_name: &str, first_bytes: &[u8]) -> Option<&'static Language> {
    let (_, extension) = file_name.rsplit_once('.')?;
    let extensions = &tables().extensions;
    let found = extensions
        .get(extension)
        .or_else(|| extensions.get(extension.to_ascii_lowercase().as_str()))
        .copied()?;
    if found.name == "c" && extension.eq_ignore_ascii_case("h") && looks_like_cpp(first_bytes) {
        return by_name("cpp");
    }
    Some(found)
}

/// Reads `#!/usr/bin/env -S python3.11 -u` as `python`.
fn by_interpreter(first_bytes: &[u8]) -> Option<&'static Language> {
    let rest = first_bytes.strip_prefix(b"#!")?;
    let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()).min(256);
    let line = std::str::from_utf8(&rest[..end]).ok()?;
    line.split_whitespace()
        .filter_map(|word| word.rsplit('/').next())
        .find(|word| *word != "env" && !word.starts_with('-') && !word.contains('='))
        .map(|program| program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.'))
        .and_then(|program| tables().interpreters.get(program).copied())
}

/// Words that begin a line of a C++ header and of no C header.
const CPP_LINE_STARTS: [&str; 11] = [
    "namespace ",
    "template<",
    "template <",
    "class ",
    "public:",
    "private:",
    "protected:",
    "using ",
    "constexpr ",
    "inline namespace ",
    "friend ",
];

/// Words anywhere in a line of a C++ header's code and of no C header's.
const CPP_MARKS: [&str; 6] = ["std::", "virtual ", " noexcept", "operator==", "nullptr", " override"];

/// Whether a `.h` file holds C++, judged by its lines of code outside comments and `__cplusplus` conditions.
fn looks_like_cpp(first_bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(&first_bytes[..first_bytes.len().min(64 * 1024)]);
    let mut in_comment = false;
    let mut guarded_depth = 0u32;
    for line in text.lines() {
        let code = code_of(line, &mut in_comment);
        let code = code.trim_start();
        if code.starts_with('#') {
            guarded_depth = guard_depth_after(code, guarded_depth);
            if guarded_depth == 0 && includes_cpp_library(code) {
                return true;
            }
        } else if guarded_depth == 0 && is_cpp_line(code) {
            return true;
        }
    }
    false
}

/// The line without its comments; `in_comment` says whether a `/*` comment is open before and after it.
fn code_of(line: &str, in_comment: &mut bool) -> String {
    let mut code = String::new();
    let mut rest = line;
    loop {
        if *in_comment {
            let Some(end) = rest.find("*/") else { return code };
            rest = &rest[end + 2..];
            *in_comment = false;
        }
        let opened = rest.find("/*");
        let until_line_comment = rest.find("//").filter(|start| opened.is_none_or(|opened| *start < opened));
        match (until_line_comment, opened) {
            (Some(start), _) => return code + &rest[..start],
            (None, Some(start)) => {
                code.push_str(&rest[..start]);
                rest = &rest[start + 2..];
                *in_comment = true;
            }
            (None, None) => return code + rest,
        }
    }
}

fn is_cpp_line(line: &str) -> bool {
    CPP_LINE_STARTS.iter().any(|start| line.starts_with(start))
        || CPP_MARKS.iter().any(|mark| line.contains(mark))
        || has_scope_operator(line)
}

/// Whether `::` stands between two identifiers, outside a string.
fn has_scope_operator(code: &str) -> bool {
    let code = code.split('"').next().unwrap_or(code);
    code.split_once("::").is_some_and(|(before, after)| {
        before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '>')
            && after.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '~')
    })
}

/// `#include <vector>`: a standard header without a suffix.
fn includes_cpp_library(line: &str) -> bool {
    let directive = line[1..].trim_start();
    let Some(rest) = directive.strip_prefix("include") else { return false };
    let name = rest.trim_start().strip_prefix('<').and_then(|rest| rest.split('>').next());
    name.is_some_and(|name| !name.contains(['.', '/']) && !name.is_empty())
}

/// How many conditions are open inside a condition on `__cplusplus`; 0 outside one.
fn guard_depth_after(line: &str, depth: u32) -> u32 {
    let directive = line[1..].trim_start();
    if directive.starts_with("if") {
        let opens = depth > 0 || directive.contains("__cplusplus");
        return depth + u32::from(opens);
    }
    depth - u32::from(directive.starts_with("endif") && depth > 0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[track_caller]
    fn check(path: &str, content: &str, expected: &str) {
        assert_eq!(detect(path, content.as_bytes()).name, expected, "{path}");
    }

    #[test]
    fn names_and_extensions() {
        check("src/main.rs", "", "rust");
        check("a/b.PY", "", "python");
        check("types.d.ts", "", "typescript");
        check("App.tsx", "", "tsx");
        check("x.mjs", "", "javascript");
        check("lib/Makefile", "", "make");
        check("docker/Dockerfile.dev", "", "dockerfile");
        check("CMakeLists.txt", "", "cmake");
        check("notes.txt", "", "text");
        check("LICENSE", "", "text");
        check("a.unknown-extension", "", "text");
        check("README.md", "", "markdown");
        check(".bashrc", "", "bash");
    }

    #[test]
    fn interpreters() {
        check("bin/tool", "#!/usr/bin/env python3.11\n", "python");
        check("bin/tool", "#!/bin/sh -e\n", "bash");
        check("bin/tool", "#!/usr/bin/env -S node --harmony\n", "javascript");
        check("bin/tool", "#!/opt/unknown\n", "text");
        check("bin/tool", "#!", "text");
    }

    #[test]
    fn headers() {
        check("a.h", "int f(void);\nstruct point { int x; };\n", "c");
        check("a.h", "namespace a {\n}\n", "cpp");
        check("a.h", "  class Foo {\n public:\n};\n", "cpp");
        check("a.h", "#include <string>\n", "cpp");
        check("a.h", "#include <string.h>\n", "c");
        check("a.h", "std::string f();\n", "cpp");
        check("a.h", "// class Foo, std::string\n/* namespace x\n class y\n*/\nint f(void);\n", "c");
        check("a.h", "#ifdef __cplusplus\nnamespace x {\n#if 1\n#endif\n#endif\nint f(void);\n", "c");
        check("a.h", "int a; /* a::b that\n   overrides class\n using */ int b;\n", "c");
        check("a.h", "#define X \"a::b\"\nextern \"C\" int f(void);\n", "c");
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
