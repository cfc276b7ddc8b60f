//! A crash at any step of the commit protocol, and damage to any file, end in the same index as a fresh build.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use super::fixture::{View, batch, fill, options, remove, upsert_embedded};
use crate::writer::Step;
use crate::{Batch, Generation, Recovery, StoreError, Writer, open, open_in_memory, open_reporting};

const FIRST: &str = "fn alpha\nfn beta\ncalls gamma\n";
const SECOND: &str = "fn gamma\nalpha beta\n";
const STEPS: [Step; 4] = [Step::Staged, Step::Truth, Step::Keyword, Step::Vectors];

fn first() -> Batch {
    batch([upsert_embedded("a", FIRST), upsert_embedded("b", SECOND), upsert_embedded("gone", FIRST)])
}

fn second() -> Batch {
    batch([upsert_embedded("a", SECOND), upsert_embedded("c", FIRST), remove("gone")])
}

/// The view after the batches, from an index of its own.
fn fresh(batches: impl IntoIterator<Item = Batch>) -> View {
    let (mut writer, reader) = open_in_memory(&options()).unwrap();
    batches.into_iter().for_each(|batch| drop(writer.commit(batch).unwrap()));
    View::of(&reader.snapshot())
}

/// The view of the index in `dir` after opening it.
fn reopened(dir: &Path) -> View {
    let (_writer, reader) = open(dir, &options()).unwrap();
    View::of(&reader.snapshot())
}

fn after_crash_at(step: Step) -> View {
    match step {
        Step::Staged => fresh([first()]),
        Step::Truth | Step::Keyword | Step::Vectors => fresh([first(), second()]),
    }
}

fn fail() -> Result<(), StoreError> {
    Err(StoreError::InvalidVector("injected".to_owned()))
}

fn committed(dir: &Path) -> Writer {
    let (mut writer, _) = open(dir, &options()).unwrap();
    writer.commit(first()).unwrap();
    writer
}

#[test]
fn an_interrupted_commit_is_completed_or_undone_on_opening() {
    for step in STEPS {
        let temp = tempfile::tempdir().unwrap();
        let mut writer = committed(temp.path());
        writer.fault = Some((step, fail));
        assert!(writer.commit(second()).is_err());
        drop(writer);
        assert_eq!(reopened(temp.path()), after_crash_at(step), "{step:?}");
        assert_eq!(reopened(temp.path()), after_crash_at(step), "{step:?}, second opening");
    }
}

#[test]
fn a_failed_commit_is_repaired_by_the_next() {
    for step in STEPS {
        let temp = tempfile::tempdir().unwrap();
        let (mut writer, reader) = open(temp.path(), &options()).unwrap();
        writer.commit(first()).unwrap();
        writer.fault = Some((step, fail));
        assert!(writer.commit(second()).is_err());
        assert_eq!(View::of(&reader.snapshot()), fresh([first()]), "{step:?}: nothing is published");
        writer.fault = None;
        let repaired = writer.commit(Batch::default()).unwrap();
        assert_eq!(View::of(&repaired), after_crash_at(step), "{step:?}");
        let third = || batch([upsert_embedded("d", "fn delta\n"), remove("b")]);
        writer.commit(second()).unwrap();
        writer.commit(third()).unwrap();
        assert_eq!(View::of(&reader.snapshot()), fresh([first(), second(), third()]), "{step:?}");
    }
}

#[test]
fn an_index_in_memory_repairs_itself_too() {
    for step in STEPS {
        let (mut writer, reader) = open_in_memory(&options()).unwrap();
        writer.commit(first()).unwrap();
        writer.fault = Some((step, fail));
        assert!(writer.commit(second()).is_err());
        writer.fault = None;
        writer.commit(second()).unwrap();
        assert_eq!(View::of(&reader.snapshot()), fresh([first(), second()]), "{step:?}");
    }
}

/// The variable that tells a child process which index to commit to, and at which step to die (or none).
const CHILD: &str = "CONTEXD_STORE_CRASH";

fn child(dir: &Path, step: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "tests::crash::crash_child", "--ignored", "--nocapture"])
        .env(CHILD, format!("{step}:{}", dir.display()))
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

/// The batch that leads from generation `number` to the next.
fn endless(number: u64) -> Batch {
    let names = ["alpha", "beta", "gamma", "delta"];
    let text: String = (0..=number % 4).map(|line| format!("fn {}\n", names[line as usize])).collect();
    let change = |path: String| if number % 3 == 2 { remove(&path) } else { upsert_embedded(&path, &text) };
    let always = upsert_embedded("always", &format!("call {number}\n"));
    batch([always, change(format!("file{}", number % 5)), change(format!("file{}", number % 7))])
}

#[test]
#[ignore = "the child process of other tests here"]
fn crash_child() {
    let Ok(task) = std::env::var(CHILD) else { return };
    let (step, dir) = task.split_once(':').unwrap();
    if let Ok(step) = step.parse::<usize>() {
        let mut writer = committed(Path::new(dir));
        writer.fault = Some((STEPS[step], || std::process::abort()));
        drop(writer.commit(second()));
    }
    let (mut writer, reader) = open(Path::new(dir), &options()).unwrap();
    loop {
        let Generation(number) = reader.snapshot().generation();
        writer.commit(endless(number)).unwrap();
        std::io::Write::write_all(&mut std::io::stdout(), b"committed\n").unwrap();
    }
}

#[test]
fn a_process_that_dies_leaves_a_usable_index() {
    for (position, step) in STEPS.into_iter().enumerate() {
        let temp = tempfile::tempdir().unwrap();
        let status = child(temp.path(), &position.to_string()).output().unwrap().status;
        assert!(!status.success(), "the child should have aborted at {step:?}");
        assert_eq!(reopened(temp.path()), after_crash_at(step), "{step:?}");
    }
}

#[test]
fn a_process_that_is_killed_any_time_leaves_a_usable_index() {
    let temp = tempfile::tempdir().unwrap();
    for lives in 1..=5 {
        let mut child = child(temp.path(), "none").spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let commits = lines.map_while(Result::ok).filter(|line| line.contains("committed"));
        assert_eq!(commits.take(lives).count(), lives, "the child should commit until it is killed");
        child.kill().unwrap();
        child.wait().unwrap();
        let (_writer, reader) = open(temp.path(), &options()).unwrap();
        let snapshot = reader.snapshot();
        let Generation(generation) = snapshot.generation();
        assert_eq!(View::of(&snapshot), fresh((0..generation).map(endless)), "after {generation} commits");
    }
}

/// Damages an index of two generations with `damage` and compares what opening it says and gives.
fn check_damage(what: &str, damage: impl FnOnce(&Path), expected: [Recovery; 3]) {
    let temp = tempfile::tempdir().unwrap();
    let mut writer = committed(temp.path());
    writer.commit(second()).unwrap();
    drop(writer);
    damage(temp.path());
    let (mut writer, reader, report) = open_reporting(temp.path(), &options()).unwrap();
    assert_eq!([report.truth, report.keyword, report.vectors], expected, "{what}");
    if report.truth == Recovery::Rebuilt {
        assert_eq!(View::of(&reader.snapshot()), fresh([]), "{what}");
        writer.commit(first()).unwrap();
        writer.commit(second()).unwrap();
    }
    assert_eq!(View::of(&reader.snapshot()), fresh([first(), second()]), "{what}");
    drop(writer);
    assert_eq!(reopened(temp.path()), fresh([first(), second()]), "{what}, second opening");
}

/// Every file below `dir`.
fn files_below(dir: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files_below(&path)) } else { found.push(path) }
    }
    found
}

fn garble(dir: &Path) {
    files_below(dir).iter().for_each(|path| fs::write(path, b"garbage").unwrap());
}

fn truncate(dir: &Path) {
    for path in files_below(dir) {
        let half = fs::metadata(&path).unwrap().len() / 2;
        fs::File::options().write(true).open(&path).unwrap().set_len(half).unwrap();
    }
}

fn database_pragma(dir: &Path, name: &str, value: i64) {
    let connection = rusqlite::Connection::open(dir.join("index.sqlite")).unwrap();
    connection.pragma_update(None, name, value).unwrap();
}

#[test]
fn lost_or_damaged_projections_are_rebuilt() {
    use Recovery::{Intact, Rebuilt};
    let remove_dir = |dir: &Path| fs::remove_dir_all(dir).unwrap();
    check_damage("nothing", |_| {}, [Intact, Intact, Intact]);
    check_damage("keyword garbled", |dir| garble(&dir.join("keyword")), [Intact, Rebuilt, Intact]);
    check_damage("vectors garbled", |dir| garble(&dir.join("vectors")), [Intact, Intact, Rebuilt]);
    check_damage("keyword truncated", |dir| truncate(&dir.join("keyword")), [Intact, Rebuilt, Intact]);
    check_damage("vectors truncated", |dir| truncate(&dir.join("vectors")), [Intact, Intact, Rebuilt]);
    let lost = |name: &'static str| move |dir: &Path| remove_dir(&dir.join(name));
    check_damage("keyword lost", lost("keyword"), [Intact, Rebuilt, Intact]);
    check_damage("vectors lost", lost("vectors"), [Intact, Intact, Rebuilt]);
}

#[test]
fn a_lost_damaged_or_unknown_truth_starts_empty() {
    use Recovery::{Intact, Rebuilt};
    let database = |dir: &Path| dir.join("index.sqlite");
    let all = [Rebuilt, Intact, Intact];
    check_damage("garbled", |dir| fs::write(database(dir), [b'x'; 9000]).unwrap(), all);
    check_damage("empty", |dir| fs::write(database(dir), b"").unwrap(), all);
    check_damage("later format", |dir| database_pragma(dir, "user_version", 999), all);
    check_damage("not ours", |dir| database_pragma(dir, "application_id", 1), all);
    let drop_table = |dir: &Path| {
        let connection = rusqlite::Connection::open(database(dir)).unwrap();
        connection.execute_batch("DROP TABLE skipped").unwrap();
    };
    check_damage("a table missing", drop_table, all);
    let drop_records = |dir: &Path| {
        let connection = rusqlite::Connection::open(database(dir)).unwrap();
        connection.execute_batch("UPDATE records SET payload = x'0102030405'").unwrap();
    };
    check_damage("records garbled", drop_records, all);
}

#[test]
fn projections_of_a_lost_truth_are_not_mistaken_for_the_new_ones() {
    let temp = tempfile::tempdir().unwrap();
    drop(committed(temp.path()));
    fs::remove_file(temp.path().join("index.sqlite")).unwrap();
    assert_eq!(reopened(temp.path()), fresh([]));
}

#[test]
fn vectors_that_came_later_are_replayed() {
    let temp = tempfile::tempdir().unwrap();
    let plain = || batch([super::fixture::upsert("a", FIRST)]);
    let later = || Batch { changes: Vec::new(), vectors: vec![fill("a", FIRST)] };
    let (mut writer, _) = open(temp.path(), &options()).unwrap();
    writer.commit(plain()).unwrap();
    writer.fault = Some((Step::Truth, fail));
    assert!(writer.commit(later()).is_err());
    drop(writer);
    let (_writer, reader, report) = open_reporting(temp.path(), &options()).unwrap();
    assert_eq!(report.vectors, Recovery::Replayed);
    assert_eq!(View::of(&reader.snapshot()), fresh([plain(), later()]));
}
