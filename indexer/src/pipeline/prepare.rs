//! From paths that may have changed to one [`Batch`]: read, hash, classify, parse, embed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use contexd_store::vectors::FileVectors;
use contexd_store::{
    Batch, ContentHash, Fate, FileChange, FileContent, FileRecord, FileStat, FileUpsert, IndexedContent,
    Reader, RecordKey, SkipReason, Snapshot, document,
};
use rayon::prelude::*;

use super::analysis;
use super::read::{FileRead, Root};
use super::report::{Progress, ScanReport};
use crate::embed::{Embedder, embed_file};
use crate::lang::Language;
use crate::scan::ScannedFile;
use crate::{IndexerError, PARSER_VERSION, content};

/// What the stages need besides the files.
pub(crate) struct Preparation<'a> {
    pub(crate) root: Root,
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) reader: &'a Reader,
    pub(crate) embedder: Option<&'a dyn Embedder>,
    pub(crate) max_file_bytes: u64,
    pub(crate) settling: Duration,
    pub(crate) progress: &'a Progress,
}

/// A file whose content is new to the path.
struct NewFile {
    path: Arc<str>,
    stat: FileStat,
    blob: ContentHash,
    text: Arc<str>,
    language: &'static Language,
}

/// What reading a candidate came to.
enum Looked {
    Unchanged,
    Change(FileChange),
    New(NewFile),
}

/// A file with its record.
struct ParsedFile {
    file: NewFile,
    record: Arc<FileRecord>,
}

impl Preparation<'_> {
    /// Runs the stages over `candidates` and counts what they did in `report`.
    pub(crate) fn prepare(
        &self,
        candidates: &[ScannedFile],
        report: &mut ScanReport,
    ) -> Result<Batch, IndexerError> {
        let mut changes = Vec::new();
        let mut new_files = Vec::new();
        for looked in self.read_all(candidates, report) {
            match looked {
                Looked::Unchanged => {}
                Looked::Change(change) => changes.push(change),
                Looked::New(file) => new_files.push(file),
            }
        }
        let parsed = self.parse_all(new_files, report)?;
        let vectors = self.embed_all(&parsed, report)?;
        changes.extend(parsed.into_iter().zip(vectors).map(|(parsed, vectors)| upsert(parsed, vectors)));
        Ok(Batch { changes, vectors: Vec::new() })
    }

    fn read_all(&self, candidates: &[ScannedFile], report: &mut ScanReport) -> Vec<Looked> {
        let clock = Clock::start();
        let bytes = AtomicU64::new(0);
        let looked =
            candidates.par_iter().map(|file| clock.count(|| self.look(file, &bytes))).collect::<Vec<_>>();
        report.files_read += candidates.iter().filter(|file| file.skip.is_none()).count();
        report.bytes_read += bytes.into_inner();
        let (wall, threads) = clock.stop();
        report.times.read.add(wall, threads);
        looked
    }

    fn look(&self, file: &ScannedFile, bytes_read: &AtomicU64) -> Looked {
        if let Some(reason) = file.skip {
            return self.skip(file, reason, file.stat, String::new());
        }
        match self.root.read(&file.path, self.max_file_bytes) {
            FileRead::Bytes(bytes, stat) => {
                bytes_read.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                self.progress.read(file.stat.size);
                self.sort_out(file, &bytes, settled(stat, SystemTime::now(), self.settling))
            }
            FileRead::Skipped(reason, stat, detail) => {
                let stat = if stat == FileStat::default() { file.stat } else { stat };
                self.skip(file, reason, stat, detail)
            }
            FileRead::Gone if self.snapshot.fate(&file.path).is_none() => Looked::Unchanged,
            FileRead::Gone => Looked::Change(FileChange::Remove { path: Arc::clone(&file.path) }),
        }
    }

    /// Whether the bytes read are those that the index holds, are skipped, or are new.
    fn sort_out(&self, file: &ScannedFile, bytes: &[u8], stat: FileStat) -> Looked {
        let blob = ContentHash::of(bytes);
        if let Some(held) = self.snapshot.file_by_path(&file.path)
            && held.blob == blob
        {
            return touch(&file.path, held.stat, stat);
        }
        let text = match content::classify(&file.path, bytes) {
            Ok(text) => text,
            Err(reason) => return self.skip(file, reason, stat, String::new()),
        };
        let language = analysis::language(&file.path, text);
        Looked::New(NewFile { path: Arc::clone(&file.path), stat, blob, text: text.into(), language })
    }

    fn skip(&self, file: &ScannedFile, reason: SkipReason, stat: FileStat, detail: String) -> Looked {
        match self.snapshot.fate(&file.path) {
            Some(Fate::Skipped(held)) if held.reason == reason && *held.detail == *detail => {
                touch(&file.path, held.stat, stat)
            }
            _ => {
                let content = FileContent::Skipped { reason, detail: detail.into() };
                let path = Arc::clone(&file.path);
                Looked::Change(FileChange::Upsert(FileUpsert { path, stat, content }))
            }
        }
    }

    fn parse_all(
        &self,
        files: Vec<NewFile>,
        report: &mut ScanReport,
    ) -> Result<Vec<ParsedFile>, IndexerError> {
        let clock = Clock::start();
        let keys: Vec<RecordKey> = files.iter().map(record_key).collect();
        let known = clock.count(|| self.reader.find_records(&keys))?;
        report.records_reused += known.iter().flatten().count();
        report.parsed += known.iter().filter(|record| record.is_none()).count();
        let parse = |file: &NewFile| {
            clock.count(|| Arc::new(analysis::parsed(&file.path, &file.text, file.language)))
        };
        let parsed = files.into_par_iter().zip(known).map(|(file, known)| {
            let record = known.unwrap_or_else(|| parse(&file));
            self.progress.parsed();
            ParsedFile { file, record }
        });
        let parsed = parsed.collect();
        let (wall, threads) = clock.stop();
        report.times.parse.add(wall, threads);
        Ok(parsed)
    }

    /// The vectors of each file, by position; no model, or nothing to embed, gives none.
    fn embed_all(
        &self,
        files: &[ParsedFile],
        report: &mut ScanReport,
    ) -> Result<Vec<Vec<Arc<FileVectors>>>, IndexerError> {
        let Some(embedder) = self.embedder else { return Ok(vec![Vec::new(); files.len()]) };
        let clock = Clock::start();
        let texts: Vec<Vec<String>> =
            files.par_iter().map(|file| clock.count(|| embedding_texts(file))).collect();
        let keys: Vec<ContentHash> = texts.iter().map(|texts| document::embedding_key(texts)).collect();
        let known = clock.count(|| self.reader.find_vectors(embedder.model().fingerprint, &keys))?;
        report.vectors_reused += known.iter().flatten().count();
        let missing = texts.iter().zip(&known).filter(|(_, known)| known.is_none());
        report.chunks_embedded += missing.map(|(texts, _)| texts.len()).sum::<usize>();
        let embedded = texts.into_par_iter().zip(keys).zip(known).map(|((texts, key), known)| match known {
            Some(known) => Ok(vec![known]),
            None => clock.count(|| embed(embedder, &texts, key)),
        });
        let embedded = embedded.collect();
        let (wall, threads) = clock.stop();
        report.times.embed.add(wall, threads);
        embedded
    }
}

/// Embeds the texts of one file.
pub(crate) fn embed(
    embedder: &dyn Embedder,
    texts: &[String],
    key: ContentHash,
) -> Result<Vec<Arc<FileVectors>>, IndexerError> {
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let vectors = embed_file(embedder, &texts)?;
    Ok(vec![Arc::new(FileVectors { key, ..vectors })])
}

fn embedding_texts(parsed: &ParsedFile) -> Vec<String> {
    let ParsedFile { file, record } = parsed;
    let chunks = 0..record.chunks.len();
    chunks.map(|ordinal| document::embedding_text(&file.path, record, &file.text, ordinal)).collect()
}

fn record_key(file: &NewFile) -> RecordKey {
    RecordKey { blob: file.blob, language: file.language.name.into(), parser_version: PARSER_VERSION }
}

fn touch(path: &Arc<str>, held: FileStat, stat: FileStat) -> Looked {
    if held == stat {
        return Looked::Unchanged;
    }
    Looked::Change(FileChange::Touch { path: Arc::clone(path), stat })
}

fn upsert(parsed: ParsedFile, vectors: Vec<Arc<FileVectors>>) -> FileChange {
    let ParsedFile { file: NewFile { path, stat, blob, text, .. }, record } = parsed;
    let content = FileContent::Indexed(IndexedContent { blob, text, record, vectors });
    FileChange::Upsert(FileUpsert { path, stat, content })
}

/// The stat to store for a file read at `now`: moved by a nanosecond, so that no later one equals it, when the file
/// changed so recently that it may change again within the resolution of the file system's clock.
fn settled(stat: FileStat, now: SystemTime, settling: Duration) -> FileStat {
    let since_epoch = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let settled_before = i64::try_from(since_epoch.saturating_sub(settling).as_nanos()).unwrap_or(i64::MAX);
    if stat.modified_ns < settled_before {
        return stat;
    }
    FileStat { modified_ns: stat.modified_ns.saturating_sub(1), ..stat }
}

/// Measures a stage that runs on several threads.
struct Clock {
    started: Instant,
    threads_ns: AtomicU64,
}

impl Clock {
    fn start() -> Self {
        Self { started: Instant::now(), threads_ns: AtomicU64::new(0) }
    }

    fn count<T>(&self, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let result = work();
        let elapsed = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.threads_ns.fetch_add(elapsed, Ordering::Relaxed);
        result
    }

    fn stop(self) -> (Duration, Duration) {
        (self.started.elapsed(), Duration::from_nanos(self.threads_ns.into_inner()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stat_is_trusted_once_the_file_has_settled() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(100);
        let check = |seconds: i64, is_trusted: bool| {
            let stat = FileStat { size: 1, modified_ns: seconds * 1_000_000_000 };
            assert_eq!(settled(stat, now, Duration::from_secs(2)) == stat, is_trusted, "{seconds}");
        };
        check(97, true);
        check(98, false);
        check(100, false);
        check(101, false);
    }
}
