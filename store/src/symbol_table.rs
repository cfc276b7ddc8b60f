//! The symbols of one generation by lower-cased name: an immutable, ordered table that shares its structure with
//! the generations before.

use std::collections::{HashMap, HashSet};
use std::ops::Bound;
use std::sync::Arc;

use rpds::RedBlackTreeMapSync;

use crate::files::FileTable;
use crate::{FileEntry, FileId, SymbolId};

/// Lower-cased name to the symbols of that name, in (path, position) order.
#[derive(Clone)]
pub(crate) struct SymbolTable {
    names: RedBlackTreeMapSync<Arc<str>, Arc<[SymbolId]>>,
}

impl Default for SymbolTable {
    fn default() -> Self {
        Self { names: RedBlackTreeMapSync::new_sync() }
    }
}

impl SymbolTable {
    /// Takes the symbols of `removed` out and those of `added` in. `files` holds the files after the change.
    pub(crate) fn apply(&mut self, files: &FileTable, removed: &[Arc<FileEntry>], added: &[Arc<FileEntry>]) {
        let retired: HashSet<FileId> = removed.iter().map(|file| file.id).collect();
        let mut touched: HashMap<Box<str>, Vec<SymbolId>> = HashMap::new();
        for file in removed {
            for symbol in &file.record.symbols {
                touched.entry(symbol.name.to_lowercase().into()).or_default();
            }
        }
        for file in in_path_order(added) {
            for (ordinal, symbol) in file.record.symbols.iter().enumerate() {
                let id = SymbolId { file: file.id, ordinal: ordinal as u32 };
                touched.entry(symbol.name.to_lowercase().into()).or_default().push(id);
            }
        }
        for (name, new) in touched {
            self.replace(files, name, &retired, new);
        }
    }

    /// Symbols of the lower-cased `name`, in (path, position) order.
    pub(crate) fn named(&self, name: &str) -> &[SymbolId] {
        self.names.get(name).map_or(&[], |ids| ids)
    }

    /// At most `limit` names that start with the lower-cased `prefix`, in order.
    pub(crate) fn with_prefix(&self, prefix: &str, limit: usize) -> Vec<Arc<str>> {
        let from_prefix = self.names.range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
        from_prefix
            .map(|(name, _)| name)
            .take_while(|name| name.starts_with(prefix))
            .take(limit)
            .cloned()
            .collect()
    }

    /// At most `limit` names that contain the lower-cased `part`, in order.
    pub(crate) fn containing(&self, part: &str, limit: usize) -> Vec<Arc<str>> {
        self.names.keys().filter(|name| name.contains(part)).take(limit).cloned().collect()
    }

    /// At most `limit` names within `max_distance` edits of the lower-cased `name`, nearest first, then in order.
    pub(crate) fn near(&self, name: &str, max_distance: usize, limit: usize) -> Vec<Arc<str>> {
        let shape = Shape::of(name);
        let mut found: Vec<(usize, &Arc<str>)> = self
            .names
            .keys()
            .filter(|other| shape.may_be_within(&Shape::of(other), max_distance))
            .map(|other| (strsim::damerau_levenshtein(name, other), other))
            .filter(|(distance, _)| *distance <= max_distance)
            .collect();
        found.sort();
        found.into_iter().take(limit).map(|(_, other)| Arc::clone(other)).collect()
    }

    /// Gives `name` the symbols it had, less the retired, plus `new` (in path order).
    fn replace(&mut self, files: &FileTable, name: Box<str>, retired: &HashSet<FileId>, new: Vec<SymbolId>) {
        let old = self.named(&name);
        let mut merged: Vec<SymbolId> = Vec::with_capacity(old.len() + new.len());
        merged.extend(old.iter().filter(|id| !retired.contains(&id.file)));
        if merged.is_empty() {
            merged = new;
        } else {
            insert_in_path_order(&mut merged, new, |file| files.by_id(file).map(|entry| &*entry.path));
        }
        if merged.is_empty() {
            self.names.remove_mut(&*name);
        } else {
            self.names.insert_mut(name.into(), merged.into());
        }
    }
}

/// Inserts `new`, itself in order, into `sorted`.
fn insert_in_path_order<'a>(
    sorted: &mut Vec<SymbolId>,
    new: Vec<SymbolId>,
    path_of: impl Fn(FileId) -> Option<&'a str>,
) {
    for id in new {
        let key = (path_of(id.file), id.ordinal);
        let position = sorted.partition_point(|other| (path_of(other.file), other.ordinal) < key);
        sorted.insert(position, id);
    }
}

fn in_path_order(files: &[Arc<FileEntry>]) -> Vec<&Arc<FileEntry>> {
    let mut sorted: Vec<_> = files.iter().collect();
    sorted.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    sorted
}

/// What rules most names out as neighbours of another before their distance is computed.
struct Shape {
    length: usize,
    /// A bit for each residue of the characters that occur.
    letters: u64,
}

impl Shape {
    fn of(name: &str) -> Self {
        let mut shape = Self { length: 0, letters: 0 };
        for letter in name.chars() {
            shape.length += 1;
            shape.letters |= 1 << (u32::from(letter) % 64);
        }
        shape
    }

    /// An edit changes the length by at most one, and takes at most one letter away and brings at most one.
    fn may_be_within(&self, other: &Self, edits: usize) -> bool {
        let gone = (self.letters & !other.letters).count_ones() as usize;
        let new = (other.letters & !self.letters).count_ones() as usize;
        self.length.abs_diff(other.length) <= edits && gone <= edits && new <= edits
    }
}
