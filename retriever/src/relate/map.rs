//! The shape of a repository: its modules, their sizes, what depends on what, the most used definitions.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use contexd_graph::Confidence;
use contexd_store::{FileEntry, ReferenceKind, SymbolId};

use super::{Definition, View};
use crate::path_class::is_test_path;

/// Modules named as used by a module.
const MAX_USES: usize = 8;

/// Languages named of a module.
const MAX_LANGUAGES: usize = 3;

/// Definitions named as the most used of the repository.
const MAX_SYMBOLS: usize = 40;

/// The name of the root's own module.
const ROOT: &str = ".";

/// How to draw the map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapOptions {
    /// Most modules; directories are put together until there are no more.
    pub modules: usize,
    /// Definitions named of each module.
    pub symbols: usize,
    /// Only what lies beneath this directory; empty means everything.
    pub beneath: String,
}

/// The shape of a repository.
#[derive(Clone, Debug, Default)]
pub struct RepositoryMap {
    /// The modules, by path.
    pub modules: Vec<Module>,
    /// The most used definitions, first.
    pub symbols: Vec<UsedSymbol>,
    /// Files in the modules.
    pub files: usize,
    /// Their lines.
    pub lines: u64,
}

/// A directory with what is beneath it, other modules left out.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// Path relative to the root; `.` for the root itself.
    pub path: String,
    /// Files.
    pub files: usize,
    /// Lines of these.
    pub lines: u64,
    /// Definitions in them.
    pub symbols: usize,
    /// The languages by lines, the most first.
    pub languages: Vec<Box<str>>,
    /// The modules that it uses, the most used first.
    pub uses: Vec<ModuleUse>,
    /// Uses of its definitions from other modules.
    pub used_by_others: u64,
    /// Its most used definitions.
    pub top: Vec<UsedSymbol>,
    /// Whether most of its files are tests.
    pub is_test: bool,
}

/// How much one module uses another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleUse {
    /// The other module.
    pub path: String,
    /// Uses of its definitions, and imports of its files.
    pub count: u64,
}

/// A definition and how much it is used.
#[derive(Clone, Debug)]
pub struct UsedSymbol {
    /// The definition.
    pub definition: Definition,
    /// Uses that mean it, those left out that mean one of several by name alone.
    pub uses: u32,
}

/// Draws the map.
#[must_use]
pub fn draw_map(view: View<'_>, options: &MapOptions) -> RepositoryMap {
    let beneath = options.beneath.trim_matches('/');
    let files: Vec<&Arc<FileEntry>> =
        view.snapshot.files().filter(|file| lies_beneath(&file.path, beneath)).collect();
    let depth = depth_for(&files, options.modules.max(1));
    let module_of = |path: &str| module_path(path, depth);
    let mut modules = sizes(&files, &module_of);
    add_uses(view, &files, &mut modules, &module_of);
    let ranked = ranked_symbols(view, beneath);
    for used in &ranked {
        let module = modules.get_mut(&module_of(&used.definition.file.path));
        if let Some(module) = module.filter(|module| module.top.len() < options.symbols) {
            module.top.push(used.clone());
        }
    }
    let lines = modules.values().map(|module| module.lines).sum();
    RepositoryMap {
        modules: modules.into_values().collect(),
        symbols: ranked
            .into_iter()
            .filter(|used| !is_test_path(&used.definition.file.path))
            .take(MAX_SYMBOLS)
            .collect(),
        files: files.len(),
        lines,
    }
}

fn lies_beneath(path: &str, directory: &str) -> bool {
    directory.is_empty() || path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'))
}

/// The most directories deep that modules may be so that there are no more of them than wanted.
fn depth_for(files: &[&Arc<FileEntry>], wanted: usize) -> usize {
    let count = |depth: usize| {
        let mut paths: Vec<String> = files.iter().map(|file| module_path(&file.path, depth)).collect();
        paths.sort_unstable();
        paths.dedup();
        paths.len()
    };
    (1..=8).take_while(|depth| count(*depth) <= wanted).last().unwrap_or(1)
}

/// The first `depth` directories of a path.
fn module_path(path: &str, depth: usize) -> String {
    let Some((directory, _)) = path.rsplit_once('/') else { return ROOT.to_owned() };
    directory.split('/').take(depth).collect::<Vec<_>>().join("/")
}

fn sizes(files: &[&Arc<FileEntry>], module_of: &impl Fn(&str) -> String) -> BTreeMap<String, Module> {
    let mut modules: BTreeMap<String, Module> = BTreeMap::new();
    let mut languages: HashMap<String, BTreeMap<Box<str>, u64>> = HashMap::new();
    let mut tests: HashMap<String, usize> = HashMap::new();
    for file in files {
        let path = module_of(&file.path);
        let lines = u64::from(file.record.line_count);
        *languages.entry(path.clone()).or_default().entry(file.record.language.clone()).or_default() += lines;
        *tests.entry(path.clone()).or_default() += usize::from(is_test_path(&file.path));
        let module = modules.entry(path.clone()).or_insert_with(|| Module { path, ..Module::default() });
        module.files += 1;
        module.lines += lines;
        module.symbols += file.record.symbols.len();
    }
    for (path, module) in &mut modules {
        let mut by_lines: Vec<(Box<str>, u64)> =
            languages.remove(path).unwrap_or_default().into_iter().collect();
        by_lines.sort_by_key(|(_, lines)| std::cmp::Reverse(*lines));
        module.languages = by_lines.into_iter().take(MAX_LANGUAGES).map(|(language, _)| language).collect();
        module.is_test = tests.get(path).is_some_and(|count| count * 2 > module.files);
    }
    modules
}

/// Counts what the modules use of one another.
fn add_uses(
    view: View<'_>,
    files: &[&Arc<FileEntry>],
    modules: &mut BTreeMap<String, Module>,
    module_of: &impl Fn(&str) -> String,
) {
    let mut counts: HashMap<(String, String), u64> = HashMap::new();
    let mut used: HashMap<String, u64> = HashMap::new();
    for file in files {
        let own = module_of(&file.path);
        let imported = view.graph.imports_of(&file.path).map(|(_, target)| module_of(&target.path));
        let meant = view
            .graph
            .uses_in(&file.path)
            .filter(|(reference, resolution)| {
                reference.kind != ReferenceKind::Mention
                    && !matches!(resolution.confidence, Confidence::Ambiguous(_))
            })
            .filter_map(|(_, resolution)| view.snapshot.file(resolution.targets.first()?.file))
            .map(|target| module_of(&target.path));
        for other in imported.chain(meant).filter(|other| *other != own) {
            *used.entry(other.clone()).or_default() += 1;
            *counts.entry((own.clone(), other)).or_default() += 1;
        }
    }
    for ((from, to), count) in counts {
        if let Some(module) = modules.get_mut(&from) {
            module.uses.push(ModuleUse { path: to, count });
        }
    }
    for (path, module) in modules {
        module.used_by_others = used.get(path).copied().unwrap_or_default();
        module.uses.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.path.cmp(&b.path)));
        module.uses.truncate(MAX_USES);
    }
}

/// The definitions beneath a directory that are used, the most used first.
fn ranked_symbols(view: View<'_>, beneath: &str) -> Vec<UsedSymbol> {
    let counts: Vec<(SymbolId, u32)> = view.graph.use_counts().into_iter().collect();
    let mut ranked: Vec<UsedSymbol> = counts
        .into_iter()
        .filter_map(|(id, uses)| Some(UsedSymbol { definition: view.definition(id)?, uses }))
        .filter(|used| lies_beneath(&used.definition.file.path, beneath))
        .collect();
    ranked.sort_by(|a, b| {
        let place = |used: &UsedSymbol| (Arc::clone(&used.definition.file.path), used.definition.ordinal);
        b.uses.cmp(&a.uses).then_with(|| place(a).cmp(&place(b)))
    });
    ranked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_directories() {
        assert_eq!(module_path("a.rs", 2), ".");
        assert_eq!(module_path("a/b/c/d.rs", 2), "a/b");
        assert_eq!(module_path("a/d.rs", 2), "a");
        assert!(lies_beneath("a/b.rs", "a") && !lies_beneath("ab/c.rs", "a") && lies_beneath("x", ""));
    }
}
