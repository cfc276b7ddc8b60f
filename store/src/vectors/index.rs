//! Writes: commits of the vector projection, its manifest, compaction.
//!
//! On disk: `manifest` (postcard: format, generation, segment names, live rows) and one `.seg` file a segment, all
//! written under temporary names and renamed; `graph-<model>/` holds a dumped graph. The manifest is the commit.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use serde::{Deserialize, Serialize};

use super::FileVectors;
use super::rebuild::{GraphBuilder, GraphOptions};
use super::searcher::{Graphs, ModelRows, Run, VectorSearcher};
use super::segment::{Segment, io_error, write_durably};
use crate::{ContentHash, FileId, Generation, StoreError};

const FORMAT: u32 = 1;
const MANIFEST: &str = "manifest";
/// Segments of a model above which the smaller ones are merged.
const MAX_SEGMENTS: usize = 8;
/// Share of dead rows above which all segments of a model are merged.
const MAX_DEAD_SHARE: f32 = 0.3;

/// Segments with the names of their files.
type NamedSegments = Vec<(Arc<Segment>, String)>;
/// Live rows of one model: file, number of its segment in the manifest, first row.
type LiveRows = Vec<(FileId, u32, u32)>;

#[derive(Default, Serialize, Deserialize)]
struct Manifest {
    format: u32,
    generation: Generation,
    next_segment: u64,
    /// File names, the position of a segment's being its number in `live`.
    segments: Vec<String>,
    /// The live rows of each model: file, segment, first row.
    live: Vec<(ContentHash, LiveRows)>,
}

/// The vector projection: all of its writes.
pub(crate) struct VectorIndex {
    directory: Option<PathBuf>,
    generation: Option<Generation>,
    next_segment: u64,
    /// The segments that have a file, with its name.
    names: NamedSegments,
    searcher: VectorSearcher,
    builder: GraphBuilder,
}

/// The rows of each model.
pub(super) type Models = BTreeMap<ContentHash, Arc<ModelRows>>;

impl VectorIndex {
    /// An index without files.
    pub(crate) fn in_memory(graphs: GraphOptions) -> Self {
        Self::empty(None, graphs)
    }

    fn empty(directory: Option<PathBuf>, options: GraphOptions) -> Self {
        let graphs: Graphs = Arc::new(RwLock::new(BTreeMap::new()));
        Self {
            builder: GraphBuilder::new(directory.clone(), options, Arc::clone(&graphs)),
            directory,
            generation: None,
            next_segment: 0,
            names: Vec::new(),
            searcher: VectorSearcher {
                models: Arc::new(Models::new()),
                graphs,
                graph_threshold: options.threshold,
            },
        }
    }

    /// Opens the index in `directory`, empty when there is none.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when what is there cannot be used; it must then be wiped and built anew.
    pub(crate) fn open(directory: &Path, graphs: GraphOptions) -> Result<Self, StoreError> {
        std::fs::create_dir_all(directory).map_err(|source| io_error("create", directory, source))?;
        let mut index = Self::empty(Some(directory.to_owned()), graphs);
        let path = directory.join(MANIFEST);
        let encoded = match std::fs::read(&path) {
            Ok(encoded) => encoded,
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(index),
            Err(source) => return Err(io_error("read", &path, source)),
        };
        let manifest: Manifest =
            postcard::from_bytes(&encoded).map_err(|error| corrupt(&path, &error.to_string()))?;
        if manifest.format != FORMAT {
            return Err(corrupt(&path, "written in another format"));
        }
        index.load(directory, manifest)?;
        index.builder.consider(&index.searcher.models);
        Ok(index)
    }

    fn load(&mut self, directory: &Path, manifest: Manifest) -> Result<(), StoreError> {
        let mut segments: Vec<Arc<Segment>> = Vec::new();
        for name in &manifest.segments {
            let segment = Arc::new(Segment::open(&directory.join(name))?);
            self.names.push((Arc::clone(&segment), name.clone()));
            segments.push(segment);
        }
        let mut models = Models::new();
        for (model, live) in manifest.live {
            let own: Vec<Arc<Segment>> =
                segments.iter().filter(|segment| segment.model == model).cloned().collect();
            let dimension = own.first().map_or(0, |segment| segment.dimension);
            let runs =
                live_runs(&segments, &live).ok_or_else(|| corrupt(directory, "a live row is missing"))?;
            models.insert(model, Arc::new(ModelRows::new(dimension, own, runs)));
        }
        self.searcher.models = Arc::new(models);
        self.generation = Some(manifest.generation);
        self.next_segment = manifest.next_segment;
        Ok(())
    }

    /// Removes the index in `directory`.
    pub(crate) fn wipe(directory: &Path) -> Result<(), StoreError> {
        match std::fs::remove_dir_all(directory) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(io_error("remove", directory, source))
            }
            _ => Ok(()),
        }
    }

    /// The generation of the last commit.
    pub(crate) fn committed_generation(&self) -> Option<Generation> {
        self.generation
    }

    /// The vectors of the last commit.
    pub(crate) fn searcher(&self) -> VectorSearcher {
        self.searcher.clone()
    }

    /// Removes the rows of `deletes`, adds those of `adds` (replacing a file's rows of the same model), and makes the
    /// result durable as `generation`. On an error the index is as it was.
    pub(crate) fn commit(
        &mut self,
        deletes: &[FileId],
        adds: &[(FileId, Arc<FileVectors>)],
        generation: Generation,
    ) -> Result<VectorSearcher, StoreError> {
        let dead: HashSet<FileId> = deletes.iter().copied().collect();
        let mut added: BTreeMap<ContentHash, Vec<&(FileId, Arc<FileVectors>)>> = BTreeMap::new();
        for add in adds {
            added.entry(add.1.model).or_default().push(add);
        }
        let mut models = Models::new();
        let touched: BTreeSet<ContentHash> =
            self.searcher.models.keys().copied().chain(added.keys().copied()).collect();
        for model in touched {
            let additions = added.remove(&model).unwrap_or_default();
            let before = self.searcher.models.get(&model);
            let after = changed_rows(model, before, &dead, &additions)?;
            models.insert(model, Arc::new(compacted(model, after)));
        }
        self.publish(models, generation)?;
        self.builder.consider(&self.searcher.models);
        Ok(self.searcher())
    }

    /// Waits until no graph is being built.
    #[cfg(test)]
    pub(super) fn finish_graphs(&self) {
        self.builder.finish();
    }

    fn publish(&mut self, models: Models, generation: Generation) -> Result<(), StoreError> {
        if let Some(directory) = self.directory.clone() {
            let (names, next_segment) = self.write_segments(&directory, &models)?;
            let manifest = manifest_of(&models, &names, generation, next_segment);
            let encoded =
                postcard::to_stdvec(&manifest).map_err(|error| corrupt(&directory, &error.to_string()))?;
            write_durably(&directory.join(MANIFEST), &encoded)?;
            let obsolete = std::mem::replace(&mut self.names, names);
            self.next_segment = next_segment;
            self.remove_obsolete(&directory, &obsolete);
        }
        self.searcher.models = Arc::new(models);
        self.generation = Some(generation);
        Ok(())
    }

    /// Writes the segments that have no file yet; all segments with their names, and the next free number.
    fn write_segments(&self, directory: &Path, models: &Models) -> Result<(NamedSegments, u64), StoreError> {
        let mut names = Vec::new();
        let mut next = self.next_segment;
        for segment in models.values().flat_map(|rows| &rows.segments) {
            let known = self.names.iter().find(|(named, _)| Arc::ptr_eq(named, segment));
            let name = match known {
                Some((_, name)) => name.clone(),
                None => {
                    let name = format!("{next:08}.seg");
                    next += 1;
                    segment.write(&directory.join(&name))?;
                    name
                }
            };
            names.push((Arc::clone(segment), name));
        }
        Ok((names, next))
    }

    /// Removes the files of segments that the manifest no longer names. One that stays behind does no harm.
    fn remove_obsolete(&self, directory: &Path, before: &[(Arc<Segment>, String)]) {
        for (_, name) in before.iter().filter(|(_, name)| !self.names.iter().any(|(_, kept)| kept == name)) {
            if let Err(error) = std::fs::remove_file(directory.join(name)) {
                tracing::warn!(%error, segment = %name, "cannot remove an obsolete vector segment");
            }
        }
    }
}

/// The rows of a model after a commit: the old ones without the dead and the replaced, and a segment of the new ones.
fn changed_rows(
    model: ContentHash,
    before: Option<&Arc<ModelRows>>,
    dead: &HashSet<FileId>,
    additions: &[&(FileId, Arc<FileVectors>)],
) -> Result<ModelRows, StoreError> {
    let dimension = before
        .map(|rows| rows.dimension)
        .filter(|dimension| *dimension > 0)
        .or_else(|| additions.first().map(|(_, vectors)| vectors.dimension as usize))
        .unwrap_or(0);
    let replaced: HashSet<FileId> = additions.iter().map(|(file, _)| *file).collect();
    let survives = |run: &&Run| !dead.contains(&run.file) && !replaced.contains(&run.file);
    let mut runs: Vec<Run> =
        before.map_or(Vec::new(), |rows| rows.runs.iter().filter(survives).cloned().collect());
    let mut segments: Vec<Arc<Segment>> = before.map_or(Vec::new(), |rows| rows.segments.clone());
    if !additions.is_empty() {
        let segment = Arc::new(segment_of(model, dimension, additions)?);
        runs.extend(runs_of(&segment));
        segments.push(segment);
    }
    Ok(ModelRows::new(dimension, segments, runs))
}

fn segment_of(
    model: ContentHash,
    dimension: usize,
    additions: &[&(FileId, Arc<FileVectors>)],
) -> Result<Segment, StoreError> {
    let (mut files, mut scales, mut codes) = (Vec::new(), Vec::new(), Vec::new());
    for (file, vectors) in additions {
        vectors.validate(dimension)?;
        files.push((*file, vectors.rows() as u32));
        scales.extend(&vectors.scales);
        codes.extend(&vectors.codes);
    }
    Ok(Segment::new(model, dimension, files, scales, codes))
}

fn runs_of(segment: &Arc<Segment>) -> Vec<Run> {
    let mut start = 0;
    let mut runs = Vec::with_capacity(segment.files.len());
    for &(file, rows) in &segment.files {
        runs.push(Run { file, rows, start, segment: Arc::clone(segment) });
        start += rows;
    }
    runs
}

/// The same live rows in fewer segments, when there are too many or too many rows are dead.
fn compacted(model: ContentHash, rows: ModelRows) -> ModelRows {
    let stored: usize = rows.segments.iter().map(|segment| segment.rows()).sum();
    let dead = stored - rows.live_rows;
    let too_dead = dead as f32 > stored as f32 * MAX_DEAD_SHARE;
    if !too_dead && rows.segments.len() <= MAX_SEGMENTS {
        return rows;
    }
    let keeps = |segment: &Arc<Segment>| !too_dead && segment.rows() * 2 > stored;
    let (kept, merged): (Vec<Run>, Vec<Run>) = rows.runs.into_iter().partition(|run| keeps(&run.segment));
    let mut segments: Vec<Arc<Segment>> =
        rows.segments.iter().filter(|segment| keeps(segment)).cloned().collect();
    let mut runs = kept;
    if !merged.is_empty() {
        let segment = Arc::new(merge(model, rows.dimension, &merged));
        runs.extend(runs_of(&segment));
        segments.push(segment);
    }
    ModelRows::new(rows.dimension, segments, runs)
}

fn merge(model: ContentHash, dimension: usize, runs: &[Run]) -> Segment {
    let (mut files, mut scales, mut codes) = (Vec::new(), Vec::new(), Vec::new());
    for run in runs {
        let (run_scales, run_codes) = run.segment.slice(run.start as usize, run.rows as usize);
        files.push((run.file, run.rows));
        scales.extend_from_slice(run_scales);
        codes.extend_from_slice(run_codes);
    }
    Segment::new(model, dimension, files, scales, codes)
}

fn manifest_of(
    models: &Models,
    names: &[(Arc<Segment>, String)],
    generation: Generation,
    next_segment: u64,
) -> Manifest {
    let position = |segment: &Arc<Segment>| names.iter().position(|(named, _)| Arc::ptr_eq(named, segment));
    let live_of = |rows: &ModelRows| -> LiveRows {
        rows.runs
            .iter()
            .filter_map(|run| Some((run.file, u32::try_from(position(&run.segment)?).ok()?, run.start)))
            .collect()
    };
    Manifest {
        format: FORMAT,
        generation,
        next_segment,
        segments: names.iter().map(|(_, name)| name.clone()).collect(),
        live: models.iter().map(|(model, rows)| (*model, live_of(rows))).collect(),
    }
}

/// The runs that a manifest lists as (file, segment, first row); `None` when one is not there.
fn live_runs(segments: &[Arc<Segment>], live: &[(FileId, u32, u32)]) -> Option<Vec<Run>> {
    let by_segment: Vec<BTreeMap<FileId, Run>> = segments
        .iter()
        .map(|segment| runs_of(segment).into_iter().map(|run| (run.file, run)).collect())
        .collect();
    live.iter()
        .map(|(file, segment, start)| {
            let run = by_segment.get(*segment as usize)?.get(file)?;
            (run.start == *start).then(|| run.clone())
        })
        .collect()
}

fn corrupt(path: &Path, detail: &str) -> StoreError {
    StoreError::Corrupt { place: path.display().to_string(), detail: detail.to_owned() }
}
