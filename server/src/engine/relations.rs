//! The questions to the code graph: definitions, uses, relations, neighbours of files, the map.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use contexd_graph::Confidence;
use contexd_indexer::history::CoChange;
use contexd_retriever::FilterSpec;
use contexd_retriever::relate::{
    self, Definition, FoundUse, MapOptions, Meaning, Place, RelatedSymbol, Relation, RepositoryMap, Target,
    View,
};
use contexd_store::{FileEntry, FileId};

use super::Engine;
use super::answer::{Address, Answer};
use super::ask::Desk;
use super::paths;
use super::questions::{column_of_offset, text_of};
use super::verify::ItemState;
use crate::error::ServiceError;

/// Longest line that is shown, in bytes.
const MAX_LINE: usize = 240;

/// What to ask of one definition.
#[derive(Clone, Debug)]
pub struct TargetQuery {
    /// The definition.
    pub target: Target,
    /// Only what is at least as sure.
    pub least: Confidence,
    /// Most answers.
    pub limit: usize,
}

/// A definition as it is shown.
#[derive(Clone, Debug)]
pub struct ShownDefinition {
    /// The definition.
    pub definition: Definition,
    /// Against the disk.
    pub state: ItemState,
    /// Column of the name, 1-based, in bytes.
    pub name_column: u32,
}

/// A place as it is shown.
#[derive(Clone, Debug)]
pub struct ShownPlace {
    /// Path relative to the root.
    pub path: Arc<str>,
    /// Line, 1-based.
    pub line: u32,
    /// Column, 1-based, in bytes.
    pub column: u32,
    /// The line without its indentation.
    pub text: String,
    /// Against the disk.
    pub state: ItemState,
}

/// What a name means.
#[derive(Clone, Debug)]
pub struct FoundMeanings {
    /// Surest first.
    pub found: Vec<(ShownDefinition, Confidence, Option<ShownPlace>)>,
    /// Before the limit.
    pub total: usize,
}

/// The uses of definitions.
#[derive(Clone, Debug)]
pub struct FoundReferences {
    /// The definitions.
    pub targets: Vec<ShownDefinition>,
    /// The uses with their places, by path and place.
    pub uses: Vec<(FoundUse, ShownPlace)>,
    /// Before the limit.
    pub total: usize,
}

/// The other ends of edges.
#[derive(Clone, Debug)]
pub struct FoundRelations {
    /// The definitions that were asked about.
    pub targets: Vec<ShownDefinition>,
    /// Surest first.
    pub found: Vec<FoundRelation>,
    /// Before the limit.
    pub total: usize,
}

/// The other end of an edge.
#[derive(Clone, Debug)]
pub struct FoundRelation {
    /// The file and the symbol, if any, with what makes the edge.
    pub end: RelatedSymbol,
    /// The symbol as it is shown.
    pub symbol: Option<ShownDefinition>,
    /// Against the disk.
    pub state: ItemState,
    /// The first use.
    pub used_at: Option<ShownPlace>,
}

/// The neighbours of a file.
#[derive(Clone, Debug, Default)]
pub struct FileNeighbours {
    /// The file.
    pub path: String,
    /// The files that it imports, by path.
    pub imports: Vec<Arc<str>>,
    /// The files that import it, by path.
    pub importers: Vec<Arc<str>>,
    /// The files changed by the same commits, the closest first.
    pub changed_together: Vec<CoChange>,
    /// Why the history says nothing; empty where it was read.
    pub history_missing: String,
}

/// The map with its definitions as they are shown.
#[derive(Clone, Debug)]
pub struct ShownMap {
    /// The map.
    pub map: RepositoryMap,
    /// Every definition in it by file and position.
    pub shown: HashMap<(FileId, u32), ShownDefinition>,
}

impl Engine {
    /// The definitions that a name means.
    ///
    /// # Errors
    /// When the question is malformed, or the repository or its index is not available.
    pub async fn define(
        &self,
        address: &Address,
        query: TargetQuery,
    ) -> Result<Answer<FoundMeanings>, ServiceError> {
        self.ask(address, move |desk| define(desk, query)).await
    }

    /// The uses of a definition.
    ///
    /// # Errors
    /// When the question is malformed, or the repository or its index is not available.
    pub async fn find_references(
        &self,
        address: &Address,
        query: TargetQuery,
        mut filter: FilterSpec,
    ) -> Result<Answer<FoundReferences>, ServiceError> {
        let work = move |desk: &mut Desk| {
            desk.restrict(&mut filter)?;
            find_references(desk, query, &filter)
        };
        self.ask(address, work).await
    }

    /// What one kind of edge leads to.
    ///
    /// # Errors
    /// When the question is malformed, or the repository or its index is not available.
    pub async fn find_related(
        &self,
        address: &Address,
        query: TargetQuery,
        relation: Relation,
    ) -> Result<Answer<FoundRelations>, ServiceError> {
        self.ask(address, move |desk| find_related(desk, query, relation)).await
    }

    /// The neighbours of the file at `path`.
    ///
    /// # Errors
    /// When the file is not indexed, or the repository or its index is not available.
    pub async fn file_neighbours(
        &self,
        address: &Address,
        path: String,
        limit: usize,
    ) -> Result<Answer<FileNeighbours>, ServiceError> {
        self.ask(address, move |desk| file_neighbours(desk, &path, limit)).await
    }

    /// The repository's shape.
    ///
    /// # Errors
    /// When the repository or its index is not available.
    pub async fn draw_map(
        &self,
        address: &Address,
        options: MapOptions,
    ) -> Result<Answer<ShownMap>, ServiceError> {
        self.ask(address, move |desk| draw_map(desk, &options)).await
    }
}

fn define(desk: &mut Desk, mut query: TargetQuery) -> Result<FoundMeanings, ServiceError> {
    bring_inside(desk, &mut query.target)?;
    let meanings = retrieve(desk, |view| relate::define(view, &query.target, query.limit))?;
    let mut show = Showing::default();
    let mut found = Vec::with_capacity(meanings.found.len());
    for Meaning { definition, confidence, used_at } in meanings.found {
        let place = used_at.map(|place| show.place(desk, &place)).transpose()?;
        found.push((show.definition(desk, definition)?, confidence, place));
    }
    Ok(FoundMeanings { found, total: meanings.total })
}

fn find_references(
    desk: &mut Desk,
    mut query: TargetQuery,
    filter: &FilterSpec,
) -> Result<FoundReferences, ServiceError> {
    bring_inside(desk, &mut query.target)?;
    let found = retrieve(desk, |view| {
        relate::find_references(view, &query.target, filter, query.least, query.limit)
    })?;
    let mut show = Showing::default();
    let targets = show.definitions(desk, found.targets)?;
    let mut uses = Vec::with_capacity(found.uses.len());
    for use_ in found.uses {
        let place = show.place(desk, &use_.place)?;
        uses.push((use_, place));
    }
    Ok(FoundReferences { targets, uses, total: found.total })
}

fn find_related(
    desk: &mut Desk,
    mut query: TargetQuery,
    relation: Relation,
) -> Result<FoundRelations, ServiceError> {
    bring_inside(desk, &mut query.target)?;
    let related =
        retrieve(desk, |view| relate::find_related(view, &query.target, relation, query.least, query.limit))?;
    let mut show = Showing::default();
    let targets = show.definitions(desk, related.targets)?;
    let mut found = Vec::with_capacity(related.found.len());
    for end in related.found {
        let definition = end.symbol.map(|ordinal| Definition { file: Arc::clone(&end.file), ordinal });
        let symbol = definition.map(|definition| show.definition(desk, definition)).transpose()?;
        let used_at = end.used_at.as_ref().map(|place| show.place(desk, place)).transpose()?;
        let state = show.state(desk, &end.file);
        found.push(FoundRelation { end, symbol, state, used_at });
    }
    Ok(FoundRelations { targets, found, total: related.total })
}

fn file_neighbours(desk: &mut Desk, path: &str, limit: usize) -> Result<FileNeighbours, ServiceError> {
    let path = paths::require_inside(desk.root(), "path", path)?;
    if desk.snapshot.file_by_path(&path).is_none() {
        return Err(ServiceError::NotIndexed { path });
    }
    let began = Instant::now();
    let graph = desk.graph();
    let mut imports: Vec<Arc<str>> =
        graph.imports_of(&path).map(|(_, file)| Arc::clone(&file.path)).collect();
    imports.sort();
    imports.dedup();
    imports.truncate(limit);
    let importers = graph.importers_of(&path).into_iter().take(limit);
    let importers = importers.map(|file| Arc::clone(&file.path)).collect();
    desk.timings.retrieve = began.elapsed();
    let (changed_together, history_missing) = desk.changed_with(&path, limit);
    Ok(FileNeighbours { path, imports, importers, changed_together, history_missing })
}

fn draw_map(desk: &mut Desk, options: &MapOptions) -> Result<ShownMap, ServiceError> {
    let map = retrieve(desk, |view| Ok(relate::draw_map(view, options)))?;
    let mut show = Showing::default();
    let mut shown = HashMap::new();
    let all = map.symbols.iter().chain(map.modules.iter().flat_map(|module| &module.top));
    for used in all {
        let key = (used.definition.file.id, used.definition.ordinal);
        shown.insert(key, show.definition(desk, used.definition.clone())?);
    }
    Ok(ShownMap { map, shown })
}

/// Computes on the snapshot and its graph.
fn retrieve<T>(
    desk: &mut Desk,
    compute: impl FnOnce(View<'_>) -> Result<T, contexd_retriever::RetrieveError>,
) -> Result<T, ServiceError> {
    let began = Instant::now();
    let graph = desk.graph();
    let view = View { snapshot: &desk.snapshot, graph: &graph };
    let result = compute(view).map_err(|error| ServiceError::from_retriever(desk.root(), error))?;
    desk.timings.retrieve = began.elapsed();
    Ok(result)
}

/// Brings a target's path into the index's form.
fn bring_inside(desk: &Desk, target: &mut Target) -> Result<(), ServiceError> {
    if let Target::Position { path, .. } = target {
        *path = paths::require_inside(desk.root(), "target.position.path", path)?;
        if desk.snapshot.file_by_path(path).is_none() {
            return Err(ServiceError::NotIndexed { path: path.clone() });
        }
    }
    Ok(())
}

/// Reads each file once for what is shown of it.
#[derive(Default)]
struct Showing {
    texts: HashMap<FileId, Arc<str>>,
    states: HashMap<FileId, ItemState>,
}

impl Showing {
    fn text(&mut self, desk: &Desk, file: &FileEntry) -> Result<Arc<str>, ServiceError> {
        if let Some(text) = self.texts.get(&file.id) {
            return Ok(Arc::clone(text));
        }
        let text = text_of(desk, file)?;
        self.texts.insert(file.id, Arc::clone(&text));
        Ok(text)
    }

    fn state(&mut self, desk: &mut Desk, file: &FileEntry) -> ItemState {
        *self
            .states
            .entry(file.id)
            .or_insert_with(|| desk.verify(|_, verifier| verifier.check(&file.path, file.stat, file.blob)))
    }

    fn definition(
        &mut self,
        desk: &mut Desk,
        definition: Definition,
    ) -> Result<ShownDefinition, ServiceError> {
        let state = self.state(desk, &definition.file);
        let text = self.text(desk, &definition.file)?;
        let name_column = column_of_offset(&text, definition.record().name_span.start_byte);
        Ok(ShownDefinition { definition, state, name_column })
    }

    fn definitions(
        &mut self,
        desk: &mut Desk,
        definitions: Vec<Definition>,
    ) -> Result<Vec<ShownDefinition>, ServiceError> {
        definitions.into_iter().map(|definition| self.definition(desk, definition)).collect()
    }

    fn place(&mut self, desk: &mut Desk, place: &Place) -> Result<ShownPlace, ServiceError> {
        let state = self.state(desk, &place.file);
        let text = self.text(desk, &place.file)?;
        let column = column_of_offset(&text, place.start_byte);
        let start = (place.start_byte + 1).saturating_sub(column) as usize;
        let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default().trim();
        Ok(ShownPlace {
            path: Arc::clone(&place.file.path),
            line: place.line,
            column,
            text: line[..line.floor_char_boundary(MAX_LINE)].to_owned(),
            state,
        })
    }
}
