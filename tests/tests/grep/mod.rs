//! Grep against ripgrep: for 300 patterns, the matches over gRPC are those of ripgrep's libraries without an index,
//! and those of the program `rg` where one is installed.

mod forest;
mod patterns;
mod reference;

use std::time::Duration;

use contexd_proto::v1;
use contexd_tests::client::{Client, caught_up};
use contexd_tests::sandbox::Sandbox;
use contexd_tests::tree::Tree;

use patterns::Pattern;

/// Patterns that are tried.
const PATTERNS: usize = 300;
/// What the patterns and the files are made from.
const SEED: u64 = 0x5EED;

/// A matching line, or one around it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    path: String,
    line: u64,
    is_context: bool,
    /// Where matches start and end in it.
    matches: Vec<(u64, u64)>,
}

/// A source of numbers that are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

/// A tree of awkward files in a sandbox, and what asks a daemon about it.
fn forest(sandbox: &Sandbox, numbers: &mut Numbers) -> Tree {
    let tree = sandbox.tree("forest", "");
    for (path, bytes) in forest::files(numbers) {
        tree.write(&path, bytes);
    }
    tree
}

/// What the service finds; `Err` when it refuses the pattern.
fn found_by_service(
    client: &Client,
    tree: &Tree,
    pattern: &Pattern,
) -> Result<(Vec<Found>, v1::GrepSummary), String> {
    let request = v1::GrepRequest {
        repository: tree.root_text().to_owned(),
        consistency: caught_up(),
        pattern: pattern.text.clone(),
        fixed: pattern.is_literal,
        ignore_case: pattern.ignore_case,
        smart_case: pattern.smart_case,
        word: pattern.word,
        multi_line: pattern.multi_line,
        before_context: pattern.context,
        after_context: pattern.context,
        limit: 100_000,
        ..Default::default()
    };
    let (parts, summary) = client.grep(request).map_err(|status| {
        assert_eq!(status.code(), tonic::Code::InvalidArgument, "{status:?}");
        status.message().to_owned()
    })?;
    let found = parts.into_iter().map(|part| match part {
        v1::grep_response::Part::Line(line) => found(line, false),
        v1::grep_response::Part::Context(line) => found(line, true),
        other => panic!("not asked for: {other:?}"),
    });
    Ok((found.collect(), summary))
}

fn found(line: v1::GrepLine, is_context: bool) -> Found {
    assert_eq!(line.state(), v1::ItemState::Verified, "{line:?}");
    let bytes = if line.raw.is_empty() { line.text.as_bytes() } else { &line.raw };
    let is_inside = |range: &v1::ByteRange| line.cut || range.end as usize <= bytes.len() + 1;
    assert!(line.matches.iter().all(is_inside), "{line:?}");
    let matches = line.matches.iter().map(|range| (range.start.into(), range.end.into())).collect();
    Found { path: line.path, line: line.line.into(), is_context, matches }
}

/// Longer than a file that was just written is looked upon with mistrust.
const SETTLING: Duration = Duration::from_millis(2_500);

/// Waits until no file counts as just written: such a one is always read, since it may have been written once more.
#[allow(clippy::disallowed_methods, reason = "files settle by the clock alone")]
fn settle() {
    std::thread::sleep(SETTLING);
}

#[test]
fn matches_are_those_of_ripgrep() {
    let mut numbers = Numbers(SEED);
    let sandbox = Sandbox::new();
    let tree = forest(&sandbox, &mut numbers);
    let daemon = sandbox.serve();
    let client = daemon.client();
    settle();
    client.add(tree.root_text());
    let rg = reference::Program::find();
    let texts = forest::texts(&mut Numbers(SEED));
    let (mut ruled_out, mut lines, mut refused) = (0, 0, 0);
    for number in 0..PATTERNS {
        let pattern = Pattern::random(&mut numbers, &texts);
        let expected = reference::found_by_libraries(&tree, &pattern);
        let (found, expected) = match (found_by_service(&client, &tree, &pattern), expected) {
            (Ok(found), Ok(expected)) => (found, expected),
            (Err(_), Err(_)) => {
                refused += 1;
                continue;
            }
            (ours, theirs) => panic!("{number}: {pattern:?}: {:?} and {:?}", ours.err(), theirs.err()),
        };
        assert_same(number, &pattern, &found.0, &expected);
        if let Some(rg) = &rg {
            assert_same(number, &pattern, &found.0, &rg.found(&tree, &pattern));
        }
        assert!(!found.1.truncated && found.1.files_failed == 0, "{number}: {pattern:?}: {:?}", found.1);
        ruled_out += found.1.files_ruled_out;
        lines += found.1.lines;
    }
    println!("{lines} lines, {ruled_out} times a file was ruled out, {refused} patterns refused by both");
    assert!(ruled_out > 1_000 && lines > 1_000 && refused < PATTERNS / 10, "{ruled_out} {lines} {refused}");
}

#[track_caller]
fn assert_same(number: usize, pattern: &Pattern, found: &[Found], expected: &[Found]) {
    let difference = found.iter().zip(expected).find(|(ours, theirs)| ours != theirs);
    assert!(
        found.len() == expected.len() && difference.is_none(),
        "{number}: {pattern:?}: {} and {} lines, first difference {difference:?}",
        found.len(),
        expected.len()
    );
}
