//! Manifests: what a package's own files say of where its modules are.
//!
//! They are told by their content, since a record knows no path; who uses the rules looks at the file's name too.

use contexd_store::ModuleRoot;
use jsonc_parser::ParseOptions;
use serde_json::{Map, Value};

/// Larger files are no manifests.
const MAX_BYTES: usize = 512 * 1024;

/// Where a package's source stands when its manifest names only what is built from it.
const USUAL_ENTRIES: [&str; 3] = ["src/index", "index", "lib/index"];

/// The rules that `text`, in the language of this name, holds if it is a manifest.
pub(crate) fn module_roots(language: &str, text: &str) -> Vec<ModuleRoot> {
    if text.len() > MAX_BYTES {
        return Vec::new();
    }
    match language {
        "go-module" => go_module(text).into_iter().collect(),
        "json" if text.contains("\"compilerOptions\"") => from_json(text, compiler_paths),
        "json" if text.contains("\"name\"") => from_json(text, package_entries),
        "toml" if text.contains("[package]") => cargo_package(text).into_iter().collect(),
        "yaml" if text.contains("\nenvironment:") => dart_package(text).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn root(prefix: impl Into<Box<str>>, target: impl Into<Box<str>>) -> ModuleRoot {
    ModuleRoot { prefix: prefix.into(), target: target.into() }
}

/// `module host/path`.
fn go_module(text: &str) -> Option<ModuleRoot> {
    let line = text.lines().find_map(|line| line.trim().strip_prefix("module "))?;
    let name = line.split("//").next().unwrap_or(line).trim().trim_matches('"');
    (!name.is_empty()).then(|| root(name, ""))
}

fn from_json(text: &str, read: fn(&Map<String, Value>) -> Vec<ModuleRoot>) -> Vec<ModuleRoot> {
    let parsed: Option<Value> = jsonc_parser::parse_to_serde_value(text, &ParseOptions::default()).ok();
    parsed.as_ref().and_then(Value::as_object).map(read).unwrap_or_default()
}

/// `paths` and `baseUrl` of the TypeScript compiler's options.
fn compiler_paths(json: &Map<String, Value>) -> Vec<ModuleRoot> {
    let options = json.get("compilerOptions").and_then(Value::as_object);
    let Some(options) = options else { return Vec::new() };
    let base = options.get("baseUrl").and_then(Value::as_str);
    let beneath_base = |target: &str| match base.map(tidy) {
        Some(base) if !base.is_empty() => format!("{base}/{}", tidy(target)),
        _ => tidy(target).to_owned(),
    };
    let paths = options.get("paths").and_then(Value::as_object);
    let mut roots: Vec<ModuleRoot> = Vec::new();
    for (prefix, targets) in paths.into_iter().flatten() {
        let targets = targets.as_array().into_iter().flatten().filter_map(Value::as_str);
        roots.extend(targets.map(|target| root(prefix.as_str(), beneath_base(target))));
    }
    roots.extend(base.map(|_| root("*", beneath_base("*"))));
    roots
}

/// A package's name with the files that stand for it.
fn package_entries(json: &Map<String, Value>) -> Vec<ModuleRoot> {
    let Some(name) = json.get("name").and_then(Value::as_str) else { return Vec::new() };
    let is_package = ["version", "main", "module", "exports", "types", "private", "dependencies"]
        .iter()
        .any(|key| json.contains_key(*key));
    if name.is_empty() || !is_package {
        return Vec::new();
    }
    let named = ["source", "types", "typings", "module", "main"].iter().filter_map(|key| json.get(*key));
    let mut targets: Vec<&str> = named.filter_map(Value::as_str).collect();
    if let Some(exports) = json.get("exports") {
        collect_entry(exports, &mut targets);
    }
    targets.extend(USUAL_ENTRIES);
    let mut roots: Vec<ModuleRoot> = targets.into_iter().map(|target| root(name, tidy(target))).collect();
    roots.push(root(format!("{name}/*"), "src/*"));
    roots.dedup();
    roots
}

/// The files that `exports` gives for the package itself.
fn collect_entry<'v>(exports: &'v Value, targets: &mut Vec<&'v str>) {
    match exports {
        Value::String(path) => targets.push(path),
        Value::Object(conditions) => match conditions.get(".") {
            Some(entry) => collect_entry(entry, targets),
            None => {
                let entries = conditions.iter().filter(|(key, _)| !key.starts_with('.'));
                entries.for_each(|(_, value)| collect_entry(value, targets));
            }
        },
        _ => {}
    }
}

/// A crate's name as code writes it, with its root file.
fn cargo_package(text: &str) -> Option<ModuleRoot> {
    let manifest: toml::Table = text.parse().ok()?;
    let text_at = |table: &str, key: &str| manifest.get(table)?.get(key)?.as_str().map(str::to_owned);
    let name = text_at("lib", "name").or_else(|| text_at("package", "name"))?;
    let path = text_at("lib", "path").unwrap_or_else(|| "src/lib.rs".to_owned());
    Some(root(name.replace('-', "_"), tidy(&path)))
}

/// A Dart package's name with the directory of its libraries.
fn dart_package(text: &str) -> Option<ModuleRoot> {
    let name = text.lines().find_map(|line| line.strip_prefix("name:"))?.trim();
    (!name.is_empty()).then(|| root(format!("package:{name}/*"), "lib/*"))
}

/// The path without `./` in front.
fn tidy(path: &str) -> &str {
    let rest = path.trim_start_matches("./").trim_end_matches('/');
    if rest == "." { "" } else { rest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(language: &str, text: &str, expected: &[(&str, &str)]) {
        let found = module_roots(language, text);
        let found: Vec<_> = found.iter().map(|root| (&*root.prefix, &*root.target)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn go_modules() {
        check("go-module", "// x\nmodule example.com/a/b // c\n\ngo 1.22\n", &[("example.com/a/b", "")]);
        check("go-module", "go 1.22\n", &[]);
    }

    #[test]
    fn compiler_options() {
        let text = "{ // comment\n \"compilerOptions\": { \"baseUrl\": \"./app\", \"paths\": { \"@/*\": [\"./src/*\"] } }, }";
        check("json", text, &[("@/*", "app/src/*"), ("*", "app/*")]);
        check("json", "{ \"compilerOptions\": 3 }", &[]);
        check("json", "{ \"compilerOptions\": ", &[]);
    }

    #[test]
    fn packages() {
        let text =
            "{ \"name\": \"@a/b\", \"version\": \"1\", \"exports\": { \".\": { \"import\": \"./x.mjs\" } } }";
        let usual = [("@a/b", "src/index"), ("@a/b", "index"), ("@a/b", "lib/index"), ("@a/b/*", "src/*")];
        check("json", text, &[&[("@a/b", "x.mjs")][..], &usual].concat());
        check("json", "{ \"name\": \"not a package\" }", &[]);
    }

    #[test]
    fn crates_and_dart_packages() {
        check("toml", "[package]\nname = \"a-b\"\n", &[("a_b", "src/lib.rs")]);
        check("toml", "[package]\nname = \"a-b\"\n[lib]\nname = \"c\"\npath = \"d.rs\"", &[("c", "d.rs")]);
        check("toml", "[package]\nname = ", &[]);
        check("yaml", "name: a\nenvironment:\n  sdk: x\n", &[("package:a/*", "lib/*")]);
    }
}
