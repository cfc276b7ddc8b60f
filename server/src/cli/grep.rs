//! `contexd grep`: every line that matches a pattern, as it is on disk now.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use contexd_proto::v1;
use contexd_proto::v1::grep_response::Part;
use tonic::Streaming;

use crate::cli::Outcome;
use crate::cli::error::CommandError;
use crate::cli::filter::FilterArgs;
use crate::cli::invocation::Invocation;
use crate::cli::output::Printer;
use crate::cli::scan;
use crate::cli::service::{Service, pass_on_notices};
use crate::cli::view::{GrepFile, GrepLine, GrepText};

/// Most files that `--files-with-matches` and `--count` show.
const MOST_FILES: u32 = 100_000;

/// Arguments of `contexd grep`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  contexd grep 'fn spawn_\\w+'                  a regular expression, in all files of the repository
  contexd grep -F 'map[key' src tests           the characters as they stand, in two directories
  contexd grep -iw fix -g '*.rs' -C 2          whole words in either case, with the lines around them
  contexd grep -U 'struct \\w+ \\{\\s*\\}'          a match may span lines
  contexd grep unwrap --kind function --tests no   within functions that are no tests
  contexd grep -l deprecated -t python          the files alone
  contexd grep retry --json | jq -r .path

Patterns are those of ripgrep, and so are the matches. Files that ignore rules leave out are not searched, nor are those
that may hold keys or passwords. The index proves of most files that they hold no match; the others are read.
With --json: one object a line, with path, line, end_line, text, matches (start, end: bytes of text), state, context;
raw (bytes) where a line is not UTF-8, to which matches then refer. With -l or -c: path, lines, state.")]
pub(crate) struct GrepArgs {
    /// What to look for: a regular expression
    #[arg(value_name = "PATTERN")]
    pattern: String,
    /// Files and directories to look into [default: all of the repository]
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    paths: Vec<PathBuf>,
    /// Take the pattern's characters as they stand
    #[arg(long, short = 'F')]
    fixed_strings: bool,
    /// Match letters in either case
    #[arg(long, short)]
    ignore_case: bool,
    /// Match letters in either case if the pattern has none in upper case
    #[arg(long, short = 'S', conflicts_with = "ignore_case")]
    smart_case: bool,
    /// Match whole words only
    #[arg(long, short)]
    word_regexp: bool,
    /// Let a match span lines
    #[arg(long, short = 'U')]
    multiline: bool,
    /// Show this many lines after each match
    #[arg(long, short = 'A', value_name = "N", value_parser = clap::value_parser!(u32).range(..=1_000))]
    after_context: Option<u32>,
    /// Show this many lines before each match
    #[arg(long, short = 'B', value_name = "N", value_parser = clap::value_parser!(u32).range(..=1_000))]
    before_context: Option<u32>,
    /// Show this many lines around each match
    #[arg(long, short = 'C', value_name = "N", value_parser = clap::value_parser!(u32).range(..=1_000))]
    context: Option<u32>,
    /// Show the files that match, not the lines
    #[arg(long, short = 'l', conflicts_with_all = ["count", "after_context", "before_context", "context"])]
    files_with_matches: bool,
    /// Show the files that match, with their number of matching lines
    #[arg(long, short, conflicts_with_all = ["after_context", "before_context", "context"])]
    count: bool,
    /// Most matching lines to show in all, 1 to 100,000 [default: 1,000; files: 100,000]
    #[arg(long, short = 'm', value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: Option<u32>,
    /// Only files that match a glob, or with `!` before it none that do; repeatable
    #[arg(long, short, value_name = "GLOB", help_heading = "Filters")]
    glob: Vec<String>,
    #[command(flatten)]
    filter: FilterArgs,
}

/// Runs `contexd grep`.
pub(crate) async fn run(
    args: &GrepArgs,
    invocation: &Invocation,
    printer: &mut Printer,
) -> Result<Outcome, CommandError> {
    let request = args.to_wire(invocation)?;
    let service = Service::start(invocation).await?;
    // What is printed cannot be taken back: the repository must be known, and scanned, before.
    scan::complete(&service, invocation, false).await?;
    let parts = service.search().grep(request).await?.into_inner();
    let (is_found, summary) = print(parts, printer, args).await?;
    say(&summary, invocation);
    Ok(Outcome::found(is_found))
}

impl GrepArgs {
    fn to_wire(&self, invocation: &Invocation) -> Result<v1::GrepRequest, CommandError> {
        let output = match (self.files_with_matches, self.count) {
            (true, _) => v1::GrepOutput::Files,
            (false, true) => v1::GrepOutput::Counts,
            (false, false) => v1::GrepOutput::Lines,
        };
        let most_files = if output == v1::GrepOutput::Lines { 0 } else { MOST_FILES };
        let paths = self.paths.iter().map(|path| invocation.path_in_repository(path));
        let around = self.context.unwrap_or(0);
        Ok(v1::GrepRequest {
            repository: invocation.repository_name()?,
            consistency: invocation.consistency(),
            session: String::new(),
            pattern: self.pattern.clone(),
            fixed: self.fixed_strings,
            ignore_case: self.ignore_case,
            word: self.word_regexp,
            filter: self.filter(),
            limit: self.limit.unwrap_or(most_files),
            smart_case: self.smart_case,
            multi_line: self.multiline,
            before_context: self.before_context.unwrap_or(around),
            after_context: self.after_context.unwrap_or(around),
            paths: paths.collect::<Result<_, _>>()?,
            output: output.into(),
        })
    }

    /// The filters, with the globs among them.
    fn filter(&self) -> Option<v1::Filter> {
        let mut filter = self.filter.to_wire().unwrap_or_default();
        for glob in &self.glob {
            match glob.strip_prefix('!') {
                Some(refused) => filter.exclude.push(refused.to_owned()),
                None => filter.include.push(glob.clone()),
            }
        }
        (filter != v1::Filter::default()).then_some(filter)
    }

    /// Whether lines come in groups that are to be set apart.
    fn has_groups(&self) -> bool {
        [self.after_context, self.before_context, self.context]
            .iter()
            .any(|lines| lines.is_some_and(|n| n > 0))
    }
}

/// Prints the parts as they come. Gives whether there was any, and the summary.
async fn print(
    mut parts: Streaming<v1::GrepResponse>,
    printer: &mut Printer,
    args: &GrepArgs,
) -> Result<(bool, v1::GrepSummary), CommandError> {
    let mut text = GrepText::new(args.has_groups(), printer.palette);
    let mut is_found = false;
    while let Some(reply) = parts.message().await? {
        let line = match reply.part {
            Some(Part::Line(line)) => GrepLine::new(line, false),
            Some(Part::Context(line)) => GrepLine::new(line, true),
            Some(Part::File(file)) => {
                is_found = true;
                printer.object(&GrepFile::new(file, args.count), GrepFile::render)?;
                continue;
            }
            Some(Part::Summary(summary)) => return Ok((is_found, summary)),
            None => continue,
        };
        is_found = true;
        if printer.json {
            printer.json(&line)?;
        } else {
            printer.bytes(&text.render(&line))?;
        }
    }
    Ok((is_found, v1::GrepSummary::default()))
}

/// Tells people what they should know about the answer.
fn say(summary: &v1::GrepSummary, invocation: &Invocation) {
    if let Some(meta) = &summary.meta {
        pass_on_notices(meta, invocation);
    }
    if summary.truncated {
        invocation.notes.say("note: there is more; --limit N shows it");
    }
    let told = [
        (summary.files_failed, "could not be searched"),
        (summary.files_withheld, "may hold keys or passwords and were not searched"),
    ];
    for (files, what) in told.iter().filter(|(files, _)| *files > 0) {
        invocation.notes.say(format!("note: {files} files {what}"));
    }
}
