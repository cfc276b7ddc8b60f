//! One search over many files: which ones, several at once, told in order, up to the limit.

use std::io::{self, Read};
use std::path::Path;
use std::time::Instant;

use contexd_indexer::lang;
use contexd_indexer::pipeline::Root;
use contexd_indexer::scan::file_stat;
use contexd_retriever::{Filter, GrepFile, grep_files, withheld_files};
use contexd_store::{ContentHash, FileEntry, FileStat, Snapshot};
use grep_searcher::Searcher;
use rayon::prelude::*;

use super::file::{Attentive, Emit, FileSink, Halt, Searched, Subject};
use super::pattern::Pattern;
use super::{GrepFileCount, GrepOutput, GrepPart, GrepQuery, GrepReply, GrepTotals};
use crate::engine::ask::Desk;
use crate::engine::paths;
use crate::engine::verify::ItemState;
use crate::error::ServiceError;

/// Files that are searched before the first of them is told.
const FILES_AT_ONCE: usize = 128;
/// Bytes of one file's matches that are kept until its turn comes.
const KEPT_BYTES: usize = 256 << 10;
/// Bytes that a part takes besides its text.
const PART_BYTES: usize = 128;
/// Bytes that a match's place takes.
const MATCH_BYTES: usize = 16;

/// Searches the files of `desk`'s snapshot for `query` and sends what is found to `reply`.
pub(super) fn grep(
    desk: &mut Desk,
    query: &GrepQuery,
    reply: &GrepReply,
) -> Result<GrepTotals, ServiceError> {
    let began = Instant::now();
    let pattern = Pattern::compile(query)?;
    let mut spec = query.filter.clone();
    desk.restrict(&mut spec)?;
    let filter = Filter::new(&spec).map_err(|error| ServiceError::from_retriever(desk.root(), error))?;
    let places = Places::new(desk, &query.paths)?;
    let root = Root::open(desk.root()).map_err(|source| ServiceError::Io {
        action: "open",
        path: desk.root().to_owned(),
        source,
    })?;
    let admits = |file: &GrepFile<'_>| {
        places.admit(file.path()) && filter.admits_grep(file, |path| lang::detect(path, &[]).name)
    };
    let files: Vec<GrepFile<'_>> = grep_files(&desk.snapshot).filter(admits).collect();
    let run = Run { directory: desk.root(), root, pattern: &pattern, query, reply, filter: &filter };
    let withheld =
        |path: &str| places.admit(path) && filter.admits_path(path, || lang::detect(path, &[]).name);
    let mut totals =
        GrepTotals { withheld: withheld_files(&desk.snapshot, withheld) as u64, ..GrepTotals::default() };
    run.search_all(&files, &mut totals)?;
    drop(files);
    desk.timings.retrieve = began.elapsed();
    Ok(totals)
}

/// The files and directories that are looked into.
struct Places(Vec<String>);

impl Places {
    fn new(desk: &Desk, asked: &[String]) -> Result<Self, ServiceError> {
        let mut places = Vec::with_capacity(asked.len());
        for given in asked {
            paths::check_length("paths", given)?;
            let place = paths::relative_to_root(desk.root(), given).ok_or_else(|| {
                ServiceError::invalid("paths", format!("{given} lies outside {}", desk.root().display()))
            })?;
            if !is_known(&desk.snapshot, &place) {
                return Err(ServiceError::NotIndexed { path: place });
            }
            places.push(place);
        }
        Ok(Self(places))
    }

    fn admit(&self, path: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|place| is_at_or_below(path, place))
    }
}

/// Whether the index knows `place` as a file or as a directory of files.
fn is_known(snapshot: &Snapshot, place: &str) -> bool {
    place.is_empty()
        || snapshot.fate(place).is_some()
        || snapshot.files().any(|file| is_at_or_below(&file.path, place))
        || snapshot.skipped_files().any(|file| is_at_or_below(&file.path, place))
}

fn is_at_or_below(path: &str, place: &str) -> bool {
    place.is_empty() || path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// One search.
struct Run<'a> {
    directory: &'a Path,
    root: Root,
    pattern: &'a Pattern,
    query: &'a GrepQuery,
    reply: &'a GrepReply,
    filter: &'a Filter,
}

/// What became of a file before its turn.
enum Looked {
    /// The index proves that it holds no match.
    RuledOut,
    /// It could not be searched.
    Failed,
    /// It was searched to its end, or up to one match more than may be told.
    Searched(Searched, ItemState, Vec<GrepPart>),
    /// It holds more than is kept; it is searched again when it is its turn.
    TooMuch,
}

impl Run<'_> {
    fn search_all(&self, files: &[GrepFile<'_>], totals: &mut GrepTotals) -> Result<(), ServiceError> {
        for batch in files.chunks(FILES_AT_ONCE) {
            let searcher = || self.pattern.searcher();
            let looked: Vec<Looked> = batch
                .par_iter()
                .map_init(searcher, |searcher, file| self.look(searcher, file))
                .collect::<Result<_, _>>()?;
            for (file, looked) in batch.iter().zip(looked) {
                self.tell(file, looked, totals)?;
                if totals.truncated {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Searches `file` unless it is ruled out, and keeps what it holds.
    fn look(&self, searcher: &mut Searcher, file: &GrepFile<'_>) -> Result<Looked, ServiceError> {
        self.reply.check()?;
        if self.is_ruled_out(file) {
            return Ok(Looked::RuledOut);
        }
        let mut kept = Vec::new();
        let (mut bytes, mut lines) = (0, 0);
        let mut keep = |part: GrepPart| {
            bytes += size_of_part(&part);
            lines += usize::from(matches!(part, GrepPart::Line(_)));
            kept.push(part);
            // One more than the limit tells that there is more.
            if bytes > KEPT_BYTES || lines > self.query.limit { Err(Halt::Full) } else { Ok(()) }
        };
        match self.search(searcher, file, &mut keep) {
            Ok((searched, state)) => Ok(Looked::Searched(searched, state, kept)),
            Err(Halt::Full) => Ok(Looked::TooMuch),
            Err(Halt::Unreadable) => self.reply.check().map(|()| Looked::Failed),
            Err(Halt::Over(error)) => Err(error),
        }
    }

    /// Whether the index proves that `file`, which is as it was indexed, holds no match.
    fn is_ruled_out(&self, file: &GrepFile<'_>) -> bool {
        let GrepFile::Indexed { file, trigrams } = file else { return false };
        if !self.query.filter.kinds.is_empty() && spans_of(file, self.filter).is_empty() {
            return true;
        }
        !self.pattern.needs.may_be_met(trigrams)
            && self
                .directory
                .join(&*file.path)
                .symlink_metadata()
                .is_ok_and(|now| file_stat(&now) == file.stat)
    }

    fn search(
        &self,
        searcher: &mut Searcher,
        file: &GrepFile<'_>,
        emit: Emit<'_>,
    ) -> Result<(Searched, ItemState), Halt> {
        let (opened, stat) = self.root.open_file(file.path()).map_err(|_| Halt::Unreadable)?;
        let (state, within) = match file {
            GrepFile::Indexed { file, .. } => {
                let within = (!self.query.filter.kinds.is_empty()).then(|| spans_of(file, self.filter));
                (self.state_of(file, stat), within)
            }
            // Nothing is indexed of it that could be stale.
            GrepFile::Skipped(_) => (ItemState::Verified, None),
        };
        let subject = Subject { path: file.path(), state, within };
        let mut sink =
            FileSink::new(&subject, &self.pattern.matcher, self.query.output, self.query.context, emit);
        let reader = Attentive { inner: opened, reply: self.reply };
        searcher.search_reader(&self.pattern.matcher, reader, &mut sink)?;
        Ok((sink.searched(), state))
    }

    /// Whether a file that was indexed and now has this stat still has its content.
    fn state_of(&self, file: &FileEntry, stat: FileStat) -> ItemState {
        let is_same = stat == file.stat
            || stat.size == file.stat.size
                && self.hash_of(&file.path, stat.size).is_ok_and(|hash| hash == file.blob);
        if is_same { ItemState::Verified } else { ItemState::Stale }
    }

    /// Hash of the file at `path`, of which no more than `size` bytes and one are read.
    fn hash_of(&self, path: &str, size: u64) -> io::Result<ContentHash> {
        let (file, _) = self.root.open_file(path)?;
        let mut bytes = Vec::new();
        file.take(size + 1).read_to_end(&mut bytes)?;
        Ok(ContentHash::of(&bytes))
    }

    /// Tells what became of `file`, in its turn.
    fn tell(&self, file: &GrepFile<'_>, looked: Looked, totals: &mut GrepTotals) -> Result<(), ServiceError> {
        let (searched, state) = match looked {
            Looked::RuledOut => {
                totals.ruled_out += 1;
                return Ok(());
            }
            Looked::Failed => {
                totals.failed += 1;
                return Ok(());
            }
            Looked::Searched(searched, state, parts) => {
                for part in parts {
                    if let Err(halt) = self.send(part, totals) {
                        return self.stopped(halt, totals);
                    }
                }
                (searched, state)
            }
            Looked::TooMuch => {
                let mut send = |part| self.send(part, totals);
                match self.search(&mut self.pattern.searcher(), file, &mut send) {
                    Ok(found) => found,
                    Err(halt) => return self.stopped(halt, totals),
                }
            }
        };
        totals.searched += 1;
        totals.binary += u64::from(searched.is_binary);
        totals.files += u64::from(searched.lines > 0);
        self.tell_file(file, searched, state, totals)
    }

    fn tell_file(
        &self,
        file: &GrepFile<'_>,
        searched: Searched,
        state: ItemState,
        totals: &mut GrepTotals,
    ) -> Result<(), ServiceError> {
        if self.query.output == GrepOutput::Lines || searched.lines == 0 {
            return Ok(());
        }
        if totals.files > self.query.limit as u64 {
            totals.truncated = true;
            return Ok(());
        }
        totals.lines += searched.lines;
        self.reply.send(GrepPart::File(GrepFileCount {
            path: file.path().clone(),
            lines: searched.lines,
            state,
        }))
    }

    /// Sends a part of a file's lines, as long as the limit is not reached.
    fn send(&self, part: GrepPart, totals: &mut GrepTotals) -> Result<(), Halt> {
        if matches!(part, GrepPart::Line(_)) {
            if totals.lines == self.query.limit as u64 {
                totals.truncated = true;
                return Err(Halt::Full);
            }
            totals.lines += 1;
        }
        Ok(self.reply.send(part)?)
    }

    /// A file's search that ended early, in its turn.
    fn stopped(&self, halt: Halt, totals: &mut GrepTotals) -> Result<(), ServiceError> {
        match halt {
            Halt::Full => totals.searched += 1,
            Halt::Unreadable => {
                self.reply.check()?;
                totals.failed += 1;
            }
            Halt::Over(error) => return Err(error),
        }
        Ok(())
    }
}

/// The lines of the symbols of `file` that `filter` asks for by their kind.
fn spans_of(file: &FileEntry, filter: &Filter) -> Vec<std::ops::RangeInclusive<u32>> {
    let asked = file.record.symbols.iter().filter(|symbol| filter.admits_kind(Some(symbol.kind)));
    asked.map(|symbol| symbol.span.start_line..=symbol.span.end_line).collect()
}

fn size_of_part(part: &GrepPart) -> usize {
    match part {
        GrepPart::Line(line) | GrepPart::Context(line) => {
            PART_BYTES + line.bytes.len() + line.matches.len() * MATCH_BYTES
        }
        GrepPart::File(_) => PART_BYTES,
    }
}
