//! The worker's loop: gather changes, wait for quiet, apply them; compare the whole tree where that is called for;
//! embed while there is nothing else to do.

use std::collections::BTreeSet;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use contexd_store::Generation;
use crossbeam_channel::{Receiver, select};

use super::filling::{Backoff, Filling};
use super::{BarrierError, BarrierReply, Command, Phase, ScopeSource, Shared, WatchOptions, WatchState};
use crate::IndexerError;
use crate::embed::Embedder;
use crate::pipeline::{Pipeline, ProgressCounts, ScanReport};
use crate::watch::{Changes, Watch};

/// A cookie not seen after this long is taken as a sign that the watcher has missed something.
const COOKIE_PATIENCE: Duration = Duration::from_secs(1);
/// Comparing the whole tree on git's or the clock's behalf may take at most one part in this many of the time.
const SCAN_SHARE: u32 = 10;
/// How long the worker sleeps when nothing is due; whatever happens wakes it.
const LONG: Duration = Duration::from_secs(3600);

/// Someone who waits until the index has caught up.
struct Waiter {
    reply: BarrierReply,
    /// Once seen, everything has been told that happened before. `None`: only a comparison of the whole tree will do.
    cookie: Option<u64>,
    asked: Instant,
}

/// The state of the worker's thread.
pub(super) struct Worker {
    pipeline: Pipeline,
    scope: ScopeSource,
    options: Option<WatchOptions>,
    shared: Arc<Shared>,
    commands: Receiver<Command>,
    wake: Receiver<()>,
    watch: Option<Watch>,
    degraded: Option<String>,
    /// Changes that are known and not applied.
    dirty: Changes,
    first_dirty: Instant,
    last_dirty: Instant,
    /// Do not wait for quiet.
    urgent: bool,
    last_cookie: u64,
    cookie_seen: u64,
    waiters: Vec<Waiter>,
    backoff: Backoff,
    /// What is wrong with the configuration; the one before is in force.
    scope_error: Option<String>,
    /// When the last comparison of the whole tree ended, and how long it took.
    last_scan: Option<(Instant, Duration)>,
    /// The model that embeds before the commit, if there is one, then the one that embeds later.
    fillings: Vec<Filling>,
    has_serving_model: bool,
    stopped: bool,
}

impl Worker {
    pub(super) fn new(
        (pipeline, scope, options): (Pipeline, ScopeSource, Option<WatchOptions>),
        embedder: Option<Arc<dyn Embedder>>,
        shared: Arc<Shared>,
        (commands, wake): (Receiver<Command>, Receiver<()>),
    ) -> Self {
        let now = Instant::now();
        let worker = Self {
            pipeline,
            scope,
            options,
            shared,
            commands,
            wake,
            watch: None,
            degraded: None,
            dirty: Changes { rescan: true, ..Changes::default() },
            first_dirty: now,
            last_dirty: now,
            urgent: true,
            last_cookie: 0,
            cookie_seen: 0,
            waiters: Vec::new(),
            backoff: Backoff::default(),
            scope_error: None,
            last_scan: None,
            has_serving_model: embedder.is_some(),
            fillings: embedder.into_iter().map(Filling::serving).collect(),
            stopped: false,
        };
        worker.publish_semantic();
        worker
    }

    /// Runs until told to stop. A panic in one round is counted like any other failure.
    pub(super) fn run(&mut self) {
        while !self.stopped {
            if catch_unwind(AssertUnwindSafe(|| self.round())).is_err() {
                self.watch = None;
                self.dirty.rescan = true;
                self.failed("indexing panicked".to_owned());
            }
        }
        self.shared.status().phase = Phase::Stopped;
    }

    /// Does the most urgent thing, or waits for something to do.
    fn round(&mut self) {
        let now = Instant::now();
        let due = self.apply_due(now);
        if due.is_some_and(|due| due <= now) {
            self.apply();
            self.wait(Duration::ZERO);
        } else if let Some(filling) = self.next_filling(now) {
            self.fill(filling);
            self.wait(Duration::ZERO);
        } else {
            let awaits_cookie = |waiter: &&Waiter| waiter.cookie.is_some();
            let cookie_due =
                self.waiters.iter().filter(awaits_cookie).map(|waiter| waiter.asked + COOKIE_PATIENCE).min();
            let fill_due = self.fillings.iter().filter_map(|filling| filling.next_look(now)).min();
            let next = [due, cookie_due, fill_due].into_iter().flatten().min();
            self.wait(next.map_or(LONG, |next| next.saturating_duration_since(now)));
        }
    }

    /// Waits for commands and changes, and takes them in.
    fn wait(&mut self, timeout: Duration) {
        select! {
            recv(self.commands) -> command => self.obey(command.unwrap_or(Command::Stop)),
            recv(self.wake) -> _ => {}
            default(timeout) => {}
        }
        while let Ok(command) = self.commands.try_recv() {
            self.obey(command);
        }
        self.take_changes();
        self.look_after_waiters();
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Stop => self.stopped = true,
            Command::Rescan => self.rescan_at_once(),
            Command::FillWith(model) => {
                self.fillings.truncate(usize::from(self.has_serving_model));
                self.fillings.push(Filling::background(model, Arc::clone(&self.shared.asked)));
                self.publish_semantic();
            }
            Command::Barrier(reply) => self.start_barrier(reply),
        }
    }

    fn rescan_at_once(&mut self) {
        self.dirty.rescan = true;
        self.urgent = true;
    }

    fn start_barrier(&mut self, reply: BarrierReply) {
        let trusted = self.watch.as_ref().filter(|_| self.degraded.is_none());
        self.last_cookie += 1;
        let written = trusted.is_some_and(|watch| {
            let result = watch.write_cookie(self.last_cookie);
            result.inspect_err(|error| tracing::warn!(%error, "cannot write cookie")).is_ok()
        });
        let cookie = written.then_some(self.last_cookie);
        if cookie.is_none() {
            self.rescan_at_once();
        }
        self.waiters.push(Waiter { reply, cookie, asked: Instant::now() });
    }

    fn take_changes(&mut self) {
        let changes = self.shared.inbox.take();
        self.cookie_seen = self.cookie_seen.max(changes.cookie);
        if changes.is_empty() {
            return;
        }
        if let Some(watch) = &mut self.watch {
            changes.paths.iter().for_each(|path| watch.forget(path));
        }
        self.last_dirty = Instant::now();
        if self.dirty.is_empty() {
            self.first_dirty = self.last_dirty;
        }
        self.dirty.merge(changes);
        self.shared.status().pending = self.dirty.pending();
    }

    /// Answers those whose cookie was seen, or makes haste for them; loses patience where none comes.
    fn look_after_waiters(&mut self) {
        let seen = self.cookie_seen;
        let now = Instant::now();
        for waiter in &mut self.waiters {
            if waiter.cookie.is_some_and(|cookie| cookie > seen) && now >= waiter.asked + COOKIE_PATIENCE {
                tracing::warn!("the watcher did not report a cookie; comparing the whole tree");
                waiter.cookie = None;
                self.dirty.overflow = true;
                self.urgent = true;
            }
        }
        if self.waiters.iter().any(|waiter| waiter.cookie.is_some_and(|cookie| cookie <= seen)) {
            if self.dirty.needs_nothing_but_git() {
                let generation = self.shared.reader.snapshot().generation();
                self.answer(false, || Ok(generation));
            } else {
                self.urgent = true;
            }
        }
    }

    /// Answers the waiters whose cookie was seen, or `all` of them.
    fn answer(&mut self, all: bool, answer: impl Fn() -> Result<Generation, BarrierError>) {
        let seen = self.cookie_seen;
        self.waiters.retain(|waiter| {
            let is_ready = all || waiter.cookie.is_some_and(|cookie| cookie <= seen);
            if is_ready {
                let _ = waiter.reply.send(answer());
            }
            !is_ready
        });
    }

    /// When the changes are to be applied, or the tree to be compared.
    fn apply_due(&self, now: Instant) -> Option<Instant> {
        if self.urgent {
            return Some(now);
        }
        let reconcile = self.degraded.as_ref().and_then(|_| self.scan_allowed(self.reconcile_every()));
        if self.dirty.is_empty() {
            return reconcile;
        }
        let (quiet, patience) = self
            .options
            .as_ref()
            .map_or((Duration::ZERO, Duration::ZERO), |options| (options.quiet, options.patience));
        let mut due = (self.last_dirty + quiet).min(self.first_dirty + patience);
        if self.dirty.is_only_git() {
            due = due.max(self.scan_allowed(Duration::ZERO).unwrap_or(due));
        }
        due = due.max(self.backoff.not_before().unwrap_or(due));
        Some(reconcile.map_or(due, |reconcile| reconcile.min(due)))
    }

    fn reconcile_every(&self) -> Duration {
        self.options.as_ref().map_or(LONG, |options| options.reconcile_every)
    }

    /// When the tree may be compared again on nobody's explicit wish: at least `pause` after the last time.
    fn scan_allowed(&self, pause: Duration) -> Option<Instant> {
        self.last_scan.map(|(ended, duration)| ended + pause.max(duration * SCAN_SHARE))
    }

    /// Applies what is dirty, all of it by comparing the whole tree where that is called for.
    fn apply(&mut self) {
        self.urgent = false;
        let mut changes = mem::take(&mut self.dirty);
        let may_scan = self.scan_allowed(Duration::ZERO).is_none_or(|then| then <= Instant::now());
        if changes.git && !may_scan && !changes.needs_rescan() {
            self.dirty.git = mem::take(&mut changes.git);
        }
        let is_rescan = changes.needs_rescan() || changes.git || changes.paths.is_empty();
        let result = if is_rescan { self.rescan(&changes) } else { self.apply_paths(&changes) };
        match result {
            Ok(generation) => {
                self.succeeded();
                self.answer(is_rescan, || Ok(generation));
            }
            Err(IndexerError::Stopped) => self.dirty.merge(changes),
            Err(error) => {
                self.dirty.merge(changes);
                let message = error.to_string();
                self.failed(message.clone());
                self.answer(is_rescan, || Err(BarrierError::Failed(message.clone())));
            }
        }
        let mut status = self.shared.status();
        status.pending = self.dirty.pending();
        status.phase = Phase::Idle;
    }

    fn apply_paths(&mut self, changes: &Changes) -> Result<Generation, IndexerError> {
        self.shared.status().phase = Phase::Applying;
        let (watch, shared) = (&mut self.watch, &self.shared);
        let mut before_listing = |directories: &[Arc<str>]| {
            watch.iter_mut().for_each(|watch| watch.add(directories));
        };
        let report = self.pipeline.apply(&changes.paths, &mut before_listing, &|new| shared.tell(new))?;
        if let Some(reason) = self.watch.as_mut().and_then(Watch::take_incomplete) {
            self.degraded = Some(reason);
        }
        self.publish_watch();
        tracing::debug!(
            paths = changes.paths.len(),
            changed = report.changed,
            removed = report.removed,
            generation = %report.generation,
            "applied changes"
        );
        Ok(report.generation)
    }

    fn rescan(&mut self, changes: &Changes) -> Result<Generation, IndexerError> {
        self.shared.status().phase = Phase::Scanning(ProgressCounts::default());
        if changes.overflow || changes.lost.is_some() {
            self.watch = None;
        }
        let no_watch = self.ensure_watch();
        let scope_error = self.renew_scope();
        let mut listed = BTreeSet::new();
        let (watch, shared) = (&mut self.watch, &self.shared);
        let mut before_listing = |directories: &[Arc<str>]| {
            listed.extend(directories.iter().cloned());
            watch.iter_mut().for_each(|watch| watch.add(directories));
        };
        let started = Instant::now();
        let result = self.pipeline.scan_watching(&mut before_listing, &|new| shared.tell(new));
        self.last_scan = Some((Instant::now(), started.elapsed()));
        if result.is_ok() {
            self.watch.iter_mut().for_each(|watch| watch.retain(&listed));
        }
        let incomplete = self.watch.as_mut().and_then(Watch::take_incomplete);
        self.degraded = no_watch.or(incomplete);
        self.publish_watch();
        let report = result?;
        let generation = report.generation;
        self.log_scan(&report);
        self.shared.status().last_scan = Some(report);
        self.scope_error = scope_error;
        Ok(generation)
    }

    /// Makes the scope anew. When its configuration is wrong, the one before stays in force; returns what is wrong.
    fn renew_scope(&mut self) -> Option<String> {
        match (self.scope)() {
            Ok(scope) => {
                self.pipeline.set_scope(scope);
                None
            }
            Err(error) => Some(error.to_string()),
        }
    }

    /// Starts the watcher unless it runs; returns why that is impossible.
    fn ensure_watch(&mut self) -> Option<String> {
        let options = self.options.as_ref().filter(|_| self.watch.is_none())?;
        let inbox = Arc::clone(&self.shared.inbox);
        let root = self.pipeline.scope().root();
        match Watch::start(root, &options.cookie_directory, options.max_directories, inbox) {
            Ok(watch) => {
                self.watch = Some(watch);
                self.publish_watch();
                None
            }
            Err(reason) => Some(reason),
        }
    }

    fn publish_watch(&self) {
        let Some(options) = &self.options else { return };
        let directories = self.watch.as_ref().map_or(0, Watch::directories);
        let state = match &self.degraded {
            None => WatchState::Watching { directories },
            Some(reason) => {
                tracing::warn!(reason, "cannot watch everything; comparing the tree now and then");
                WatchState::Degraded { reason: reason.clone(), directories, every: options.reconcile_every }
            }
        };
        self.shared.status().watch = state;
    }

    fn log_scan(&self, report: &ScanReport) {
        tracing::info!(
            files = report.files_walked,
            changed = report.changed,
            removed = report.removed,
            generation = %report.generation,
            seconds = report.total.as_secs_f64(),
            "compared the tree with the index"
        );
    }

    fn succeeded(&mut self) {
        self.backoff.succeeded();
        self.shared.status().last_error.clone_from(&self.scope_error);
    }

    fn failed(&mut self, message: String) {
        tracing::warn!(error = message, "indexing failed; trying again");
        self.backoff.failed();
        self.last_dirty = Instant::now();
        let mut status = self.shared.status();
        status.errors += 1;
        status.last_error = Some(message);
    }

    /// The position of a model that has something to embed, unless changes wait.
    fn next_filling(&mut self, now: Instant) -> Option<usize> {
        if !(self.dirty.is_empty() && self.waiters.is_empty()) {
            return None;
        }
        let generation = self.shared.reader.snapshot().generation();
        let next = self.fillings.iter_mut().position(|filling| filling.is_due(generation, now));
        self.publish_pauses();
        next
    }

    fn publish_pauses(&self) {
        let mut status = self.shared.status();
        for (semantic, filling) in status.semantic.iter_mut().zip(&self.fillings) {
            if semantic.paused.as_deref() != filling.paused() {
                semantic.paused = filling.paused().map(str::to_owned);
            }
        }
    }

    fn fill(&mut self, position: usize) {
        let filling = &mut self.fillings[position];
        let error = filling.step(&mut self.pipeline).err().map(|error| error.to_string());
        if let Some(error) = &error {
            tracing::warn!(error, "embedding failed; trying again later");
        }
        let generation = self.shared.reader.snapshot().generation();
        self.shared.tell(generation);
        if let Some(semantic) = self.shared.status().semantic.get_mut(position) {
            semantic.error = error;
        }
    }

    fn publish_semantic(&self) {
        self.shared.status().semantic = self.fillings.iter().map(Filling::status).collect();
    }
}
