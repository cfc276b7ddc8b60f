//! The two projections of the truth, and how they are brought back in step with it.

use rayon::prelude::*;

use crate::files::FileTable;
use crate::keyword::{KeywordIndex, KeywordSearcher};
use crate::layout::IndexDir;
use crate::truth::Truth;
use crate::vectors::{GraphOptions, VectorIndex, VectorSearcher};
use crate::{Generation, StoreError, StoreOptions};

/// Files whose texts are in memory at once while the keyword projection is replayed.
const REPLAY_FILES: usize = 256;

/// What opening an index had to do to a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// It was as the last commit left it, or new.
    Intact,
    /// It had missed commits, which were applied again.
    Replayed,
    /// It was lost, damaged or of another format, and was made anew.
    Rebuilt,
}

/// Both projections, at the generation of the truth.
pub(crate) struct Projections {
    pub(crate) keyword: KeywordIndex,
    pub(crate) vectors: VectorIndex,
}

/// Read access to both projections at one generation.
#[derive(Clone)]
pub(crate) struct Searchers {
    pub(crate) keyword: KeywordSearcher,
    pub(crate) vectors: VectorSearcher,
}

/// What it took to open the projections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProjectionRecovery {
    pub(crate) keyword: Recovery,
    pub(crate) vectors: Recovery,
}

/// Opens the projections in `dir` (in memory without one) and brings them to the generation of `truth`, whose
/// files are `files`.
pub(crate) fn recover(
    dir: Option<&IndexDir>,
    options: &StoreOptions,
    truth: &Truth,
    files: &FileTable,
) -> Result<(Projections, Searchers, ProjectionRecovery), StoreError> {
    let (keyword, keyword_searcher, keyword_recovery) = recover_keyword(dir, options, truth, files)?;
    let (vectors, vector_searcher, vector_recovery) = recover_vectors(dir, options, truth)?;
    let searchers = Searchers { keyword: keyword_searcher, vectors: vector_searcher };
    let recovery = ProjectionRecovery { keyword: keyword_recovery, vectors: vector_recovery };
    Ok((Projections { keyword, vectors }, searchers, recovery))
}

/// Removes both projections from `dir`, when the truth that they belonged to is gone.
pub(crate) fn wipe(dir: &IndexDir) -> Result<(), StoreError> {
    KeywordIndex::wipe(&dir.keyword())?;
    VectorIndex::wipe(&dir.vectors())
}

/// The generation of a projection that has never been committed is that of an empty index.
fn generation_or_empty(committed: Option<Generation>) -> Generation {
    committed.unwrap_or_default()
}

fn recover_keyword(
    dir: Option<&IndexDir>,
    options: &StoreOptions,
    truth: &Truth,
    files: &FileTable,
) -> Result<(KeywordIndex, KeywordSearcher, Recovery), StoreError> {
    match open_keyword(dir, options)
        .and_then(|mut index| Ok((try_replay_keyword(&mut index, truth, files)?, index)))
    {
        Ok((Some((searcher, recovery)), index)) => return Ok((index, searcher, recovery)),
        Ok((None, _)) => tracing::warn!("keyword index is out of step, rebuilding it"),
        Err(error) => tracing::warn!(%error, "keyword index is damaged, rebuilding it"),
    }
    if let Some(dir) = dir {
        KeywordIndex::wipe(&dir.keyword())?;
    }
    let mut index = open_keyword(dir, options)?;
    let searcher = replay_keyword(&mut index, truth, files, None)?;
    Ok((index, searcher, Recovery::Rebuilt))
}

fn open_keyword(dir: Option<&IndexDir>, options: &StoreOptions) -> Result<KeywordIndex, StoreError> {
    let (bytes, threads) = (options.keyword_writer_bytes, options.keyword_writer_threads);
    match dir {
        Some(dir) => KeywordIndex::open(&dir.keyword(), bytes, threads),
        None => KeywordIndex::in_memory(bytes),
    }
}

/// Brings `index` up to date; `None` when only a rebuild can.
fn try_replay_keyword(
    index: &mut KeywordIndex,
    truth: &Truth,
    files: &FileTable,
) -> Result<Option<(KeywordSearcher, Recovery)>, StoreError> {
    let generation = generation_or_empty(index.committed_generation());
    let (searcher, recovery) = if generation == truth.generation() {
        (index.searcher()?, Recovery::Intact)
    } else if truth.can_replay_from(generation) {
        (replay_keyword(index, truth, files, Some(generation))?, Recovery::Replayed)
    } else {
        return Ok(None);
    };
    let complete = searcher.document_count() == files.counts().chunks;
    Ok(complete.then_some((searcher, recovery)))
}

/// Applies to `index` what came after generation `seen` (everything, without one).
fn replay_keyword(
    index: &mut KeywordIndex,
    truth: &Truth,
    files: &FileTable,
    seen: Option<Generation>,
) -> Result<KeywordSearcher, StoreError> {
    if let Some(seen) = seen {
        truth.retired_after(seen)?.into_iter().for_each(|file| index.delete(file));
    }
    let missed: Vec<_> =
        files.indexed().filter(|file| seen.is_none_or(|seen| file.entry.generation > seen)).collect();
    for some in missed.chunks(REPLAY_FILES) {
        let texts = some.iter().map(|file| truth.text(file.entry.blob)).collect::<Result<Vec<_>, _>>()?;
        some.par_iter().zip(&texts).try_for_each(|(file, text)| index.add(&file.entry, text))?;
    }
    index.commit(truth.generation())
}

fn recover_vectors(
    dir: Option<&IndexDir>,
    options: &StoreOptions,
    truth: &Truth,
) -> Result<(VectorIndex, VectorSearcher, Recovery), StoreError> {
    match open_vectors(dir, options).and_then(|mut index| Ok((try_replay_vectors(&mut index, truth)?, index)))
    {
        Ok((Some((searcher, recovery)), index)) => return Ok((index, searcher, recovery)),
        Ok((None, _)) => tracing::warn!("vector index is out of step, rebuilding it"),
        Err(error) => tracing::warn!(%error, "vector index is damaged, rebuilding it"),
    }
    if let Some(dir) = dir {
        VectorIndex::wipe(&dir.vectors())?;
    }
    let mut index = open_vectors(dir, options)?;
    let adds = truth.vectors_after(Generation(0))?;
    let searcher = index.commit(&[], &adds, truth.generation())?;
    Ok((index, searcher, Recovery::Rebuilt))
}

fn open_vectors(dir: Option<&IndexDir>, options: &StoreOptions) -> Result<VectorIndex, StoreError> {
    let graphs = GraphOptions { threshold: options.hnsw_threshold, threads: options.hnsw_threads };
    match dir {
        Some(dir) => VectorIndex::open(&dir.vectors(), graphs),
        None => Ok(VectorIndex::in_memory(graphs)),
    }
}

/// Brings `index` up to date; `None` when only a rebuild can.
fn try_replay_vectors(
    index: &mut VectorIndex,
    truth: &Truth,
) -> Result<Option<(VectorSearcher, Recovery)>, StoreError> {
    let generation = generation_or_empty(index.committed_generation());
    if generation == truth.generation() {
        return Ok(Some((index.searcher(), Recovery::Intact)));
    }
    if !truth.can_replay_from(generation) {
        return Ok(None);
    }
    let deletes = truth.retired_after(generation)?;
    let adds = truth.vectors_after(generation)?;
    Ok(Some((index.commit(&deletes, &adds, truth.generation())?, Recovery::Replayed)))
}
