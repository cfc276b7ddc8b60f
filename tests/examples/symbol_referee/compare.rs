//! Compares the definitions of one file.

use std::collections::{BTreeMap, HashSet};

use contexd_indexer::ParseBudget;

use super::misreadings::{continues, is_misread};
use super::tags::{Tag, bare_name};

/// How far from the name ctags' line may be where the name is not in that line at all.
const MAX_LINES_OFF: u32 = 10;

/// A definition that only one side has.
pub(crate) struct Difference {
    /// `PATH:LINE`.
    pub(crate) place: String,
    /// The kind as its side calls it.
    pub(crate) kind: String,
    /// The name.
    pub(crate) name: String,
    /// The line in the source.
    pub(crate) source: String,
}

/// What was counted for one language.
#[derive(Default)]
pub(crate) struct Tally {
    /// Files that were parsed.
    pub(crate) files: usize,
    /// Our symbols.
    pub(crate) ours: usize,
    /// Definitions of ctags.
    pub(crate) expected: usize,
    /// Those of them that we have at the same line.
    pub(crate) found: usize,
    /// Tags that are no definitions, as their own lines show.
    pub(crate) set_aside: usize,
    /// Definitions that only ctags has.
    pub(crate) misses: Vec<Difference>,
    /// Definitions that only we have: ctags has nothing of that name in that line, of whatever kind.
    pub(crate) extras: Vec<Difference>,
}

/// The tallies of the languages, by our names for them.
pub(crate) type Tallies = BTreeMap<String, Tally>;

/// Adds the comparison of the file at `path`, which is shown as `shown`.
pub(crate) fn add_file(tallies: &mut Tallies, path: &str, shown: &str, text: &str, tags: &[Tag]) {
    let record = contexd_indexer::parse_file(path, text, &ParseBudget::default());
    let tally = tallies.entry(record.language.to_string()).or_default();
    let lines: Vec<&str> = text.lines().collect();
    let difference = |line: u32, kind: String, name: &str| Difference {
        place: format!("{shown}:{line}"),
        kind,
        name: name.to_owned(),
        source: lines.get(line as usize - 1).map_or(String::new(), |line| shorten(line)),
    };

    let symbols: Vec<(u32, String, &str)> = record
        .symbols
        .iter()
        .map(|symbol| (symbol.name_span.start_line, bare_name(&symbol.name), symbol.kind.as_str()))
        .collect();
    let ours: HashSet<(u32, &str)> = symbols.iter().map(|(line, name, _)| (*line, name.as_str())).collect();
    let theirs: HashSet<(u32, &str)> = tags.iter().map(|tag| (tag.line, tag.name.as_str())).collect();

    tally.files += 1;
    tally.ours += symbols.len();
    let mut seen = HashSet::new();
    let mut previous = None;
    for tag in tags.iter().filter(|tag| tag.is_counted && tag.line > 0) {
        if !seen.insert((tag.line, tag.name.as_str())) {
            continue;
        }
        let is_found = ours.contains(&(tag.line, tag.name.as_str()));
        let line = lines.get(tag.line as usize - 1).copied().unwrap_or_default();
        let is_elsewhere = !line.contains(&tag.name) && is_near(&ours, tag);
        let is_later_equation = previous.replace(tag).is_some_and(|first| continues(first, tag));
        if !is_found && !is_elsewhere && (is_later_equation || is_misread(tag, &lines)) {
            tally.set_aside += 1;
            continue;
        }
        tally.expected += 1;
        if is_found || is_elsewhere {
            tally.found += 1;
        } else {
            tally.misses.push(difference(tag.line, format!("{} {}", tag.language, tag.kind), &tag.name));
        }
    }
    for (line, name, kind) in &symbols {
        if !theirs.contains(&(*line, name.as_str())) {
            tally.extras.push(difference(*line, (*kind).to_owned(), name));
        }
    }
}

/// Whether we have the tag's name near its line.
fn is_near(ours: &HashSet<(u32, &str)>, tag: &Tag) -> bool {
    let near = tag.line.saturating_sub(MAX_LINES_OFF)..=tag.line + MAX_LINES_OFF;
    near.into_iter().any(|line| ours.contains(&(line, tag.name.as_str())))
}

/// The line as it is shown.
fn shorten(line: &str) -> String {
    line.trim().chars().take(140).collect()
}
