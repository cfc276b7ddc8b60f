//! Why a place ranks where it ranks: the same computation as [`search`](crate::search), told step by step.

use contexd_store::{FileEntry, Generation, Snapshot};

use crate::candidates::{Evidence, Pool};
use crate::score::Breakdown;
use crate::search::{Ranked, best, rank};
use crate::understand::{Strength, Understanding};
use crate::{Hit, Query, QueryKind, RetrieveError, Weights};

/// Terms and names that are listed.
const LISTED: usize = 12;

/// Why a place ranks where it ranks.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The generation that answered.
    pub generation: Generation,
    /// What the question was taken for.
    pub kind: QueryKind,
    /// Candidates that were ranked.
    pub candidates: usize,
    /// Position of the place among them, 1-based; `None` when no source proposed it.
    pub rank: Option<usize>,
    /// The piece that holds the place, as it was ranked.
    pub hit: Option<Hit>,
    /// How its score came about.
    pub breakdown: Option<Breakdown>,
    /// What happened, step by step, for people.
    pub stages: Vec<String>,
}

/// Explains the rank of the piece of `path` that holds `line` (1-based; 0 for the best piece of the file) for `query`,
/// whose limit plays no part.
///
/// # Errors
/// When the query is malformed, the file is not indexed, or the index cannot be read.
pub fn explain(
    snapshot: &Snapshot,
    query: &Query,
    weights: &Weights,
    path: &str,
    line: u32,
) -> Result<Explanation, RetrieveError> {
    let Some(file) = snapshot.file_by_path(path) else {
        let detail = format!("{path} is not indexed");
        return Err(RetrieveError::InvalidArgument { field: "path", detail });
    };
    let mut ranked = rank(snapshot, query, weights)?;
    ranked.hits = best(ranked.hits, usize::MAX);
    let holds = |hit: &Hit| {
        hit.file.id == file.id && (line == 0 || (hit.span.start_line..=hit.span.end_line).contains(&line))
    };
    let found = ranked.hits.iter().position(holds);
    let hit = found.map(|at| ranked.hits[at].clone());
    let breakdown = hit.as_ref().map(|hit| weights.breakdown(ranked.kind, hit));
    let mut stages = vec![told_understanding(&ranked.understanding, ranked.kind)];
    match found.zip(breakdown.as_ref()) {
        Some((at, breakdown)) => stages.extend(told_hit(&ranked, at, breakdown)),
        None => stages.push(told_absence(&ranked, file, line)),
    }
    Ok(Explanation {
        generation: snapshot.generation(),
        kind: ranked.kind,
        candidates: ranked.hits.len(),
        rank: found.map(|at| at + 1),
        breakdown,
        hit,
        stages,
    })
}

fn told_understanding(understanding: &Understanding, kind: QueryKind) -> String {
    let terms = understanding.terms.iter().map(|term| format!("{} {:.2}", term.text, term.weight));
    let code = understanding.identifiers.iter().filter(|identifier| identifier.strength > Strength::Word);
    let names = code.map(|identifier| identifier.name.clone());
    let frames = understanding.frames.iter().map(|frame| format!("{}:{}", frame.path, frame.line));
    let mut told = format!("read as {}", kind.as_str());
    for (what, listed) in [
        ("terms", list(terms)),
        ("names", list(names)),
        ("paths", list(understanding.paths.iter().cloned())),
        ("places", list(frames)),
        ("quoted", list(understanding.literals.iter().map(|literal| format!("\"{literal}\"")))),
    ] {
        if !listed.is_empty() {
            told.push_str(&format!("; {what}: {listed}"));
        }
    }
    told
}

fn list(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    let mut told = items[..items.len().min(LISTED)].join(", ");
    if items.len() > LISTED {
        told.push_str(&format!(" and {} more", items.len() - LISTED));
    }
    told
}

fn told_hit(ranked: &Ranked, at: usize, breakdown: &Breakdown) -> Vec<String> {
    let hit = &ranked.hits[at];
    let evidence = ranked.pool.get(&hit.chunk).copied().unwrap_or_default();
    let mut stages = vec![told_sources(&ranked.pool, &evidence)];
    let sum: f32 = breakdown.parts.iter().map(|part| part.points()).sum();
    stages.push(match breakdown.class {
        Some(class) => format!("signals add up to {sum:.3}, times {:.2}: {class}", breakdown.prior),
        None => format!("signals add up to {sum:.3}"),
    });
    if breakdown.file_support > 1.0 {
        let factor = breakdown.file_support;
        stages.push(format!("times {factor:.3}: another piece of its file answers too"));
    }
    if breakdown.same_file < 1.0 {
        let factor = breakdown.same_file;
        stages.push(format!("times {factor:.3}: better pieces of its file come before it"));
    }
    stages.push(format!("score {:.3}, rank {} of {}", hit.score, at + 1, ranked.hits.len()));
    stages
}

/// Which sources proposed the piece, and how far up it stood in each.
fn told_sources(pool: &Pool, evidence: &Evidence) -> String {
    let place = |value: fn(&Evidence) -> f32| {
        let better = pool.values().filter(|other| value(other) > value(evidence)).count();
        let present = pool.values().filter(|other| value(other) > 0.0).count();
        format!("{} of {present}", better + 1)
    };
    let mut sources = Vec::new();
    if evidence.lexical > 0.0 {
        let place = place(|evidence| evidence.lexical);
        sources.push(format!("keywords ({place})"));
    }
    if let Some(similarity) = evidence.dense_static {
        let place = place(|evidence| evidence.dense_static.unwrap_or(0.0));
        sources.push(format!("built-in model ({place}; similarity {similarity:.3})"));
    }
    if let Some(similarity) = evidence.dense_transformer {
        let place = place(|evidence| evidence.dense_transformer.unwrap_or(0.0));
        sources.push(format!("transformer ({place}; similarity {similarity:.3})"));
    }
    if evidence.definition > 0.0 {
        sources.push(format!("it defines a name of the question ({:.2})", evidence.definition));
    }
    if evidence.path_match > 0.0 {
        sources.push(format!("the question names its file ({:.2})", evidence.path_match));
    }
    if evidence.frame > 0.0 {
        sources.push(format!("error output names its line ({:.2})", evidence.frame));
    }
    if evidence.verbatim > 0.0 {
        let share = evidence.verbatim * 100.0;
        sources.push(format!("{share:.0} % of what the question quotes stands in it"));
    }
    format!("proposed by: {}", sources.join(", "))
}

fn told_absence(ranked: &Ranked, file: &FileEntry, line: u32) -> String {
    let pieces = ranked.hits.iter().filter(|hit| hit.file.id == file.id).count();
    let reasons =
        "no name, term or place of the question led to it, or others led to more, or a filter left it out";
    if line > 0 && pieces > 0 {
        format!(
            "not among the {} candidates, unlike {pieces} other pieces of its file: {reasons}",
            ranked.hits.len()
        )
    } else {
        format!("not among the {} candidates: {reasons}", ranked.hits.len())
    }
}
