//! All writes: one [`Writer`] an index, and the [`Reader`] that hands out its snapshots.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rayon::prelude::*;

use crate::files::PathEntry;
use crate::keyword::KeywordIndex;
use crate::layout::{IndexDir, IndexLock};
use crate::plan::{Plan, PlannedFile};
use crate::projections::{self, ProjectionRecovery, Projections, Searchers};
use crate::tables::Tables;
use crate::truth::{
    DatabaseSource, EncodedFile, EncodedVectors, ReadPool, Truth, TruthChange, encode_record, encode_text,
    encode_vectors,
};
use crate::vectors::{FileVectors, VectorIndex, VectorSearcher};
use crate::{Batch, ContentHash, FileId, FileRecord, Generation, Snapshot, StoreError, TrigramFilter};

/// How an index is opened.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// Number of vectors from which an HNSW base is built instead of scanning exactly.
    pub hnsw_threshold: usize,
    /// Threads that build the HNSW base in the background.
    pub hnsw_threads: usize,
    /// Memory of the keyword writer in bytes.
    pub keyword_writer_bytes: usize,
    /// Threads of the keyword writer.
    pub keyword_writer_threads: usize,
    /// Version of the parser, its queries and its chunker whose records are committed. An index that was filled
    /// by another version is emptied when it is opened, so that the next scan parses every file anew.
    pub parser_version: u32,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            hnsw_threshold: 100_000,
            hnsw_threads: half_of_the_cores(),
            keyword_writer_bytes: 64 << 20,
            keyword_writer_threads: 1,
            parser_version: 0,
        }
    }
}

fn half_of_the_cores() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().div_ceil(2))
}

/// What identifies a parsed record: same bytes, same language, same parser.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RecordKey {
    /// Hash of the bytes.
    pub blob: ContentHash,
    /// Name of the language it was parsed as.
    pub language: Box<str>,
    /// Version of the parser, its queries and its chunker; what [`StoreOptions::parser_version`] was when the
    /// record was committed.
    pub parser_version: u32,
}

/// The only way to change an index. Holds its single-writer lock.
///
/// A commit goes through four steps, in this order: the SQLite transaction, which makes the generation the truth;
/// the keyword commit; the vector commit; publishing. After a crash between any two of them the truth is ahead of
/// the projections, and opening the index replays to them what they missed.
pub struct Writer {
    truth: Truth,
    tables: Tables,
    /// Absent after a commit that failed on the way: the next one opens them anew and brings them up to date.
    projections: Option<Projections>,
    shared: Arc<Shared>,
    dir: Option<IndexDir>,
    options: StoreOptions,
    /// Dropped last, when nothing writes any more.
    _lock: Option<IndexLock>,
    #[cfg(test)]
    pub(crate) fault: Option<(Step, Fault)>,
}

/// Hands out the newest snapshot; cheap to clone.
#[derive(Clone)]
pub struct Reader {
    shared: Arc<Shared>,
}

/// What the writer and its readers share.
pub(crate) struct Shared {
    current: RwLock<Arc<Snapshot>>,
    pool: Arc<ReadPool>,
}

/// What the tests let happen at a step of a commit.
#[cfg(test)]
pub(crate) type Fault = fn() -> Result<(), StoreError>;

/// A step of the commit protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The keyword documents are handed over, nothing is committed.
    Staged,
    /// The SQLite transaction is durable.
    Truth,
    /// The keyword projection is committed.
    Keyword,
    /// The vector projection is committed.
    Vectors,
}

impl Writer {
    /// A writer over an opened truth whose files are `tables`.
    pub(crate) fn new(
        truth: Truth,
        tables: Tables,
        source: DatabaseSource,
        place: Option<(IndexDir, IndexLock)>,
        options: &StoreOptions,
    ) -> Result<(Self, Reader, ProjectionRecovery), StoreError> {
        let (dir, lock) = place.unzip();
        let pool = Arc::new(ReadPool::open(source)?);
        let (projections, searchers, recovery) =
            projections::recover(dir.as_ref(), options, &truth, &tables.files)?;
        let snapshot = Snapshot::new(truth.generation(), tables.clone(), searchers, Arc::clone(&pool));
        let shared = Arc::new(Shared { current: RwLock::new(Arc::new(snapshot)), pool });
        let writer = Self {
            truth,
            tables,
            projections: Some(projections),
            shared: Arc::clone(&shared),
            dir,
            options: options.clone(),
            _lock: lock,
            #[cfg(test)]
            fault: None,
        };
        Ok((writer, Reader { shared }, recovery))
    }

    /// Applies `batch` as one generation and publishes its snapshot. A batch that changes no content (only touches)
    /// keeps the generation.
    ///
    /// # Errors
    /// When something cannot be written; the published snapshot is then the one before. When the truth had been
    /// written by then, the next commit (or opening the index again) completes the generation first.
    pub fn commit(&mut self, batch: Batch) -> Result<Arc<Snapshot>, StoreError> {
        self.repair()?;
        let mut plan =
            Plan::new(batch, &self.tables.files, self.truth.generation().next(), self.truth.next_file_id())?;
        let snapshot = self.shared.snapshot();
        plan.check_dimensions(|model| snapshot.vector_dimension(model))?;
        self.drop_known_vectors(&mut plan)?;
        if plan.changes_content() {
            self.commit_generation(&plan)
        } else if plan.touched.is_empty() {
            Ok(snapshot)
        } else {
            self.commit_stats(&plan)
        }
    }

    /// Removes records, texts and vectors that no file has used for two weeks. Call it now and then; the weeks
    /// count from the first call that finds them unused.
    ///
    /// # Errors
    /// When something cannot be written.
    pub fn collect_garbage(&mut self) -> Result<(), StoreError> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let deleted = self.collect_garbage_at(now)?;
        tracing::info!(deleted, "collected unused index content");
        Ok(())
    }

    /// Collects as of `now`, a time since the Unix epoch; the number of rows deleted.
    pub(crate) fn collect_garbage_at(&mut self, now: Duration) -> Result<usize, StoreError> {
        self.truth.collect_garbage(now)
    }

    /// Opens the projections anew when an earlier commit left them in an unknown state.
    fn repair(&mut self) -> Result<(), StoreError> {
        if self.projections.is_some() {
            return Ok(());
        }
        let (projections, searchers, recovery) =
            projections::recover(self.dir.as_ref(), &self.options, &self.truth, &self.tables.files)?;
        tracing::warn!(?recovery, "repaired the projections after a failed commit");
        self.projections = Some(projections);
        self.publish(searchers);
        Ok(())
    }

    /// Forgets planned vectors that their file version has already.
    fn drop_known_vectors(&self, plan: &mut Plan) -> Result<(), StoreError> {
        let first_new = FileId(self.truth.next_file_id());
        let mut known = Vec::new();
        for (&(file, model), vectors) in plan.vectors.range(..(first_new, ContentHash([0; 32]))) {
            if self.truth.has_vectors(file, model, vectors.key)? {
                known.push((file, model));
            }
        }
        known.iter().for_each(|key| drop(plan.vectors.remove(key)));
        Ok(())
    }

    fn commit_generation(&mut self, plan: &Plan) -> Result<Arc<Snapshot>, StoreError> {
        let generation = self.truth.generation().next();
        // Taken out, so that an early return leaves `None` behind for `repair` to find.
        let mut projections = self.projections.take().expect("invariant: repair() has put them back");
        let change = match self.stage(plan, &projections.keyword) {
            Ok(change) => change,
            Err(error) => return self.give_up(projections, error),
        };
        let keyword = &mut projections.keyword;
        let (committed, flushed) =
            rayon::join(|| self.commit_truth(plan, &change, generation), || keyword.flush());
        if let Err(error) = committed {
            return self.give_up(projections, error);
        }
        flushed?;
        self.reached(Step::Truth)?;
        let keyword = projections.keyword.commit(generation)?;
        self.reached(Step::Keyword)?;
        let vectors = commit_vectors(&mut projections.vectors, plan, generation)?;
        self.reached(Step::Vectors)?;
        self.projections = Some(projections);
        Ok(self.publish(Searchers { keyword, vectors }))
    }

    /// Encodes what the transaction will write, while the keyword index takes the documents in. Nothing is durable
    /// yet.
    fn stage(&self, plan: &Plan, keyword: &KeywordIndex) -> Result<TruthChange, StoreError> {
        plan.removed.iter().for_each(|file| keyword.delete(file.id));
        let (change, added) = rayon::join(|| encode(plan), || add_keywords(keyword, plan));
        added?;
        self.reached(Step::Staged)?;
        change
    }

    /// Forgets what was staged, after an error before anything was durable.
    fn give_up(
        &mut self,
        mut projections: Projections,
        error: StoreError,
    ) -> Result<Arc<Snapshot>, StoreError> {
        projections.keyword.rollback()?;
        self.projections = Some(projections);
        Err(error)
    }

    /// Writes the transaction; meanwhile the tables in memory are brought to the state that it makes durable.
    fn commit_truth(
        &mut self,
        plan: &Plan,
        change: &TruthChange,
        generation: Generation,
    ) -> Result<(), StoreError> {
        let caught_up = self.truth.generation();
        let (truth, tables) = (&mut self.truth, &self.tables);
        let (committed, tables) = rayon::join(
            || truth.commit(change, generation, plan.next_file_id, caught_up),
            || tables.after(plan, &change.added),
        );
        committed?;
        self.tables = tables;
        Ok(())
    }

    /// Writes new stats, under the same generation.
    fn commit_stats(&mut self, plan: &Plan) -> Result<Arc<Snapshot>, StoreError> {
        let (generation, next_file_id) = (self.truth.generation(), self.truth.next_file_id());
        self.truth.commit(&encode(plan)?, generation, next_file_id, generation)?;
        self.tables = self.tables.after(plan, &[]);
        let snapshot = self.shared.snapshot().with_stats_of(self.tables.clone());
        Ok(self.shared.publish(snapshot))
    }

    fn publish(&self, searchers: Searchers) -> Arc<Snapshot> {
        let pool = Arc::clone(&self.shared.pool);
        let snapshot = Snapshot::new(self.truth.generation(), self.tables.clone(), searchers, pool);
        self.shared.publish(snapshot)
    }

    /// Where the tests make a commit fail.
    #[cfg(test)]
    fn reached(&self, step: Step) -> Result<(), StoreError> {
        match &self.fault {
            Some((at, fault)) if *at == step => fault(),
            _ => Ok(()),
        }
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "the tests make a commit fail here")]
    fn reached(&self, _step: Step) -> Result<(), StoreError> {
        Ok(())
    }
}

impl Reader {
    /// The newest published snapshot.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.shared.snapshot()
    }

    /// Records that are stored already, by position of their key.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn find_records(&self, keys: &[RecordKey]) -> Result<Vec<Option<Arc<FileRecord>>>, StoreError> {
        self.shared.pool.records(keys)
    }

    /// Vectors that are stored already for these embedding inputs of `model`, by position.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn find_vectors(
        &self,
        model: ContentHash,
        keys: &[ContentHash],
    ) -> Result<Vec<Option<Arc<FileVectors>>>, StoreError> {
        self.shared.pool.vectors(model, keys)
    }
}

impl Shared {
    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn publish(&self, snapshot: Snapshot) -> Arc<Snapshot> {
        let snapshot = Arc::new(snapshot);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&snapshot);
        snapshot
    }
}

/// Encodes and compresses what the transaction will write.
fn encode(plan: &Plan) -> Result<TruthChange, StoreError> {
    let added = plan.added.par_iter().map(encode_file).collect::<Result<Vec<_>, _>>()?;
    let vectors = plan.vectors.iter().map(|(&(file, model), vectors)| EncodedVectors {
        file,
        model,
        key: vectors.key,
        payload: encode_vectors(vectors),
    });
    let mut change = TruthChange {
        removed: plan.removed.iter().map(|file| file.id).collect(),
        unskipped: plan.unskipped.clone(),
        added,
        skipped: plan.skipped.clone(),
        touched: Vec::new(),
        vectors: vectors.collect(),
    };
    for entry in &plan.touched {
        match entry {
            PathEntry::Indexed(file) => change.touched.push((file.entry.id, file.entry.stat)),
            PathEntry::Skipped(file) => change.skipped.push(Arc::clone(file)),
        }
    }
    Ok(change)
}

fn encode_file(file: &PlannedFile) -> Result<EncodedFile, StoreError> {
    Ok(EncodedFile {
        entry: Arc::clone(&file.entry),
        record: encode_record(&file.entry.record)?,
        text: encode_text(&file.text),
        trigrams: Arc::new(TrigramFilter::of(file.text.as_bytes())),
    })
}

fn add_keywords(keyword: &KeywordIndex, plan: &Plan) -> Result<(), StoreError> {
    plan.added.par_iter().try_for_each(|file| keyword.add(&file.entry, &file.text))
}

fn commit_vectors(
    index: &mut VectorIndex,
    plan: &Plan,
    generation: Generation,
) -> Result<VectorSearcher, StoreError> {
    let deletes: Vec<_> = plan.removed.iter().map(|file| file.id).collect();
    let adds: Vec<_> = plan.vectors.iter().map(|(&(file, _), vectors)| (file, Arc::clone(vectors))).collect();
    index.commit(&deletes, &adds, generation)
}
