//! What happens when: all rules of the order and of the end (R4, R5, R7, R8, R9, R11, R15, R20, R21, R23), and nothing else.
//!
//! A state machine without clock, threads, user code or I/O. Whoever drives it asks [`next`](Scheduler::next) what to
//! do, does it, and says how it went; the time is a number that the driver hands over, in nanoseconds from the start
//! of the run. A new scheduler serves each run.

mod blame;
mod growth;
mod limits;
mod preliminary;
mod ready;
mod retry;
mod settling;
mod stopping;
mod words;

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::sync::Arc;

pub(crate) use self::blame::{Blame, RunVerdict};
use self::growth::Grown;
use self::limits::Limits;
use self::preliminary::Preliminary;
use self::ready::Ready;
use self::settling::Settling;
use self::stopping::Stopping;
pub(crate) use self::words::{Entered, Next, Settings, Start, TryOutcome, Verdict, Why};
use rustc_hash::FxHashMap;

use crate::plan::{Graph, JobId, Policy, Terms, id};
use crate::status::Status;

pub(crate) struct Scheduler {
    graph: Arc<Graph>,
    settings: Settings,
    jobs: Vec<Job>,
    /// For each job, how many dependencies have not passed. Apart from the rest, since this is all that is looked at
    /// when a dependency passes, in no order that a cache likes.
    missing: Vec<u32>,
    ready: Ready,
    /// Retries whose time has not come: time, round, place.
    delayed: BinaryHeap<Reverse<(u64, u32, JobId)>>,
    /// Tries that hold a slot.
    running: u32,
    limits: Limits,
    settling: Settling,
    /// When the time of which running or settling try is over, or that is told again.
    expiries: BTreeSet<(u64, JobId)>,
    /// Tries to clean up after, in the order in which run was entered.
    entered: Vec<Entered>,
    /// Whether the clean-up after the last of them has been handed out.
    is_cleaning: bool,
    stopping: Stopping,
    /// Whether jobs that will not be tried any more have been told so.
    closed: bool,
    /// Jobs that ended without a try of theirs being the cause.
    swept: Vec<(JobId, Status)>,
    /// Jobs that have come to the graph since the run began (see [`grow`](Self::grow)).
    grown: Vec<Grown>,
    /// What needs a job, beside what the graph knows of.
    added: FxHashMap<JobId, Vec<JobId>>,
    /// Jobs that lack a member, and nothing else any more: they are about to fail, the first one first.
    lacking: Vec<JobId>,
    /// Jobs that wait for a family to come into being, by family.
    waiting: FxHashMap<JobId, Vec<JobId>>,
    preliminary: Preliminary,
}

#[derive(Clone, Copy)]
struct Job {
    /// Start of its last try.
    started: u64,
    /// Round of its next try, or of the running one.
    round: u32,
    /// Tries begun.
    tries: u32,
    /// Whether its last try holds a slot.
    is_running: bool,
    /// Whether the run of any of its tries was entered.
    has_run: bool,
    /// How it ends once nothing is missing, if not by a try.
    untried: Option<Untried>,
    ended: Option<Status>,
}

/// Why a job is not tried though all that it needs has passed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Untried {
    /// It is a family that has come into being, and passes with its members.
    Made,
    /// It needs a member that its family doesn't have, and fails as if that was found out by its try: whatever else it
    /// needs comes first, so that this does not depend on which of them is known earlier.
    Lacks,
}

impl Job {
    fn new(round: u32) -> Self {
        Self { started: 0, round, tries: 0, is_running: false, has_run: false, untried: None, ended: None }
    }
}

impl Scheduler {
    pub(crate) fn new(graph: Arc<Graph>, settings: Settings) -> Self {
        let count = graph.policies.len();
        let mut ready = Ready::new(count);
        let mut missing: Vec<u32> = (0..count).map(|index| id(graph.dependencies.of(id(index)).len()).0).collect();
        let mut waiting: FxHashMap<JobId, Vec<JobId>> = FxHashMap::default();
        for (family, job) in &graph.waits {
            missing[job.index()] += 1;
            waiting.entry(*family).or_default().push(*job);
        }
        for (index, _) in missing.iter().enumerate().filter(|(_, missing)| **missing == 0) {
            ready.push(1, id(index));
        }
        Self {
            limits: Limits::new(&graph.limits),
            graph,
            settings,
            jobs: vec![Job::new(1); count],
            missing,
            ready,
            delayed: BinaryHeap::new(),
            running: 0,
            settling: Settling::default(),
            expiries: BTreeSet::new(),
            entered: Vec::new(),
            is_cleaning: false,
            stopping: Stopping::default(),
            closed: false,
            swept: Vec::new(),
            grown: Vec::new(),
            added: FxHashMap::default(),
            lacking: Vec::new(),
            waiting,
            preliminary: Preliminary::default(),
        }
    }

    /// What to do at this time. Ask again after every answer but `Wait`; after that, when the time has come or a try
    /// has finished.
    #[inline]
    pub(crate) fn next(&mut self, now: u64) -> Next {
        if let Some(next) = self.next_to_stop(now) {
            return next;
        }
        self.collect_due(now);
        if self.running < self.settings.slots {
            if !self.settling.is_empty()
                && let Some(next) = self.next_to_resume()
            {
                return next;
            }
            if let Some((round, job)) = self.pop_startable() {
                return Next::Start(self.start(round, job, now));
            }
        }
        if self.running > 0 || !self.delayed.is_empty() || !self.settling.is_empty() {
            return Next::Wait(self.next_time());
        }
        if !self.closed {
            self.close();
        }
        if self.settings.cleanup
            && let Some(entered) = self.entered.last()
        {
            if std::mem::replace(&mut self.is_cleaning, true) {
                return Next::Wait(None);
            }
            return Next::CleanUp(*entered);
        }
        Next::Done
    }

    /// What is to be done for the time's sake alone, [`Stop`](Next::Stop) or [`GiveUp`](Next::GiveUp); for those who
    /// can't begin tries. Ask again after every answer.
    pub(crate) fn attend(&mut self, now: u64) -> Option<Next> {
        let next = self.next_to_stop(now);
        if next.is_none() {
            self.collect_due(now);
        }
        next
    }

    /// Whether another try could start or go on, had somebody the time for it.
    #[inline]
    pub(crate) fn could_start(&self) -> bool {
        self.running < self.settings.slots && (!self.ready.is_empty() || self.settling.has_resumable())
    }

    /// Whether all tries are over, and whoever asks next is told to clean up, or that all is over.
    pub(crate) fn is_spent(&self) -> bool {
        self.running == 0
            && self.ready.is_empty()
            && self.delayed.is_empty()
            && self.settling.is_empty()
            && !self.is_cleaning
    }

    /// Whether nothing new starts, since the run was cancelled or its time is over.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.stopping.is_cancelled()
    }

    /// Whether no try holds a slot.
    pub(crate) fn is_idle(&self) -> bool {
        self.running == 0
    }

    /// Tries whose time has come may start, or go on.
    #[inline]
    fn collect_due(&mut self, now: u64) {
        while let Some(Reverse((due, round, job))) = self.delayed.peek().copied()
            && due <= now
        {
            self.delayed.pop();
            self.push_ready(round, job);
        }
        if !self.settling.is_empty() {
            self.collect_rested(now);
        }
    }

    #[inline]
    fn start(&mut self, round: u32, job: JobId, now: u64) -> Start {
        let timeout = self.terms(job).timeout;
        let state = &mut self.jobs[job.index()];
        state.tries += 1;
        state.round = round;
        state.started = now;
        state.is_running = true;
        self.running += 1;
        let deadline = timeout.and_then(|timeout| now.checked_add(timeout));
        if let Some(deadline) = deadline {
            self.expiries.insert((deadline, job));
        }
        Start { job, number: state.tries, round, deadline, has_run: state.has_run }
    }

    /// When there may be something to do though no try has finished.
    #[inline]
    pub(crate) fn next_time(&self) -> Option<u64> {
        let retry = self.delayed.peek().map(|Reverse((due, ..))| *due);
        let startable = earlier(retry, self.settling.next_due());
        let startable = startable.filter(|_| self.running < self.settings.slots);
        let expiry = self.expiries.first().map(|(deadline, _)| *deadline);
        earlier(startable, earlier(expiry, self.next_of_stopping()))
    }

    /// The run of the job's running try is about to be called. Names the try if it is to be kept for its clean-up.
    pub(crate) fn entered_run(&mut self, job: JobId) -> Option<Entered> {
        self.jobs[job.index()].has_run = true;
        let entered = self.policy(job).has_cleanup.then(|| self.try_of(job));
        self.entered.extend(entered);
        entered
    }

    /// The job's last try has ended: it ran, or it settled and was [to stop](Next::Stop).
    #[inline]
    pub(crate) fn finish(&mut self, job: JobId, outcome: TryOutcome, now: u64) -> Verdict {
        self.leave(job);
        let status = match outcome {
            TryOutcome::Failed if self.has_tries_left(job) => {
                if !self.stopping.is_halted() {
                    return Verdict::Retry(self.retry(job, now));
                }
                Status::Cancelled
            }
            outcome => outcome.status(),
        };
        if self.settings.deep {
            return self.end_deep(job, status);
        }
        self.jobs[job.index()].ended = Some(status);
        match status {
            Status::Failed => self.fail(job),
            Status::WouldRun | Status::Unknown => self.bar(job),
            Status::Cancelled => {}
            _ => {
                self.pass(job);
                self.fail_lacking();
            }
        }
        Verdict::Ended(status)
    }

    /// What it means for others that the job has failed for good.
    fn fail(&mut self, job: JobId) {
        self.bar(job);
        if self.settings.fail_fast {
            self.halt();
        }
    }

    /// The try gives back all that it holds.
    #[inline]
    fn leave(&mut self, job: JobId) {
        let state = &mut self.jobs[job.index()];
        if state.is_running {
            state.is_running = false;
            self.running -= 1;
        } else {
            self.leave_settling(job);
        }
        if !self.expiries.is_empty()
            && let Some(timeout) = self.terms(job).timeout
            && let Some(deadline) = self.jobs[job.index()].started.checked_add(timeout)
        {
            self.expiries.remove(&(deadline, job));
        }
        if !self.limits.is_empty() {
            self.release_limits(job);
        }
    }

    /// Jobs that have ended since the last call because of other jobs, or of a cancellation.
    pub(crate) fn take_swept(&mut self) -> Vec<(JobId, Status)> {
        std::mem::take(&mut self.swept)
    }

    /// Whether [`take_swept`](Self::take_swept) has something.
    pub(crate) fn has_swept(&self) -> bool {
        !self.swept.is_empty()
    }

    /// The clean-up that was asked for has been called.
    pub(crate) fn cleaned_up(&mut self) {
        self.is_cleaning = false;
        self.entered.pop();
    }

    /// The clean-up that was asked for, and of whose end nobody will hear: it is not asked for again.
    pub(crate) fn lose_cleanup(&mut self) -> Option<Entered> {
        let lost = self.entered.last().copied().filter(|_| self.is_cleaning);
        if lost.is_some() {
            self.cleaned_up();
        }
        lost
    }

    /// The clean-up that was asked for has not been called, and is to be asked for again.
    #[cfg(feature = "tokio")]
    pub(crate) fn hand_back_cleanup(&mut self) {
        self.is_cleaning = false;
    }

    /// Clean up after all, if the settings left that for later (R7).
    pub(crate) fn clean_up(&mut self) {
        self.settings.cleanup = true;
    }

    /// Whether clean-ups are left.
    pub(crate) fn has_pending_cleanups(&self) -> bool {
        !self.entered.is_empty()
    }

    /// In no-act nothing is retried (R8).
    #[inline]
    fn has_tries_left(&self, job: JobId) -> bool {
        !self.settings.no_act && self.jobs[job.index()].tries < self.policy(job).tries
    }

    /// Frees what only this job held back. The first try of a job belongs to the highest round in which a dependency
    /// passed (R4).
    #[inline]
    fn pass(&mut self, job: JobId) {
        let round = self.jobs[job.index()].round;
        for index in 0..self.graph.dependents_of(job).len() {
            self.pass_to(self.graph.dependents_of(job)[index], round);
        }
        if !self.added.is_empty() {
            for dependent in self.added.remove(&job).unwrap_or_default() {
                self.pass_to(dependent, round);
            }
        }
    }

    #[inline]
    fn pass_to(&mut self, dependent: JobId, round: u32) {
        let missing = &mut self.missing[dependent.index()];
        *missing -= 1;
        let is_free = *missing == 0;
        if !is_free && round == 1 {
            return;
        }
        let state = &mut self.jobs[dependent.index()];
        state.round = state.round.max(round);
        let round = state.round;
        if !is_free || state.ended.is_some() {
            return;
        }
        let untried = state.untried;
        if self.settings.deep && self.is_moot(dependent) {
            self.end_swept(dependent, Status::Unknown);
            self.look_beyond(dependent);
            return;
        }
        match untried {
            None => self.push_ready(round, dependent),
            Some(Untried::Made) => {
                self.end_swept(dependent, Status::Ok);
                self.pass(dependent);
            }
            Some(Untried::Lacks) => self.lacking.push(dependent),
        }
    }

    /// Ends all above a job that did not pass (R8, R15), at any distance, each once.
    fn bar(&mut self, job: JobId) {
        let graph = Arc::clone(&self.graph);
        let mut stack = vec![job];
        while let Some(below) = stack.pop() {
            let added = self.added.remove(&below).unwrap_or_default();
            // A family that did not come into being: what waited for that waits in vain.
            let waiting = self.waiting.remove(&below).unwrap_or_default();
            for dependent in graph.dependents_of(below).iter().chain(&added).chain(&waiting) {
                if self.jobs[dependent.index()].ended.is_none() {
                    self.end_barred(*dependent);
                    stack.push(*dependent);
                }
            }
        }
    }

    fn end_swept(&mut self, job: JobId, status: Status) {
        self.jobs[job.index()].ended = Some(status);
        self.swept.push((job, status));
    }

    #[inline]
    fn policy(&self, job: JobId) -> Policy {
        match job.index().checked_sub(self.graph.policies.len()) {
            None => self.graph.policies[job.index()],
            Some(index) => self.grown[index].policy,
        }
    }

    #[inline]
    fn terms(&self, job: JobId) -> &Terms {
        &self.graph.terms[self.policy(job).terms as usize]
    }

    /// The round of its next try, or of the last one (R4).
    pub(crate) fn round_of(&self, job: JobId) -> u32 {
        self.jobs[job.index()].round
    }

    /// Its place in the order of R4.
    fn place(&self, job: JobId) -> JobId {
        match job.index().checked_sub(self.graph.policies.len()) {
            None => job,
            Some(index) => self.grown[index].place,
        }
    }

    fn try_of(&self, job: JobId) -> Entered {
        Entered { job, number: self.jobs[job.index()].tries }
    }

    #[inline]
    fn push_ready(&mut self, round: u32, job: JobId) {
        if self.stopping.is_halted() {
            return;
        }
        match job.index().checked_sub(self.graph.policies.len()) {
            None => self.ready.push(round, job),
            Some(index) => self.ready.push_late(round, self.grown[index].place, job),
        }
    }

    /// All tries have returned, and no more will start.
    fn close(&mut self) {
        self.closed = true;
        self.close_preliminary();
        self.close_unborn();
        for (index, state) in self.jobs.iter_mut().enumerate() {
            if state.ended.is_none() {
                state.ended = Some(Status::Cancelled);
                self.swept.push((id(index), Status::Cancelled));
            }
        }
    }
}

fn earlier(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests;
