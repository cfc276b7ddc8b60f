//! How records, texts and vectors are encoded in the database.
//!
//! A record is its postcard bytes, a text its own bytes, both compressed with lz4 behind their length (4 bytes,
//! little endian). Vectors are not compressible and stand as they are: dimension and row count (4 bytes each), a
//! scale a row (4 bytes), then the codes.

use std::sync::Arc;

use crate::vectors::FileVectors;
use crate::{ContentHash, FileRecord, StoreError};

/// More than any text or record that the store is handed; a length beyond it is damage.
const LARGEST_PAYLOAD: u32 = 1 << 30;

/// An encoded record with the hash of its bytes before compression.
pub(crate) struct EncodedRecord {
    pub(crate) hash: ContentHash,
    pub(crate) payload: Vec<u8>,
}

/// Encodes a record.
pub(crate) fn encode_record(record: &FileRecord) -> Result<EncodedRecord, StoreError> {
    let bytes = postcard::to_stdvec(record).map_err(|error| corrupt("record to encode", error))?;
    Ok(EncodedRecord { hash: ContentHash::of(&bytes), payload: lz4_flex::compress_prepend_size(&bytes) })
}

/// Decodes a record and checks that it is the one that was hashed.
pub(crate) fn decode_record(payload: &[u8], hash: ContentHash) -> Result<FileRecord, StoreError> {
    let bytes = decompress("records", payload)?;
    if ContentHash::of(&bytes) != hash {
        return Err(corrupt("records", "the hash does not match"));
    }
    postcard::from_bytes(&bytes).map_err(|error| corrupt("records", error))
}

/// Encodes a text.
pub(crate) fn encode_text(text: &str) -> Vec<u8> {
    lz4_flex::compress_prepend_size(text.as_bytes())
}

/// Decodes a text.
pub(crate) fn decode_text(payload: &[u8]) -> Result<Arc<str>, StoreError> {
    let bytes = decompress("texts", payload)?;
    Ok(String::from_utf8(bytes).map_err(|error| corrupt("texts", error))?.into())
}

/// Encodes vectors; their model and key stand in columns of their own.
pub(crate) fn encode_vectors(vectors: &FileVectors) -> Vec<u8> {
    let mut payload = Vec::with_capacity(8 + 4 * vectors.scales.len() + vectors.codes.len());
    payload.extend(vectors.dimension.to_le_bytes());
    payload.extend((vectors.scales.len() as u32).to_le_bytes());
    payload.extend(vectors.scales.iter().flat_map(|scale| scale.to_le_bytes()));
    payload.extend(vectors.codes.iter().map(|&code| code as u8));
    payload
}

/// Decodes vectors of `model` and `key`.
pub(crate) fn decode_vectors(
    payload: &[u8],
    model: ContentHash,
    key: ContentHash,
) -> Result<FileVectors, StoreError> {
    let truncated = || corrupt("vectors", "truncated");
    let (dimension, rest) = payload.split_first_chunk::<4>().ok_or_else(truncated)?;
    let (rows, rest) = rest.split_first_chunk::<4>().ok_or_else(truncated)?;
    let (dimension, rows) = (u32::from_le_bytes(*dimension), u32::from_le_bytes(*rows) as usize);
    let (scales, codes) = rest.split_at_checked(rows.saturating_mul(4)).ok_or_else(truncated)?;
    if codes.len() != rows.saturating_mul(dimension as usize) {
        return Err(truncated());
    }
    let scales = scales.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    let codes = codes.iter().map(|&byte| byte as i8).collect();
    Ok(FileVectors { model, key, dimension, scales, codes })
}

/// A hash out of a column.
pub(crate) fn decode_hash(bytes: &[u8]) -> Result<ContentHash, StoreError> {
    bytes.try_into().map(ContentHash).map_err(|_| corrupt("a hash column", "not 32 bytes"))
}

/// An error for data that cannot be decoded.
pub(crate) fn corrupt(place: &str, detail: impl ToString) -> StoreError {
    StoreError::Corrupt { place: place.to_owned(), detail: detail.to_string() }
}

fn decompress(place: &str, payload: &[u8]) -> Result<Vec<u8>, StoreError> {
    let (length, _) = payload.split_first_chunk::<4>().ok_or_else(|| corrupt(place, "truncated"))?;
    if u32::from_le_bytes(*length) > LARGEST_PAYLOAD {
        return Err(corrupt(place, "impossible length"));
    }
    lz4_flex::decompress_size_prepended(payload).map_err(|error| corrupt(place, error))
}
