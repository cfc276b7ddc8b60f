//! The files and symbols of one generation, kept in step.

use std::sync::Arc;

use crate::files::{FileTable, PathEntry, StoredFile};
use crate::plan::Plan;
use crate::symbol_table::SymbolTable;
use crate::truth::{EncodedFile, Loaded};

/// Files and symbols of one generation. Cloning shares everything.
#[derive(Clone, Default)]
pub(crate) struct Tables {
    pub(crate) files: FileTable,
    pub(crate) symbols: SymbolTable,
}

impl Tables {
    /// The tables of what was loaded at start.
    pub(crate) fn from_loaded(loaded: Loaded) -> Self {
        let mut tables = Self::default();
        let entries: Vec<_> = loaded.indexed.iter().map(|file| Arc::clone(&file.entry)).collect();
        loaded.indexed.into_iter().map(PathEntry::Indexed).for_each(|entry| tables.files.insert(entry));
        loaded.skipped.into_iter().map(PathEntry::Skipped).for_each(|entry| tables.files.insert(entry));
        tables.symbols.apply(&tables.files, &[], &entries);
        tables
    }

    /// The tables after `plan`, whose added files are `encoded`.
    pub(crate) fn after(&self, plan: &Plan, encoded: &[EncodedFile]) -> Self {
        let mut tables = self.clone();
        plan.removed.iter().for_each(|file| tables.files.remove(&file.path));
        plan.unskipped.iter().for_each(|path| tables.files.remove(path));
        plan.skipped.iter().for_each(|file| tables.files.insert(PathEntry::Skipped(Arc::clone(file))));
        plan.touched.iter().for_each(|entry| tables.files.insert(entry.clone()));
        for file in encoded {
            let (entry, trigrams) = (Arc::clone(&file.entry), Arc::clone(&file.trigrams));
            let stored = StoredFile { entry, record_hash: file.record.hash, trigrams };
            tables.files.insert(PathEntry::Indexed(stored));
        }
        let added: Vec<_> = encoded.iter().map(|file| Arc::clone(&file.entry)).collect();
        tables.symbols.apply(&tables.files, &plan.removed, &added);
        tables
    }
}
