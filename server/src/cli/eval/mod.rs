//! `contexd eval`: how well questions are answered, measured on sets of questions with known answers.

mod annotations;
mod metrics;
mod mine;
mod report;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use clap::{Args, Subcommand};
use contexd_proto::v1;
use contexd_retriever::Weights;

use crate::cli::Outcome;
use crate::cli::error::{CommandError, ErrorKind};
use crate::cli::filter::FocusArg;
use crate::cli::invocation::Invocation;
use crate::cli::output::{Notes, Printer};
use crate::cli::scan;
use crate::cli::service::Service;
use crate::cli::view::Semantic;
use annotations::{Question, Suite, Target};
use metrics::{DEPTH, Place, Scored, worth};
use report::{Ablation, Report, render};

/// Hits among which right files are looked for.
const FILE_HITS: u32 = 200;

/// Milliseconds between two words on the vectors of an installed model.
const FILL_LOOK_MS: u32 = 5_000;

/// Arguments of `contexd eval`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(after_help = "\
Examples:
  contexd eval questions.json                              about the repository around you
  contexd eval annotations/ --repos repos/                 a file a repository: annotations/NAME.json, repos/NAME
  contexd eval questions.json --json > before.json
  contexd eval questions.json --compare before.json        with a paired bootstrap
  contexd eval questions.json --ablate all                 what each signal is worth
  contexd eval questions.json --weights mine.toml          with other weights (see retriever/weights.toml)
  contexd eval mine > questions.json                       make a set out of the repository's history

A file of questions is a list of {\"query\": ..., \"relevant\": [...], \"secondary\": [...], \"category\": ...}; a place is a
path, {\"path\": ..., \"symbol\": ...} or {\"path\": ..., \"start_line\": ..., \"end_line\": ...}. With \"focus\": \"PATH[:LINE]\" a question is asked from
there; hits in that file do not count, who asks has it before them. Measured are NDCG@10 with binary gains, the reciprocal rank
of the first right hit and the share of places found (all within ten hits), the rank of the first right file, the
tokens to read until the first right hit, and the time to an answer. This process answers, from indexes of its own
(the cache's eval/), so that a daemon is left alone; it waits until an installed model has made all its vectors.
With --json: one object with weights, semantic, overall, by_category, by_language, by_repository, questions.")]
pub(crate) struct EvalArgs {
    /// A file of questions, or a directory of such files
    #[arg(value_name = "PATH", required = true, value_hint = clap::ValueHint::AnyPath)]
    path: Option<PathBuf>,
    /// Directory of repositories: a file NAME.json is about NAME in it
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    repos: Option<PathBuf>,
    /// File that names each repository's language and the directory of it that is searched
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    manifest: Option<PathBuf>,
    /// Rank by the weights in this file
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    weights: Option<PathBuf>,
    /// Leave out a signal, or a class's factor; `all` measures each in turn
    #[arg(long, value_name = "SIGNAL")]
    ablate: Vec<String>,
    /// Compare with an earlier report (--json)
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    compare: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<EvalCommand>,
}

/// What else there is to do about evaluations.
#[derive(Debug, Subcommand)]
enum EvalCommand {
    /// Make a set of questions out of the repository's history
    Mine(mine::MineArgs),
}

/// Runs `contexd eval`.
pub(crate) async fn run(
    args: &EvalArgs,
    invocation: &Invocation,
    printer: &mut Printer,
) -> Result<Outcome, CommandError> {
    if let Some(EvalCommand::Mine(args)) = &args.command {
        return mine::run(args, invocation, printer).await;
    }
    let path = args.path.as_deref().unwrap_or(Path::new("."));
    let baseline = args.compare.as_deref().map(annotations::read::<Report>).transpose()?;
    let suites =
        annotations::load(path, args.repos.as_deref(), args.manifest.as_deref(), &invocation.repository)?;
    let weights = args.weights()?;
    let each = args.ablate.iter().any(|name| name == "all");
    let shown = if each { weights.clone() } else { without(&weights, &args.ablate)? };
    let bench = Bench::open(invocation, suites).await?;
    let mut report = bench.measure(shown, args.told_weights(each)).await?;
    if each {
        for name in weights.names() {
            invocation.notes.say(format!("without {name}"));
            let left = bench.measure(without(&weights, &[name.to_owned()])?, String::new()).await?;
            let against = left.compare(&report);
            report.ablations.push(Ablation { without: name.to_owned(), means: left.overall, against });
        }
    }
    report.against = baseline.map(|baseline| report.compare(&baseline));
    printer.object(&report, render)?;
    Ok(Outcome::Found)
}

impl EvalArgs {
    fn weights(&self) -> Result<Weights, CommandError> {
        let Some(path) = &self.weights else { return Ok(Weights::built_in().clone()) };
        let wrong =
            |detail: String| CommandError::new(ErrorKind::Input, format!("{}: {detail}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        Weights::parse(&text).map_err(wrong)
    }

    fn told_weights(&self, each: bool) -> String {
        let mut told = self.weights.as_deref().map_or("built-in".into(), Path::to_string_lossy).into_owned();
        if !each && !self.ablate.is_empty() {
            told.push_str(" without ");
            told.push_str(&self.ablate.join(", "));
        }
        told
    }
}

/// `weights` with all of `names` left out.
fn without(weights: &Weights, names: &[String]) -> Result<Weights, CommandError> {
    names.iter().try_fold(weights.clone(), |weights, name| {
        weights.without(name).ok_or_else(|| {
            let known = weights.names().join(", ");
            CommandError::new(ErrorKind::Input, format!("no signal {name}: there are all, {known}"))
        })
    })
}

/// The sets with their indexes, in this process: the ranking's weights are this command's own.
struct Bench<'a> {
    invocation: &'a Invocation,
    service: Service,
    suites: Vec<Suite>,
    /// Root of each suite's repository, as requests name it.
    roots: Vec<String>,
}

impl<'a> Bench<'a> {
    async fn open(invocation: &'a Invocation, mut suites: Vec<Suite>) -> Result<Self, CommandError> {
        let service = Service::own_in(invocation, invocation.settings.cache_dir.join("eval")).await?;
        let mut roots = Vec::with_capacity(suites.len());
        for suite in &mut suites {
            invocation.notes.say(format!("indexing {}", suite.root.display()));
            let root = index(&service, suite).await?;
            fill(&service, invocation.notes, suite, &root).await?;
            find_symbols(&service, suite, &root).await?;
            roots.push(root);
        }
        Ok(Self { invocation, service, suites, roots })
    }

    /// Asks every question, ranking by `weights`.
    async fn measure(&self, weights: Weights, told: String) -> Result<Report, CommandError> {
        if let Some(engine) = self.invocation.opened_engine() {
            engine.set_weights(Arc::new(weights));
        }
        let mut scored = Vec::new();
        let mut semantic = Semantic::default();
        for (suite, root) in self.suites.iter().zip(&self.roots) {
            for question in &suite.questions {
                let (one, state) = self.ask(suite, root, question).await?;
                scored.push(one);
                semantic = state;
            }
        }
        Ok(Report::new(told, semantic.state.to_owned(), scored))
    }

    async fn ask(
        &self,
        suite: &Suite,
        root: &str,
        question: &Question,
    ) -> Result<(Scored, Semantic), CommandError> {
        let request = v1::SearchRequest {
            repository: root.to_owned(),
            query: question.query.clone(),
            limit: DEPTH as u32,
            include_text: true,
            focus: question.focus.as_ref().map(FocusArg::of_repository),
            ..v1::SearchRequest::default()
        };
        let began = Instant::now();
        let mut shown = self.service.search().search(request.clone()).await?.into_inner();
        let micros = began.elapsed().as_micros() as u64;
        let request = v1::SearchRequest { limit: FILE_HITS, include_text: false, ..request };
        let mut all = self.service.search().search(request.clone()).await?.into_inner();
        if let Some(focus) = &request.focus {
            shown.hits.retain(|hit| hit.path != focus.path);
            all.hits.retain(|hit| hit.path != focus.path);
        }
        let worth = worth(question, &places(&all.hits));
        let read = &shown.hits[..worth.rank.min(shown.hits.len())];
        let scored = Scored {
            repository: suite.name.clone(),
            language: suite.language.clone(),
            query: question.query.clone(),
            focus: question.focus.clone().map(String::from).unwrap_or_default(),
            category: question.category.clone(),
            ndcg: worth.ndcg,
            rank: worth.rank,
            recall: worth.recall,
            file_rank: worth.file_rank,
            tokens: read.iter().map(|hit| contexd_retriever::count_tokens(&hit.text) as usize).sum(),
            micros,
        };
        Ok((scored, Semantic::from(all.meta.unwrap_or_default().semantic)))
    }
}

fn places(hits: &[v1::SearchHit]) -> Vec<Place<'_>> {
    hits.iter().map(|hit| Place { path: &hit.path, lines: (hit.start_line, hit.end_line) }).collect()
}

/// Brings the index of a suite's repository to completion and gives its root.
async fn index(service: &Service, suite: &Suite) -> Result<String, CommandError> {
    let root = suite.root.canonicalize().map_err(|error| {
        let message = format!("{} (the repository of {}): {error}", suite.root.display(), suite.name);
        CommandError::new(ErrorKind::Input, message)
    })?;
    let root = root.to_string_lossy().into_owned();
    scan::complete_at(service, &root).await?;
    Ok(root)
}

/// Looks up the lines of the definitions that the suite's answers name.
async fn find_symbols(service: &Service, suite: &mut Suite, root: &str) -> Result<(), CommandError> {
    for target in suite.questions.iter_mut().flat_map(Question::targets_mut) {
        let Target::Symbol { path, symbol, places } = target else { continue };
        let request = v1::GetOutlineRequest {
            repository: root.to_owned(),
            path: path.clone(),
            ..v1::GetOutlineRequest::default()
        };
        let outline = service.search().get_outline(request).await?.into_inner();
        *places = Target::places_in(&outline.symbols, symbol);
        if places.is_empty() {
            let message = format!("{}: no definition {symbol} in {path}", suite.name);
            return Err(CommandError::new(ErrorKind::Input, message));
        }
    }
    Ok(())
}

/// Waits until an installed model has made its vectors of the suite's repository: what is measured is what answers are
/// worth when everything is there.
async fn fill(service: &Service, notes: Notes, suite: &Suite, root: &str) -> Result<(), CommandError> {
    let request = v1::WatchStatusRequest { repository: root.to_owned(), min_interval_ms: FILL_LOOK_MS };
    let mut looks = service.repositories().watch_status(request).await?.into_inner();
    while let Some(look) = looks.message().await? {
        let semantic = look.repository.unwrap_or_default().semantic.unwrap_or_default();
        if semantic.state() != v1::semantic_state::State::Partial {
            break;
        }
        let v1::SemanticState { percent, reason, model, .. } = semantic;
        notes.say(format!("{}: {model} at {percent} %: {reason}", suite.name));
    }
    Ok(())
}
