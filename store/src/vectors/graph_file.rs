//! A graph on disk: the library's two dump files, and a description with their checksums.
//!
//! The library ends the process, or reads out of bounds, on some damaged dumps; nothing is handed to it whose
//! checksum is not the described one.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use hnsw_rs::prelude::{AnnT, HnswIo};
use serde::{Deserialize, Serialize};

use super::graph::{Graph, Index, RowDistance};
use super::segment::{io_error, write_durably};
use crate::{ContentHash, FileId, StoreError};

/// Layout of the description and kind of the dump. Another one is as good as no graph.
const FORMAT: u32 = 2;
const BASENAME: &str = "base";
const DUMPS: [&str; 2] = ["base.hnsw.graph", "base.hnsw.data"];
const DESCRIPTION: &str = "base.files";

/// What is stored beside the dumped graph, after its own checksum.
#[derive(Serialize, Deserialize)]
struct Description {
    format: u32,
    model: ContentHash,
    dimension: usize,
    files: Vec<(FileId, u32)>,
    node_of_row: Vec<u32>,
    /// Checksums of [`DUMPS`].
    dumps: [ContentHash; 2],
}

impl Graph {
    /// Writes the graph to `directory`, replacing what is there, by way of a temporary directory.
    pub(super) fn write(&self, directory: &Path) -> Result<(), StoreError> {
        let temporary = directory.with_extension("tmp");
        remove_directory(&temporary)?;
        std::fs::create_dir_all(&temporary).map_err(|source| io_error("create", &temporary, source))?;
        let dumped = catch_unwind(AssertUnwindSafe(|| self.index.file_dump(&temporary, BASENAME)));
        let failure = match dumped {
            Ok(Ok(_)) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some("the graph library panicked".to_owned()),
        };
        if let Some(detail) = failure {
            return Err(StoreError::Corrupt { place: temporary.display().to_string(), detail });
        }
        let description = Description {
            format: FORMAT,
            model: self.model,
            dimension: self.dimension,
            files: self.files.clone(),
            node_of_row: self.node_of_row.clone(),
            dumps: checksums(&temporary)?,
        };
        let encoded = postcard::to_stdvec(&description).map_err(|error| StoreError::Corrupt {
            place: DESCRIPTION.to_owned(),
            detail: error.to_string(),
        })?;
        let checksum = ContentHash::of(&encoded).0;
        write_durably(&temporary.join(DESCRIPTION), &[&checksum, encoded.as_slice()].concat())?;
        remove_directory(directory)?;
        std::fs::rename(&temporary, directory).map_err(|source| io_error("rename", directory, source))
    }

    /// Reads the graph in `directory`; `None` when there is none or it cannot be used.
    pub(super) fn read(directory: &Path) -> Option<Self> {
        let described = std::fs::read(directory.join(DESCRIPTION)).ok()?;
        let (checksum, encoded) = described.split_first_chunk::<32>()?;
        if *checksum != ContentHash::of(encoded).0 {
            return None;
        }
        let Description { format, model, dimension, files, node_of_row, dumps } =
            postcard::from_bytes(encoded).ok()?;
        if format != FORMAT || checksums(directory).ok()? != dumps {
            return None;
        }
        let load = || -> Option<Index> {
            // The library ties the graph's lifetime to its reader. The reader is three words and a path, and a graph is
            // read at most once a process and model, so it is given away.
            let reader: &'static mut HnswIo = Box::leak(Box::new(HnswIo::new(directory, BASENAME)));
            reader.load_hnsw::<i8, RowDistance>().ok()
        };
        let index = catch_unwind(AssertUnwindSafe(load)).ok().flatten()?;
        let rows: usize = files.iter().map(|(_, rows)| *rows as usize).sum();
        let nodes = index.get_nb_point() as u32;
        let fits =
            rows == node_of_row.len() && node_of_row.iter().all(|node| *node < nodes || *node == u32::MAX);
        fits.then(|| Self::assemble(model, dimension, files, node_of_row, index))
    }
}

fn checksums(directory: &Path) -> Result<[ContentHash; 2], StoreError> {
    let [graph, data] = DUMPS.map(|name| checksum(&directory.join(name)));
    Ok([graph?, data?])
}

fn checksum(path: &Path) -> Result<ContentHash, StoreError> {
    let mut hasher = blake3::Hasher::new();
    File::open(path)
        .and_then(|file| hasher.update_reader(file).map(|_| ()))
        .map_err(|source| io_error("read", path, source))?;
    Ok(ContentHash(*hasher.finalize().as_bytes()))
}

fn remove_directory(directory: &Path) -> Result<(), StoreError> {
    match std::fs::remove_dir_all(directory) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(io_error("remove", directory, source))
        }
        _ => Ok(()),
    }
}
