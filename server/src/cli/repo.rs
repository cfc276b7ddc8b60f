//! `contexd repo`: which repositories are indexed.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use contexd_proto::v1;

use crate::cli::Outcome;
use crate::cli::error::CommandError;
use crate::cli::invocation::Invocation;
use crate::cli::output::Printer;
use crate::cli::scan;
use crate::cli::service::Service;
use crate::cli::view::{Added, Removed, RepositoryList, render_added, render_removed, render_repositories};

/// Arguments of `contexd repo`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  contexd repo add ~/src/tokio                index it and go on following it
  contexd repo list
  contexd repo remove ~/src/tokio             forget it and delete its index; its files are never touched

A query for a repository that is not known adds it, so that `repo add` is needed only to do so beforehand.")]
pub(crate) struct RepoArgs {
    /// What to do.
    #[command(subcommand)]
    action: Action,
}

/// What to do with the list of repositories.
#[derive(Debug, Subcommand)]
enum Action {
    /// Index a repository and go on following it
    #[command(after_help = "Examples:\n  contexd repo add ~/src/tokio\n  contexd repo add . --json")]
    Add {
        /// Root of the repository [default: as --repo]
        #[arg(value_name = "PATH", value_hint = clap::ValueHint::DirPath)]
        path: Option<PathBuf>,
        /// Accept `/` or a home directory as the root
        #[arg(long)]
        allow_broad_root: bool,
    },
    /// Forget a repository and delete its index
    #[command(
        after_help = "Examples:\n  contexd repo remove ~/src/tokio\n  contexd repo remove tokio-0123456789abcdef"
    )]
    Remove {
        /// Root or id of the repository, as `contexd repo list` shows it [default: as --repo]
        #[arg(value_name = "PATH_OR_ID", value_hint = clap::ValueHint::DirPath)]
        repository: Option<PathBuf>,
    },
    /// List the known repositories
    #[command(
        after_help = "Examples:\n  contexd repo list\n  contexd repo list --json | jq -r .repositories[].root"
    )]
    List,
}

impl RepoArgs {
    /// The repository that must exist for the action to make sense.
    pub(crate) fn named_repository(&self) -> Option<&Path> {
        match &self.action {
            Action::Add { path, .. } => path.as_deref(),
            Action::Remove { .. } | Action::List => None,
        }
    }
}

/// Runs `contexd repo`.
pub(crate) async fn run(
    args: &RepoArgs,
    invocation: &Invocation,
    printer: &mut Printer,
) -> Result<Outcome, CommandError> {
    match &args.action {
        Action::Add { allow_broad_root, .. } => add(*allow_broad_root, invocation, printer).await,
        Action::Remove { repository } => remove(repository.as_deref(), invocation, printer).await,
        Action::List => list(invocation, printer).await,
    }
}

async fn add(
    allow_broad_root: bool,
    invocation: &Invocation,
    printer: &mut Printer,
) -> Result<Outcome, CommandError> {
    let service = Service::start(invocation).await?;
    let reply = scan::complete(&service, invocation, allow_broad_root).await?;
    let added = Added { added: reply.added, repository: reply.repository.unwrap_or_default().into() };
    printer.object(&added, render_added)?;
    Ok(Outcome::Found)
}

async fn remove(
    typed: Option<&Path>,
    invocation: &Invocation,
    printer: &mut Printer,
) -> Result<Outcome, CommandError> {
    let service = Service::running_or_own(invocation).await?;
    let wanted = match typed {
        Some(typed) => root_or_id(typed, &invocation.working_dir),
        None => invocation.repository_name()?,
    };
    let mut repositories = service.repositories();
    let known = repositories.list(v1::ListRepositoriesRequest {}).await?.into_inner().repositories;
    // A directory beneath a repository's root would be taken for that repository: only the root itself is meant.
    let Some(found) = known.into_iter().find(|known| known.root == wanted || known.id == wanted) else {
        invocation.notes.say(format!("not known: {wanted}"));
        return Ok(Outcome::NothingFound);
    };
    let request = v1::RemoveRepositoryRequest { repository: found.id };
    let reply = repositories.remove(request).await?.into_inner();
    let removed = Removed { root: reply.root, freed_bytes: reply.freed_bytes };
    printer.object(&removed, render_removed)?;
    Ok(Outcome::Found)
}

/// A directory by its canonical path, even where only its parent is left; anything else as typed: it may be an id.
fn root_or_id(typed: &Path, working_dir: &Path) -> String {
    let path = working_dir.join(typed);
    let text = typed.to_string_lossy();
    match path.canonicalize() {
        Ok(root) => root.to_string_lossy().into_owned(),
        Err(_) if text.contains('/') => path.to_string_lossy().into_owned(),
        Err(_) => text.into_owned(),
    }
}

async fn list(invocation: &Invocation, printer: &mut Printer) -> Result<Outcome, CommandError> {
    let service = Service::running_or_own(invocation).await?;
    let reply = service.repositories().list(v1::ListRepositoriesRequest {}).await?.into_inner();
    let list = RepositoryList::from(reply);
    printer.object(&list, render_repositories)?;
    Ok(Outcome::found(!list.repositories.is_empty()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_repository_is_removed_by_path_or_by_id_even_when_its_directory_has_gone() {
        let directory = tempfile::tempdir().unwrap();
        let here = directory.path().canonicalize().unwrap();
        std::fs::create_dir(here.join("tokio")).unwrap();
        let root = here.join("tokio").to_str().unwrap().to_owned();
        assert_eq!(root_or_id(Path::new("tokio"), &here), root);
        assert_eq!(root_or_id(Path::new("tokio-0123"), &here), "tokio-0123");
        assert_eq!(root_or_id(Path::new("/gone/tokio"), &here), "/gone/tokio");
    }
}
