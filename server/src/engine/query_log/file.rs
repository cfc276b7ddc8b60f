//! The file of past answers: a line of JSON each, oldest first, readable by its user alone.
//!
//! Several processes may write it, each under the lock of a file beside it; a reader sees whole lines, since a file that
//! grew too large is replaced by renaming.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::{LoggedAnswer, QueryLogOptions};
use crate::whole_file;

/// Its name below the cache directory.
const NAME: &str = "query-log.jsonl";
/// Readable and writable by its user alone.
const MODE: u32 = 0o600;

/// The log. Where it is off, nothing is written or read.
#[derive(Debug)]
pub(crate) struct QueryLog {
    options: QueryLogOptions,
    path: PathBuf,
    known: Mutex<Size>,
}

/// How large the file is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Size {
    bytes: u64,
    entries: u64,
}

impl QueryLog {
    /// The log below `cache_dir`.
    pub(crate) fn new(cache_dir: &Path, options: QueryLogOptions) -> Self {
        Self { options, path: cache_dir.join(NAME), known: Mutex::default() }
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether answers are kept.
    pub(crate) fn is_on(&self) -> bool {
        self.options.enabled
    }

    /// Adds `answer`, letting the oldest go where there is no room. One that is larger than the log may be is not kept.
    pub(crate) fn add(&self, answer: &LoggedAnswer) -> io::Result<()> {
        let mut line = serde_json::to_vec(answer)?;
        line.push(b'\n');
        let most = Size { bytes: self.options.max_bytes, entries: u64::from(self.options.max_entries) };
        if line.len() as u64 > most.bytes {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                "the answer is larger than the log may be",
            ));
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let _lock = self.lock()?;
        let present = self.size(*known)?;
        let grown = Size { bytes: present.bytes + line.len() as u64, entries: present.entries + 1 };
        *known = if grown.bytes <= most.bytes && grown.entries <= most.entries {
            self.open(OpenOptions::new().append(true))?.write_all(&line)?;
            grown
        } else {
            self.replace(&newest(&self.lines()?, line, most))?
        };
        Ok(())
    }

    /// The newest answer with this id.
    pub(crate) fn find(&self, query_id: &str) -> io::Result<Option<LoggedAnswer>> {
        Ok(self.newest_first()?.find(|answer| answer.query_id == query_id))
    }

    /// The newest answers, newest first, at most `limit`; those about `root` if it is given.
    pub(crate) fn list(&self, root: Option<&str>, limit: usize) -> io::Result<Vec<LoggedAnswer>> {
        let of_root = |answer: &LoggedAnswer| root.is_none_or(|root| answer.root == root);
        Ok(self.newest_first()?.filter(of_root).take(limit).collect())
    }

    /// Drops what was answered about `root`, also while the log is off.
    pub(crate) fn forget(&self, root: &str) -> io::Result<()> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.path.exists() {
            return Ok(());
        }
        let _lock = self.lock()?;
        let mut lines = self.lines()?;
        lines.retain(|line| parse(line).is_some_and(|answer| answer.root != root));
        *known = self.replace(&lines)?;
        Ok(())
    }

    /// The answers, newest first. A line that is not one is passed over.
    fn newest_first(&self) -> io::Result<impl Iterator<Item = LoggedAnswer>> {
        Ok(self.lines()?.into_iter().rev().filter_map(|line| parse(&line)))
    }

    /// The lines of the file with their ends; none where there is no file.
    fn lines(&self) -> io::Result<Vec<Vec<u8>>> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let with_end = |line: io::Result<Vec<u8>>| {
            line.map(|mut line| {
                line.push(b'\n');
                line
            })
        };
        BufReader::new(file).split(b'\n').map(with_end).collect()
    }

    /// The present size: `known`, unless another process wrote in the meantime.
    fn size(&self, known: Size) -> io::Result<Size> {
        let bytes = self.path.metadata().map_or(0, |metadata| metadata.len());
        if bytes == known.bytes {
            return Ok(known);
        }
        Ok(Size { bytes, entries: self.lines()?.len() as u64 })
    }

    /// Makes `lines` the whole file, at once, and gives its size.
    fn replace(&self, lines: &[Vec<u8>]) -> io::Result<Size> {
        let text = lines.concat();
        whole_file::replace(&self.path, &text)?;
        Ok(Size { bytes: text.len() as u64, entries: lines.len() as u64 })
    }

    fn open(&self, options: &mut OpenOptions) -> io::Result<File> {
        options.create(true).mode(MODE).open(&self.path)
    }

    /// Keeps other processes from writing until the lock is dropped.
    fn lock(&self) -> io::Result<File> {
        let path = self.path.with_extension("lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).mode(MODE).open(path)?;
        file.lock()?;
        Ok(file)
    }
}

fn parse(line: &[u8]) -> Option<LoggedAnswer> {
    serde_json::from_slice(line).ok()
}

/// The newest of `lines` and, after them, `added`: nine tenths of what there may be at most, so that the file is not
/// written anew for every answer.
fn newest(lines: &[Vec<u8>], added: Vec<u8>, most: Size) -> Vec<Vec<u8>> {
    let room = Size { bytes: most.bytes / 10 * 9, entries: most.entries * 9 / 10 };
    let mut bytes = added.len() as u64;
    let mut kept = vec![added];
    for line in lines.iter().rev() {
        bytes += line.len() as u64;
        if bytes > room.bytes || kept.len() as u64 >= room.entries {
            break;
        }
        kept.push(line.clone());
    }
    kept.reverse();
    kept
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::os::unix::fs::PermissionsExt;

    use super::super::AskedQuestion;
    use super::*;

    fn answer(number: usize) -> LoggedAnswer {
        LoggedAnswer {
            query_id: format!("{number:016x}"),
            answered_unix_ms: 0,
            root: format!("/r{}", number % 2),
            generation: 1,
            asked: AskedQuestion { text: format!("question {number}"), ..AskedQuestion::default() },
            kind: "natural_language".to_owned(),
            found: 0,
            hits: Vec::new(),
        }
    }

    fn log(directory: &Path, max_entries: u32, max_bytes: u64) -> QueryLog {
        QueryLog::new(directory, QueryLogOptions { enabled: true, max_entries, max_bytes })
    }

    fn numbers(log: &QueryLog) -> Vec<usize> {
        let listed = log.list(None, usize::MAX).unwrap();
        listed.iter().map(|answer| usize::from_str_radix(&answer.query_id, 16).unwrap()).collect()
    }

    #[test]
    fn answers_come_back_newest_first_also_to_another_process() {
        let directory = tempfile::tempdir().unwrap();
        let (one, other) = (log(directory.path(), 10, 1 << 20), log(directory.path(), 10, 1 << 20));
        assert_eq!(numbers(&one), [0; 0]);
        for number in 1..=6 {
            [&one, &other][number % 2].add(&answer(number)).unwrap();
        }
        assert_eq!(numbers(&one), [6, 5, 4, 3, 2, 1]);
        assert_eq!(other.find(&answer(3).query_id).unwrap(), Some(answer(3)));
        assert_eq!(other.find("absent").unwrap(), None);
        assert_eq!(one.list(Some("/r1"), 2).unwrap(), [answer(5), answer(3)]);
        one.forget("/r1").unwrap();
        assert_eq!(numbers(&other), [6, 4, 2]);
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many() {
        let directory = tempfile::tempdir().unwrap();
        let log = log(directory.path(), 10, 1 << 20);
        for number in 1..=25 {
            log.add(&answer(number)).unwrap();
            assert!(numbers(&log).len() <= 10 && numbers(&log)[0] == number);
        }
        assert!(numbers(&log).len() >= 9, "{:?}", numbers(&log));
        let mode = log.path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
    }

    #[test]
    fn the_oldest_go_when_the_file_grows_too_large() {
        let directory = tempfile::tempdir().unwrap();
        let line = serde_json::to_vec(&answer(1)).unwrap().len() as u64 + 1;
        let log = log(directory.path(), 1_000, 5 * line);
        for number in 1..=20 {
            log.add(&answer(number)).unwrap();
            assert!(log.path.metadata().unwrap().len() <= 5 * line);
        }
        assert_eq!(numbers(&log)[..3], [20, 19, 18]);
        let small = QueryLog::new(directory.path(), QueryLogOptions { max_bytes: 10, ..log.options });
        assert!(small.add(&answer(21)).is_err());
    }

    #[test]
    fn a_line_that_is_not_an_answer_is_passed_over() {
        let directory = tempfile::tempdir().unwrap();
        let log = log(directory.path(), 10, 1 << 20);
        log.add(&answer(1)).unwrap();
        log.open(OpenOptions::new().append(true)).unwrap().write_all(b"{\"half\": \n").unwrap();
        log.add(&answer(2)).unwrap();
        assert_eq!(numbers(&log), [2, 1]);
    }
}
