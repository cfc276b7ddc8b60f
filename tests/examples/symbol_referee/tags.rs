//! What Universal Ctags finds in the files of a tree.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::kinds;

/// A tag of ctags.
pub(crate) struct Tag {
    /// The name, without white space and quotes.
    pub(crate) name: String,
    /// The line of the name, 1-based.
    pub(crate) line: u32,
    /// The language as ctags calls it.
    pub(crate) language: String,
    /// The kind as ctags calls it.
    pub(crate) kind: String,
    /// Whether the definition counts.
    pub(crate) is_counted: bool,
}

/// Runs ctags once over `paths`, which are relative to `root`; the tags of each path.
pub(crate) fn of_files(root: &Path, paths: &[String]) -> Result<BTreeMap<String, Vec<Tag>>, String> {
    let mut child = Command::new("ctags")
        .args(["--options=NONE", "--output-format=json", "--fields=NFnKlsZ", "--kinds-all=*"])
        .args(["--map-TypeScript=+.tsx", "--map-TypeScript=+.mts", "--map-TypeScript=+.cts"])
        .args(["--map-JavaScript=+.mjs", "--map-JavaScript=+.cjs"])
        .args(["--extras=-{anonymous}{pseudo}", "--sort=no", "-L", "-", "-f", "-"])
        .current_dir(root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("cannot run ctags (universal-ctags must be installed): {error}"))?;
    let mut input = child.stdin.take().ok_or("ctags takes no input")?;
    let list = paths.join("\n") + "\n";
    let writer = std::thread::spawn(move || input.write_all(list.as_bytes()));
    let output = child.wait_with_output().map_err(|error| format!("ctags failed: {error}"))?;
    drop(writer.join());
    if !output.status.success() {
        return Err("ctags failed; it must be built with JSON output (`ctags --list-features`)".to_owned());
    }
    let mut tags: BTreeMap<String, Vec<Tag>> = BTreeMap::new();
    for line in output.stdout.split(|byte| *byte == b'\n') {
        if let Some((path, tag)) = read_tag(line) {
            tags.entry(path).or_default().push(tag);
        }
    }
    Ok(tags)
}

/// Reads one line of ctags' output; lines that are no tags give nothing.
fn read_tag(line: &[u8]) -> Option<(String, Tag)> {
    let tag: Value = serde_json::from_slice(line).ok()?;
    let text = |key: &str| tag.get(key).and_then(Value::as_str);
    let (language, kind) = (text("language")?, text("kind")?);
    let name = bare_name(last_part(language, kind, text("name")?));
    let is_made_up = ["__anon", "anonymousFunction", "<"].iter().any(|mark| name.starts_with(mark));
    // `typedef struct a {} a;` is two tags of one type; the one at the struct counts
    let repeats_its_type =
        text("typeref").is_some_and(|of| of.split_once(':').is_some_and(|(_, of)| of == name));
    let read = Tag {
        line: u32::try_from(tag.get("line")?.as_u64()?).ok()?,
        language: language.to_owned(),
        kind: kind.to_owned(),
        is_counted: !is_made_up
            && !repeats_its_type
            && kinds::is_counted(language, kind, text("scopeKind").unwrap_or_default()),
        name,
    };
    Some((text("path")?.to_owned(), read))
}

/// The name without the path before it, for a language whose tags have one (`M.f`, `M:f`, `IList.Add`), and without
/// the type parameters behind it (`Queue{T}`) or the rest of a selector (`add:after:`).
fn last_part<'n>(language: &str, kind: &str, name: &'n str) -> &'n str {
    match language {
        "Julia" => return name.split('{').next().unwrap_or(name),
        "ObjectiveC" => return name.split(':').next().unwrap_or(name),
        _ => {}
    }
    let has_path = matches!((language, kind), ("Lua", _) | ("C#", "method"));
    if has_path { name.rsplit(['.', ':']).next().unwrap_or(name) } else { name }
}

/// The name as both sides are compared: without white space and quotes.
pub(crate) fn bare_name(name: &str) -> String {
    let unquoted = name.trim_matches(['"', '\'', '`']);
    unquoted.split_whitespace().collect()
}
