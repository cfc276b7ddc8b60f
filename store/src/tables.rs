//! The files and symbols of one generation, kept in step.

use std::sync::Arc;

use crate::files::{FileTable, PathEntry, StoredFile};
use crate::plan::Plan;
use crate::symbol_table::SymbolTable;
use crate::truth::Loaded;
use crate::{ContentHash, FileEntry};

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

    /// The tables after `plan`, whose added files have records of these hashes.
    pub(crate) fn after(&self, plan: &Plan, record_hashes: &[ContentHash]) -> Self {
        let mut tables = self.clone();
        plan.removed.iter().for_each(|file| tables.files.remove(&file.path));
        plan.unskipped.iter().for_each(|path| tables.files.remove(path));
        plan.skipped.iter().for_each(|file| tables.files.insert(PathEntry::Skipped(Arc::clone(file))));
        plan.touched.iter().for_each(|entry| tables.files.insert(entry.clone()));
        let mut added: Vec<Arc<FileEntry>> = Vec::with_capacity(plan.added.len());
        for (file, &record_hash) in plan.added.iter().zip(record_hashes) {
            let entry = Arc::clone(&file.entry);
            added.push(Arc::clone(&entry));
            tables.files.insert(PathEntry::Indexed(StoredFile { entry, record_hash }));
        }
        tables.symbols.apply(&tables.files, &plan.removed, &added);
        tables
    }
}
