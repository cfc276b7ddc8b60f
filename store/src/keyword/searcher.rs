//! The reading side: the segments of one commit with what scoring needs of them at hand.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::fastfield::AliveBitSet;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::index::{InvertedIndexReader, SegmentId};
use tantivy::{DocId, Searcher, SegmentReader};

use super::document::{CHUNK_FIELD, Fields};
use super::{Field, LexicalHit, LexicalQuery, bm25f};
use crate::{ChunkId, StoreError};

/// An immutable view of one commit. Cheap to clone.
#[derive(Clone)]
pub(crate) struct KeywordSearcher {
    view: Arc<View>,
}

/// The segments of one commit and their totals over living documents.
pub(super) struct View {
    pub(super) fields: Fields,
    pub(super) segments: Vec<Segment>,
    /// Living documents.
    pub(super) documents: u32,
    /// Mean number of tokens, by `Field as usize`.
    pub(super) mean_lengths: [f32; Field::COUNT],
}

/// One segment, opened.
pub(super) struct Segment {
    /// Postings by `Field as usize`.
    pub(super) postings: [Arc<InvertedIndexReader>; Field::COUNT],
    /// Encoded lengths by `Field as usize`.
    pub(super) lengths: [FieldNormReader; Field::COUNT],
    alive: Option<AliveBitSet>,
    facts: Arc<SegmentFacts>,
    /// Sum of the lengths of living documents, by `Field as usize`.
    total_lengths: [u64; Field::COUNT],
    living: u32,
}

/// What never changes about a segment while its documents are deleted one by one.
pub(super) struct SegmentFacts {
    /// Packed chunk ids by document.
    chunks: Vec<u64>,
    /// Sum of the lengths of all documents, by `Field as usize`.
    total_lengths: [u64; Field::COUNT],
}

/// The facts of the segments that are in use, so that a small commit does not read the large segments again.
#[derive(Default)]
pub(super) struct SegmentCache {
    facts: Mutex<HashMap<SegmentId, Arc<SegmentFacts>>>,
}

impl KeywordSearcher {
    pub(super) fn new(searcher: &Searcher, fields: Fields, cache: &SegmentCache) -> Result<Self, StoreError> {
        let facts = cache.refresh(searcher.segment_readers(), fields)?;
        let segments: Vec<Segment> = searcher
            .segment_readers()
            .iter()
            .zip(facts)
            .map(|(reader, facts)| Segment::open(reader, fields, facts))
            .collect::<Result<_, _>>()?;
        let documents: u32 = segments.iter().map(|segment| segment.living).sum();
        let mean_lengths = std::array::from_fn(|field| {
            let total: u64 = segments.iter().map(|segment| segment.total_lengths[field]).sum();
            total as f32 / documents.max(1) as f32
        });
        Ok(Self { view: Arc::new(View { fields, segments, documents, mean_lengths }) })
    }

    /// Number of chunks.
    pub(crate) fn document_count(&self) -> usize {
        self.view.documents as usize
    }

    /// The best hits of `query`, by falling score, equal scores by chunk.
    pub(crate) fn search(&self, query: &LexicalQuery<'_>) -> Result<Vec<LexicalHit>, StoreError> {
        bm25f::search(&self.view, query).map_err(|error| StoreError::Keyword(error.into()))
    }
}

impl Segment {
    fn open(reader: &SegmentReader, fields: Fields, facts: Arc<SegmentFacts>) -> Result<Self, StoreError> {
        let lengths = length_readers(reader, fields)?;
        let alive = reader.alive_bitset().cloned();
        let mut total_lengths = facts.total_lengths;
        if let Some(alive) = &alive {
            for deleted in (0..reader.max_doc()).filter(|doc| alive.is_deleted(*doc)) {
                for (total, lengths) in total_lengths.iter_mut().zip(&lengths) {
                    *total -= u64::from(lengths.fieldnorm(deleted));
                }
            }
        }
        Ok(Self {
            postings: by_field(|field| reader.inverted_index(fields.texts[field as usize]))?,
            lengths,
            alive,
            facts,
            total_lengths,
            living: reader.num_docs(),
        })
    }

    /// Number of documents, deleted ones included.
    pub(super) fn size(&self) -> usize {
        self.facts.chunks.len()
    }

    /// The chunk that a document is.
    pub(super) fn chunk(&self, doc: DocId) -> ChunkId {
        ChunkId::from_u64(self.facts.chunks[doc as usize])
    }

    pub(super) fn is_alive(&self, doc: DocId) -> bool {
        self.alive.as_ref().is_none_or(|alive| alive.is_alive(doc))
    }

    /// How many of `docs` are alive.
    pub(super) fn count_alive(&self, docs: impl Iterator<Item = DocId>) -> usize {
        match &self.alive {
            None => docs.count(),
            Some(alive) => docs.filter(|doc| alive.is_alive(*doc)).count(),
        }
    }
}

impl SegmentFacts {
    fn read(reader: &SegmentReader, fields: Fields) -> Result<Self, StoreError> {
        let column = reader.fast_fields().u64(CHUNK_FIELD)?;
        let documents = 0..reader.max_doc();
        let mut chunks = vec![0; documents.len()];
        column.values.get_range(0, &mut chunks);
        let total_lengths = length_readers(reader, fields)?
            .map(|lengths| documents.clone().map(|doc| u64::from(lengths.fieldnorm(doc))).sum());
        Ok(Self { chunks, total_lengths })
    }
}

impl SegmentCache {
    /// The facts of `readers`, in order; those of other segments are forgotten.
    fn refresh(
        &self,
        readers: &[SegmentReader],
        fields: Fields,
    ) -> Result<Vec<Arc<SegmentFacts>>, StoreError> {
        let mut known = self.facts.lock().unwrap_or_else(PoisonError::into_inner);
        let facts = readers
            .iter()
            .map(|reader| match known.get(&reader.segment_id()) {
                Some(facts) => Ok(Arc::clone(facts)),
                None => SegmentFacts::read(reader, fields).map(Arc::new),
            })
            .collect::<Result<Vec<_>, _>>()?;
        *known = readers.iter().map(SegmentReader::segment_id).zip(facts.iter().cloned()).collect();
        Ok(facts)
    }
}

fn length_readers(
    reader: &SegmentReader,
    fields: Fields,
) -> Result<[FieldNormReader; Field::COUNT], StoreError> {
    by_field(|field| reader.get_fieldnorms_reader(fields.texts[field as usize]))
}

/// One value a field, by `Field as usize`.
fn by_field<T>(value_of: impl Fn(Field) -> tantivy::Result<T>) -> Result<[T; Field::COUNT], StoreError> {
    let values = Field::ALL.into_iter().map(value_of).collect::<tantivy::Result<Vec<T>>>()?;
    let values: Result<[T; Field::COUNT], _> = values.try_into();
    Ok(values.unwrap_or_else(|_| unreachable!("a value a field")))
}
