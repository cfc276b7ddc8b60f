//! The quality gate: questions with known answers over this repository and over crates that the build downloads
//! anyway, asked as the service asks them and compared with the ranks that are committed.
//!
//! How to read, extend and update it: `docs/evaluation.md`.

mod committed;
mod errors;
mod measure;
mod set;
mod source;

use committed::Committed;
use measure::Measured;

/// Set to anything, the ranks as they are now are written instead of compared.
const UPDATE: &str = "UPDATE_RANKS";

#[test]
fn the_ranks_of_the_truth_set_have_not_fallen() {
    let roots = source::roots();
    let measured: Vec<Measured> = set::names().iter().map(|name| Measured::of(name, &roots)).collect();
    let gone: Vec<&str> = measured.iter().flat_map(|source| &source.gone).map(String::as_str).collect();
    assert!(gone.is_empty(), "answers are gone, correct the sets:\n  {}", gone.join("\n  "));
    if std::env::var_os(UPDATE).is_some() {
        committed::write(&measured);
        return;
    }
    let before = Committed::read();
    print!("{}", before.table(&measured));
    let problems = before.problems(&measured);
    assert!(
        problems.is_empty(),
        "the ranking is worse than what is committed:\n  {}\n{UPDATE}=1 writes the ranks anew, see docs/evaluation.md",
        problems.join("\n  ")
    );
}

#[test]
fn the_truth_set_is_large_and_of_several_kinds() {
    let questions: Vec<_> = set::names().iter().flat_map(|name| set::questions(name)).collect();
    assert!(questions.len() >= 150, "{} questions", questions.len());
    for kind in ["symbol", "semantic", "architecture", "error"] {
        let count = questions.iter().filter(|question| question.category == kind).count();
        assert!(count >= 20, "{count} questions of kind {kind}");
    }
}
