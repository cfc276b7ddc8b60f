//! From a [`Batch`] and the files as they are to what a commit has to do.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::files::{FileTable, PathEntry, StoredFile};
use crate::vectors::FileVectors;
use crate::{
    Batch, ContentHash, FileChange, FileContent, FileEntry, FileId, FileStat, FileUpsert, Generation,
    IndexedContent, SkippedFile, StoreError, VectorFill,
};

/// What a commit has to do. Every path stands in it once, except that a path that is replaced stands among what
/// leaves and among what comes.
#[derive(Default)]
pub(crate) struct Plan {
    /// File versions that leave.
    pub(crate) removed: Vec<Arc<FileEntry>>,
    /// Paths that are no longer skipped.
    pub(crate) unskipped: Vec<Arc<str>>,
    /// File versions that come.
    pub(crate) added: Vec<PlannedFile>,
    /// Paths that are skipped from now on, or for another reason.
    pub(crate) skipped: Vec<Arc<SkippedFile>>,
    /// Paths whose content stays under a new stat.
    pub(crate) touched: Vec<PathEntry>,
    /// Vectors by file version and model.
    pub(crate) vectors: BTreeMap<(FileId, ContentHash), Arc<FileVectors>>,
    /// The id after the last one given out.
    pub(crate) next_file_id: u32,
}

/// A file version that comes.
pub(crate) struct PlannedFile {
    pub(crate) entry: Arc<FileEntry>,
    pub(crate) text: Arc<str>,
}

impl Plan {
    /// Resolves `batch` against `files`. New file versions belong to `generation` and are numbered from
    /// `next_file_id`.
    pub(crate) fn new(
        batch: Batch,
        files: &FileTable,
        generation: Generation,
        next_file_id: u32,
    ) -> Result<Self, StoreError> {
        let mut planner = Planner { files, generation, plan: Self { next_file_id, ..Self::default() } };
        let mut fates = HashMap::new();
        for (path, change) in last_by_path(batch.changes) {
            let fate = planner.change(&path, change)?;
            fates.insert(path, fate);
        }
        for fill in batch.vectors {
            planner.fill(fill, &fates)?;
        }
        Ok(planner.plan)
    }

    /// Refuses vectors whose model has rows of another dimension, in the index (as `known` says) or in this plan.
    pub(crate) fn check_dimensions(
        &self,
        known: impl Fn(ContentHash) -> Option<u32>,
    ) -> Result<(), StoreError> {
        let mut expected: HashMap<ContentHash, u32> = HashMap::new();
        for ((_, model), vectors) in &self.vectors {
            let dimension = vectors.dimension;
            let wanted = *expected.entry(*model).or_insert_with(|| known(*model).unwrap_or(dimension));
            if dimension != wanted {
                let detail = format!("rows of dimension {dimension} where the model has {wanted}");
                return Err(StoreError::InvalidVector(detail));
            }
        }
        Ok(())
    }

    /// Whether the commit makes a new generation.
    pub(crate) fn changes_content(&self) -> bool {
        !(self.removed.is_empty()
            && self.unskipped.is_empty()
            && self.added.is_empty()
            && self.skipped.is_empty()
            && self.vectors.is_empty())
    }
}

/// The last change of each path, in path order.
fn last_by_path(changes: Vec<FileChange>) -> BTreeMap<Arc<str>, FileChange> {
    changes.into_iter().map(|change| (Arc::clone(path_of(&change)), change)).collect()
}

fn path_of(change: &FileChange) -> &Arc<str> {
    match change {
        FileChange::Upsert(FileUpsert { path, .. })
        | FileChange::Touch { path, .. }
        | FileChange::Remove { path } => path,
    }
}

/// The indexed file that stands at a path after the batch, if one does.
type AfterBatch = Option<Arc<FileEntry>>;

struct Planner<'a> {
    files: &'a FileTable,
    generation: Generation,
    plan: Plan,
}

impl Planner<'_> {
    fn change(&mut self, path: &Arc<str>, change: FileChange) -> Result<AfterBatch, StoreError> {
        match change {
            FileChange::Touch { stat, .. } => Ok(self.touch(path, stat)),
            FileChange::Remove { .. } => {
                self.leave(path);
                Ok(None)
            }
            FileChange::Upsert(FileUpsert { stat, content, .. }) => match content {
                FileContent::Indexed(content) => self.index(path, stat, content).map(Some),
                FileContent::Skipped { reason, detail } => {
                    self.skip(SkippedFile { path: Arc::clone(path), stat, reason, detail });
                    Ok(None)
                }
            },
        }
    }

    fn touch(&mut self, path: &Arc<str>, stat: FileStat) -> AfterBatch {
        match self.files.at(path)? {
            PathEntry::Indexed(file) => Some(self.touch_indexed(file, stat)),
            PathEntry::Skipped(file) => {
                if file.stat != stat {
                    self.plan
                        .touched
                        .push(PathEntry::Skipped(Arc::new(SkippedFile { stat, ..(**file).clone() })));
                }
                None
            }
        }
    }

    fn touch_indexed(&mut self, file: &StoredFile, stat: FileStat) -> Arc<FileEntry> {
        if file.entry.stat == stat {
            return Arc::clone(&file.entry);
        }
        let entry = Arc::new(FileEntry { stat, ..(*file.entry).clone() });
        let touched = StoredFile { entry: Arc::clone(&entry), ..file.clone() };
        self.plan.touched.push(PathEntry::Indexed(touched));
        entry
    }

    fn index(
        &mut self,
        path: &Arc<str>,
        stat: FileStat,
        content: IndexedContent,
    ) -> Result<Arc<FileEntry>, StoreError> {
        let entry = match self.files.at(path) {
            Some(PathEntry::Indexed(file)) if is_same(&file.entry, &content) => {
                self.touch_indexed(file, stat)
            }
            _ => {
                self.leave(path);
                self.add(path, stat, &content)?
            }
        };
        for vectors in content.vectors {
            self.add_vectors(&entry, vectors)?;
        }
        Ok(entry)
    }

    fn add(
        &mut self,
        path: &Arc<str>,
        stat: FileStat,
        content: &IndexedContent,
    ) -> Result<Arc<FileEntry>, StoreError> {
        let id = FileId(self.plan.next_file_id);
        self.plan.next_file_id = id.0.checked_add(1).ok_or_else(|| StoreError::Corrupt {
            place: "files".to_owned(),
            detail: "all file ids are used up, the index must be rebuilt".to_owned(),
        })?;
        let entry = Arc::new(FileEntry {
            id,
            path: Arc::clone(path),
            blob: content.blob,
            stat,
            record: Arc::clone(&content.record),
            generation: self.generation,
        });
        self.plan.added.push(PlannedFile { entry: Arc::clone(&entry), text: Arc::clone(&content.text) });
        Ok(entry)
    }

    fn skip(&mut self, file: SkippedFile) {
        match self.files.at(&file.path) {
            Some(PathEntry::Skipped(old)) if old.reason == file.reason => {
                if old.stat != file.stat || old.detail != file.detail {
                    self.plan.touched.push(PathEntry::Skipped(Arc::new(file)));
                }
            }
            _ => {
                self.leave(&file.path);
                self.plan.skipped.push(Arc::new(file));
            }
        }
    }

    /// What stands at `path` leaves.
    fn leave(&mut self, path: &str) {
        match self.files.at(path) {
            Some(PathEntry::Indexed(file)) => self.plan.removed.push(Arc::clone(&file.entry)),
            Some(PathEntry::Skipped(file)) => self.plan.unskipped.push(Arc::clone(&file.path)),
            None => {}
        }
    }

    fn fill(&mut self, fill: VectorFill, fates: &HashMap<Arc<str>, AfterBatch>) -> Result<(), StoreError> {
        let entry = match fates.get(&fill.path) {
            Some(fate) => fate.clone(),
            None => {
                self.files.at(&fill.path).and_then(PathEntry::indexed).map(|file| Arc::clone(&file.entry))
            }
        };
        match entry {
            Some(entry) if entry.blob == fill.blob => self.add_vectors(&entry, fill.vectors),
            _ => Ok(()),
        }
    }

    fn add_vectors(&mut self, entry: &FileEntry, vectors: Arc<FileVectors>) -> Result<(), StoreError> {
        check_shape(entry, &vectors)?;
        self.plan.vectors.insert((entry.id, vectors.model), vectors);
        Ok(())
    }
}

fn is_same(entry: &FileEntry, content: &IndexedContent) -> bool {
    entry.blob == content.blob
        && (Arc::ptr_eq(&entry.record, &content.record) || entry.record == content.record)
}

/// Refuses vectors that do not have one row a chunk, so that no projection has to.
fn check_shape(entry: &FileEntry, vectors: &FileVectors) -> Result<(), StoreError> {
    let chunks = entry.record.chunks.len();
    let rows = vectors.scales.len();
    if rows != chunks {
        return refuse(&entry.path, format!("{rows} rows for {chunks} chunks"));
    }
    if vectors.codes.len() != rows * vectors.dimension as usize {
        let numbers = vectors.codes.len();
        return refuse(&entry.path, format!("{numbers} numbers for {rows} rows of {}", vectors.dimension));
    }
    if !vectors.scales.iter().all(|scale| scale.is_finite() && *scale >= 0.0) {
        return refuse(&entry.path, "a scale is not a finite positive number".to_owned());
    }
    Ok(())
}

fn refuse(path: &str, detail: String) -> Result<(), StoreError> {
    Err(StoreError::InvalidVector(format!("{path}: {detail}")))
}
