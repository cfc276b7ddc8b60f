//! Segments: immutable runs of rows of one model, in memory or mapped from a file.
//!
//! File layout, little endian: magic, format version (u32), dimension (u32), file count (u32), row count (u32), model
//! fingerprint (32 bytes), BLAKE3 of all that follows (32 bytes); then the file table (file id and row count, u32 each),
//! the scales (f32 a row), the codes (`dimension` bytes a row).

use std::fs::File;
use std::io::Write;
use std::path::Path;

use memmap2::Mmap;

use crate::{ContentHash, FileId, StoreError};

const MAGIC: &[u8; 8] = b"ctxdvec1";
const FORMAT: u32 = 1;
const HEADER_BYTES: usize = 8 + 4 * 4 + 32 + 32;

/// Immutable rows of one model.
pub(super) struct Segment {
    pub(super) model: ContentHash,
    pub(super) dimension: usize,
    /// The files that have rows here, in row order, with their row counts.
    pub(super) files: Vec<(FileId, u32)>,
    scales: Vec<f32>,
    codes: Codes,
}

enum Codes {
    Owned(Vec<i8>),
    /// The map of a whole segment file, and where its codes begin.
    Mapped(Mmap, usize),
}

impl Segment {
    /// A segment in memory. `scales` has a number a row, `codes` `dimension` numbers a row.
    pub(super) fn new(
        model: ContentHash,
        dimension: usize,
        files: Vec<(FileId, u32)>,
        scales: Vec<f32>,
        codes: Vec<i8>,
    ) -> Self {
        debug_assert_eq!(scales.len() * dimension, codes.len(), "a scale and {dimension} codes a row");
        Self { model, dimension, files, scales, codes: Codes::Owned(codes) }
    }

    pub(super) fn rows(&self) -> usize {
        self.scales.len()
    }

    /// Scales and codes of `count` rows from row `start`.
    pub(super) fn slice(&self, start: usize, count: usize) -> (&[f32], &[i8]) {
        let codes = &self.codes()[start * self.dimension..(start + count) * self.dimension];
        (&self.scales[start..start + count], codes)
    }

    fn codes(&self) -> &[i8] {
        match &self.codes {
            Codes::Owned(codes) => codes,
            Codes::Mapped(map, start) => {
                let bytes = &map[*start..];
                // SAFETY: i8 and u8 have the same size and alignment, and every bit pattern is valid for both; the
                // slice borrows the map, which lives as long as the segment.
                unsafe { std::slice::from_raw_parts(bytes.as_ptr().cast::<i8>(), bytes.len()) }
            }
        }
    }

    /// Writes the segment to `path`, durably: under a temporary name first, synchronised, then renamed.
    pub(super) fn write(&self, path: &Path) -> Result<(), StoreError> {
        let mut body = Vec::with_capacity(self.files.len() * 8 + self.scales.len() * 4 + self.codes().len());
        for (file, rows) in &self.files {
            body.extend(file.0.to_le_bytes());
            body.extend(rows.to_le_bytes());
        }
        body.extend(self.scales.iter().flat_map(|scale| scale.to_le_bytes()));
        body.extend(self.codes().iter().map(|code| code.cast_unsigned()));
        let mut bytes = Vec::with_capacity(HEADER_BYTES + body.len());
        bytes.extend(MAGIC);
        for number in [FORMAT, self.dimension as u32, self.files.len() as u32, self.rows() as u32] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(self.model.0);
        bytes.extend(ContentHash::of(&body).0);
        bytes.extend(body);
        write_durably(path, &bytes)
    }

    /// Maps the segment file at `path` and verifies its checksum.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let file = File::open(path).map_err(|source| io_error("open", path, source))?;
        // SAFETY: the file was written under another name, synchronised and renamed, and is never written again; only
        // the holder of the index lock removes it, and a removed file stays readable through its map.
        let map = unsafe { Mmap::map(&file) }.map_err(|source| io_error("map", path, source))?;
        Self::parse(map).ok_or_else(|| StoreError::Corrupt {
            place: path.display().to_string(),
            detail: "not a segment of this format, or its checksum does not match".to_owned(),
        })
    }

    fn parse(map: Mmap) -> Option<Self> {
        let (header, body) = map.split_at_checked(HEADER_BYTES)?;
        let number = |at: usize| Some(u32::from_le_bytes(header.get(at..at + 4)?.try_into().ok()?));
        let (dimension, file_count, rows) =
            (number(12)? as usize, number(16)? as usize, number(20)? as usize);
        let model = ContentHash(header.get(24..56)?.try_into().ok()?);
        let intact = header.starts_with(MAGIC)
            && number(8)? == FORMAT
            && header.get(56..88)? == ContentHash::of(body).0;
        let (table, rest) = body.split_at_checked(file_count.checked_mul(8)?)?;
        let (scale_bytes, codes) = rest.split_at_checked(rows.checked_mul(4)?)?;
        let files: Vec<(FileId, u32)> = table.as_chunks::<8>().0.iter().map(file_table_row).collect();
        let counted: usize = files.iter().map(|(_, rows)| *rows as usize).sum();
        if !intact || counted != rows || codes.len() != rows.checked_mul(dimension)? {
            return None;
        }
        let scales = scale_bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        let start = map.len() - codes.len();
        Some(Self { model, dimension, files, scales, codes: Codes::Mapped(map, start) })
    }
}

fn file_table_row(bytes: &[u8; 8]) -> (FileId, u32) {
    let [a, b, c, d, e, f, g, h] = *bytes;
    (FileId(u32::from_le_bytes([a, b, c, d])), u32::from_le_bytes([e, f, g, h]))
}

/// Writes `bytes` to `path` so that after a crash the path holds either all of them or what it held before.
pub(super) fn write_durably(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let temporary = path.with_extension("tmp");
    let mut file = File::create(&temporary).map_err(|source| io_error("create", &temporary, source))?;
    file.write_all(bytes).map_err(|source| io_error("write", &temporary, source))?;
    file.sync_all().map_err(|source| io_error("synchronise", &temporary, source))?;
    std::fs::rename(&temporary, path).map_err(|source| io_error("rename", path, source))?;
    sync_directory_of(path)
}

fn sync_directory_of(path: &Path) -> Result<(), StoreError> {
    let Some(directory) = path.parent() else { return Ok(()) };
    File::open(directory)
        .and_then(|directory| directory.sync_all())
        .map_err(|source| io_error("synchronise", directory, source))
}

pub(super) fn io_error(action: &'static str, path: &Path, source: std::io::Error) -> StoreError {
    StoreError::Io { action, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn segment() -> Segment {
        let files = vec![(FileId(3), 2), (FileId(9), 1)];
        Segment::new(ContentHash([1; 32]), 2, files, vec![0.5, 0.25, 1.0], vec![1, -2, 3, -4, 5, -6])
    }

    #[test]
    fn a_segment_survives_its_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.seg");
        segment().write(&path).unwrap();
        let read = Segment::open(&path).unwrap();
        assert_eq!((read.dimension, read.rows(), read.files.clone()), (2, 3, segment().files));
        assert_eq!(read.slice(1, 2), segment().slice(1, 2));
    }

    #[test]
    fn a_damaged_file_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.seg");
        segment().write(&path).unwrap();
        let whole = std::fs::read(&path).unwrap();
        for length in 0..whole.len() {
            std::fs::write(&path, &whole[..length]).unwrap();
            assert!(Segment::open(&path).is_err(), "cut at {length}");
        }
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 0x10;
            std::fs::write(&path, &flipped).unwrap();
            let differs = Segment::open(&path).map(|read| read.model != segment().model).unwrap_or(true);
            assert!(differs, "flipped at {at}");
        }
    }
}
