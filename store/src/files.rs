//! The files of one generation: an immutable table that shares its structure with the generations before.
//!
//! Changing one path copies the nodes on the way to it and nothing else, so that a one-file commit costs the same
//! in a repository of a hundred files and of a hundred thousand.

use std::collections::BTreeMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use rpds::{HashTrieMap, HashTrieMapSync, RedBlackTreeMapSync};

use crate::{ContentHash, Counts, FileEntry, FileId, SkipReason, SkippedFile, TrigramFilter};

/// What stands at a path.
#[derive(Clone, Debug)]
pub(crate) enum PathEntry {
    /// An indexed file.
    Indexed(StoredFile),
    /// A skipped file.
    Skipped(Arc<SkippedFile>),
}

/// An indexed file, the hash of its encoded record and the filter of its text's trigrams.
#[derive(Clone, Debug)]
pub(crate) struct StoredFile {
    pub(crate) entry: Arc<FileEntry>,
    pub(crate) record_hash: ContentHash,
    pub(crate) trigrams: Arc<TrigramFilter>,
}

/// The files by path and by id, with their totals kept up to date.
#[derive(Clone)]
pub(crate) struct FileTable {
    by_path: RedBlackTreeMapSync<Arc<str>, PathEntry>,
    by_id: HashTrieMapSync<FileId, Arc<FileEntry>, BuildHasherDefault<IdHasher>>,
    skip_reasons: BTreeMap<SkipReason, usize>,
    chunks: usize,
    symbols: usize,
}

impl Default for FileTable {
    fn default() -> Self {
        Self {
            by_path: RedBlackTreeMapSync::new_sync(),
            by_id: HashTrieMap::new_with_hasher_and_ptr_kind(BuildHasherDefault::default()),
            skip_reasons: BTreeMap::new(),
            chunks: 0,
            symbols: 0,
        }
    }
}

impl FileTable {
    /// What stands at `path`.
    pub(crate) fn at(&self, path: &str) -> Option<&PathEntry> {
        self.by_path.get(path)
    }

    /// The file version `id`.
    pub(crate) fn by_id(&self, id: FileId) -> Option<&Arc<FileEntry>> {
        self.by_id.get(&id)
    }

    /// All paths in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &PathEntry)> {
        self.by_path.iter()
    }

    /// The indexed files in path order.
    pub(crate) fn indexed(&self) -> impl Iterator<Item = &StoredFile> {
        self.by_path.values().filter_map(PathEntry::indexed)
    }

    /// The skipped files in path order.
    pub(crate) fn skipped(&self) -> impl Iterator<Item = &Arc<SkippedFile>> {
        self.by_path.values().filter_map(|entry| match entry {
            PathEntry::Indexed(_) => None,
            PathEntry::Skipped(file) => Some(file),
        })
    }

    /// Puts `entry` at its path, in the place of what stood there.
    pub(crate) fn insert(&mut self, entry: PathEntry) {
        let path = Arc::clone(entry.path());
        self.remove(&path);
        match &entry {
            PathEntry::Indexed(file) => {
                self.chunks += file.entry.record.chunks.len();
                self.symbols += file.entry.record.symbols.len();
                self.by_id.insert_mut(file.entry.id, Arc::clone(&file.entry));
            }
            PathEntry::Skipped(file) => *self.skip_reasons.entry(file.reason).or_default() += 1,
        }
        self.by_path.insert_mut(path, entry);
    }

    /// Removes what stands at `path`, if anything does.
    pub(crate) fn remove(&mut self, path: &str) {
        match self.by_path.get(path) {
            None => return,
            Some(PathEntry::Indexed(file)) => {
                self.chunks -= file.entry.record.chunks.len();
                self.symbols -= file.entry.record.symbols.len();
                self.by_id.remove_mut(&file.entry.id);
            }
            Some(PathEntry::Skipped(file)) => release(&mut self.skip_reasons, file.reason),
        }
        self.by_path.remove_mut(path);
    }

    /// The totals.
    pub(crate) fn counts(&self) -> Counts {
        Counts {
            files_indexed: self.by_id.size(),
            files_skipped: self.skip_reasons.clone(),
            chunks: self.chunks,
            symbols: self.symbols,
        }
    }

    /// One hash over everything that the table says, ids and stats left out.
    pub(crate) fn digest(&self) -> ContentHash {
        let mut hasher = blake3::Hasher::new();
        for (path, entry) in self.iter() {
            hasher.update(&(path.len() as u64).to_le_bytes()).update(path.as_bytes());
            match entry {
                PathEntry::Indexed(file) => {
                    hasher.update(b"i").update(&file.entry.blob.0).update(&file.record_hash.0);
                }
                PathEntry::Skipped(file) => {
                    let reason = file.reason.as_str().as_bytes();
                    hasher.update(b"s").update(&[reason.len() as u8]).update(reason);
                }
            }
        }
        ContentHash(*hasher.finalize().as_bytes())
    }
}

impl PathEntry {
    /// The file, when it is indexed.
    pub(crate) fn indexed(&self) -> Option<&StoredFile> {
        match self {
            Self::Indexed(file) => Some(file),
            Self::Skipped(_) => None,
        }
    }

    /// The path.
    pub(crate) fn path(&self) -> &Arc<str> {
        match self {
            Self::Indexed(file) => &file.entry.path,
            Self::Skipped(file) => &file.path,
        }
    }
}

/// Counts one file less under `reason`, leaving no zero behind.
fn release(reasons: &mut BTreeMap<SkipReason, usize>, reason: SkipReason) {
    if let Some(count) = reasons.get_mut(&reason) {
        *count -= 1;
        if *count == 0 {
            reasons.remove(&reason);
        }
    }
}

/// Spreads file ids, which are small consecutive numbers, over all bits.
#[derive(Default)]
pub(crate) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u32(u32::from(byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        // Fibonacci hashing: 2^64 divided by the golden ratio; the fold brings the high bits down.
        let product = (self.0 ^ u64::from(number)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = product ^ (product >> 32);
    }
}
