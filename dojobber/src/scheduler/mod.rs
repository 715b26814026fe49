//! What happens when: all rules of the order and of the end (R4, R5, R7, R8, R9, R11, R15), and nothing else.
//!
//! A state machine without clock, threads, user code or I/O. Whoever drives it asks [`next`](Scheduler::next) what to
//! do, does it, and says how it went; the time is a number that the driver hands over, in nanoseconds from the start
//! of the run. A new scheduler serves each run.

mod blame;
mod ready;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

pub(crate) use self::blame::{Blame, RunVerdict};
use self::ready::Ready;
use rustc_hash::FxHashMap;

use crate::plan::{Graph, JobId, NewJob, Policy, Released, id};
use crate::status::Status;

/// How a run is to go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// How many tries may run at once; at least 1.
    pub(crate) slots: u32,
    /// Only check (R8).
    pub(crate) no_act: bool,
    /// Clean up when all tries are over; else [`Scheduler::clean_up`] does it (R7).
    pub(crate) cleanup: bool,
}

/// What the driver is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Begin a try, and say later how it [finished](Scheduler::finish).
    Start(Start),
    /// Nothing before this time, or before a running try has finished.
    Wait(Option<u64>),
    /// Clean up after a try, then [say so](Scheduler::cleaned_up).
    CleanUp(Entered),
    /// All is over.
    Done,
}

/// A try that begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Start {
    pub(crate) job: JobId,
    /// Counted from 1.
    pub(crate) number: u32,
    /// The round that the try belongs to (R4).
    pub(crate) round: u32,
}

/// A try whose run was entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entered {
    pub(crate) job: JobId,
    pub(crate) number: u32,
}

/// How a try ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TryOutcome {
    /// The check held.
    Held,
    /// The check held after run.
    Changed,
    Failed,
    /// In no-act: the check does not hold, or there is none.
    WouldRun,
    /// There was nothing to do: that passes, too.
    Skipped,
}

impl TryOutcome {
    /// What the job is, if that was its last try.
    pub(crate) fn status(self) -> Status {
        match self {
            TryOutcome::Held => Status::Ok,
            TryOutcome::Changed => Status::Changed,
            TryOutcome::Failed => Status::Failed,
            TryOutcome::WouldRun => Status::WouldRun,
            TryOutcome::Skipped => Status::Skipped,
        }
    }
}

/// What a finished try means for its job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Ended(Status),
    /// Not before this time.
    Retry(u64),
}

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
    running: u32,
    /// Tries to clean up after, in the order in which run was entered.
    entered: Vec<Entered>,
    cancelled: bool,
    /// Whether jobs that will not be tried any more have been told so.
    settled: bool,
    /// Jobs that ended without a try of theirs being the cause.
    swept: Vec<(JobId, Status)>,
    /// Jobs that have come to the graph since the run began (see [`grow`](Self::grow)).
    grown: Vec<Grown>,
    /// What needs a job, beside what the graph knows of.
    added: FxHashMap<JobId, Vec<JobId>>,
    /// Jobs that wait for a family to come into being, by family.
    waiting: FxHashMap<JobId, Vec<JobId>>,
}

/// A job that came to the graph during the run.
#[derive(Clone, Copy)]
struct Grown {
    policy: Policy,
    /// That of its family, whose place in the order it takes.
    place: JobId,
}

#[derive(Clone, Copy)]
struct Job {
    /// Start of its last try.
    started: u64,
    /// Round of its next try, or of the running one.
    round: u32,
    /// Tries begun.
    tries: u32,
    /// Whether it is a family that has come into being, and waits for its members.
    is_made: bool,
    ended: Option<Status>,
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
            graph,
            settings,
            jobs: vec![Job { started: 0, round: 1, tries: 0, is_made: false, ended: None }; count],
            missing,
            ready,
            delayed: BinaryHeap::new(),
            running: 0,
            entered: Vec::new(),
            cancelled: false,
            settled: false,
            swept: Vec::new(),
            grown: Vec::new(),
            added: FxHashMap::default(),
            waiting,
        }
    }

    /// What to do at this time. Ask again after every answer but `Wait`; after that, when the time has come or a try
    /// has finished.
    pub(crate) fn next(&mut self, now: u64) -> Next {
        while let Some(Reverse((due, round, job))) = self.delayed.peek().copied()
            && due <= now
        {
            self.delayed.pop();
            self.push_ready(round, job);
        }
        if self.running < self.settings.slots && !self.cancelled {
            if let Some((round, job)) = self.ready.pop() {
                let state = &mut self.jobs[job.index()];
                state.tries += 1;
                state.round = round;
                state.started = now;
                self.running += 1;
                return Next::Start(Start { job, number: state.tries, round });
            }
            if let Some(Reverse((due, ..))) = self.delayed.peek() {
                return Next::Wait(Some(*due));
            }
        }
        if self.running > 0 {
            return Next::Wait(None);
        }
        if !self.settled {
            self.settle();
        }
        if self.settings.cleanup
            && let Some(entered) = self.entered.last()
        {
            return Next::CleanUp(*entered);
        }
        Next::Done
    }

    /// The run of the job's running try is about to be called. Says whether the try is to be kept for its clean-up.
    pub(crate) fn entered_run(&mut self, job: JobId) -> bool {
        let keep = self.policy(job).has_cleanup;
        if keep {
            self.entered.push(Entered { job, number: self.jobs[job.index()].tries });
        }
        keep
    }

    /// The job's running try has ended.
    pub(crate) fn finish(&mut self, job: JobId, outcome: TryOutcome, now: u64) -> Verdict {
        self.running -= 1;
        let status = match outcome {
            TryOutcome::Failed if self.has_tries_left(job) => {
                if !self.cancelled {
                    return Verdict::Retry(self.retry(job, now));
                }
                Status::Cancelled
            }
            outcome => outcome.status(),
        };
        self.jobs[job.index()].ended = Some(status);
        match status {
            Status::Failed | Status::WouldRun => self.bar(job),
            Status::Cancelled => {}
            _ => self.pass(job),
        }
        Verdict::Ended(status)
    }

    /// The running try of a family has called its members into being, and so is over; they take the family's place in
    /// the order. The family ends when all of them have passed. Their ids follow those that there are; `released` had
    /// waited for the family, and `lacking` for members that it doesn't have: those fail.
    pub(crate) fn grow(&mut self, family: JobId, members: Vec<NewJob>, released: &[Released], lacking: &[JobId]) {
        self.running -= 1;
        let round = self.jobs[family.index()].round;
        let place = match family.index().checked_sub(self.graph.policies.len()) {
            None => family,
            Some(index) => self.grown[index].place,
        };
        self.jobs[family.index()].is_made = true;
        self.missing[family.index()] = id(members.len()).0;
        let first = self.jobs.len();
        let mut barred = Vec::new();
        for (index, member) in members.into_iter().enumerate() {
            let job = id(first + index);
            self.grown.push(Grown { policy: member.policy, place });
            self.jobs.push(Job { started: 0, round, tries: 0, is_made: false, ended: None });
            self.missing.push(0);
            self.added.entry(job).or_default().push(family);
            for dependency in member.dependencies {
                self.depend(job, dependency, &mut barred);
            }
        }
        self.waiting.remove(&family);
        for Released { job, member } in released {
            if let Some(member) = member {
                // It waits for the member now, instead of the family.
                self.missing[job.index()] -= 1;
                self.depend(*job, *member, &mut barred);
            }
        }
        for job in lacking {
            if self.jobs[job.index()].ended.is_none() {
                self.end_swept(*job, Status::Failed);
                self.bar(*job);
            }
        }
        for job in barred {
            if self.jobs[job.index()].ended.is_none() {
                self.end_swept(job, if self.settings.no_act { Status::Unknown } else { Status::Blocked });
                self.bar(job);
            }
        }
        // What is barred must not be ready.
        for job in first..self.jobs.len() {
            if self.missing[job] == 0 && self.jobs[job].ended.is_none() {
                self.push_ready(self.jobs[job].round, id(job));
            }
        }
        for released in released.iter().filter(|released| released.member.is_none()) {
            self.pass_to(released.job, round);
        }
        if self.missing[family.index()] == 0 {
            self.end_swept(family, Status::Ok);
            self.pass(family);
        }
    }

    /// A new dependency, which may have ended already.
    fn depend(&mut self, job: JobId, dependency: JobId, barred: &mut Vec<JobId>) {
        let Job { ended, round, .. } = self.jobs[dependency.index()];
        match ended {
            Some(status) if status.passed() => {
                let state = &mut self.jobs[job.index()];
                state.round = state.round.max(round);
            }
            Some(Status::Cancelled) | None => {
                self.missing[job.index()] += 1;
                self.added.entry(dependency).or_default().push(job);
            }
            Some(_) => barred.push(job),
        }
    }

    /// Nothing new is to start. Tries that are running end as they do.
    pub(crate) fn cancel(&mut self) {
        self.cancelled = true;
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
        self.entered.pop();
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
    fn has_tries_left(&self, job: JobId) -> bool {
        !self.settings.no_act && self.jobs[job.index()].tries < self.policy(job).tries
    }

    /// Plans the next try: in the round behind the one that failed, so long after its start (R5).
    fn retry(&mut self, job: JobId, now: u64) -> u64 {
        let delay = self.policy(job).retry_delay;
        let state = &mut self.jobs[job.index()];
        state.round += 1;
        let (round, due) = (state.round, state.started.saturating_add(delay));
        if due <= now {
            self.push_ready(round, job);
        } else {
            self.delayed.push(Reverse((due, round, job)));
        }
        due
    }

    /// Frees what only this job held back. The first try of a job belongs to the highest round in which a dependency
    /// passed (R4).
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
        if state.is_made {
            // The last member of a family has passed.
            self.end_swept(dependent, Status::Ok);
            self.pass(dependent);
        } else {
            self.push_ready(round, dependent);
        }
    }

    /// Ends all above a job that did not pass (R8, R15), at any distance, each once.
    fn bar(&mut self, job: JobId) {
        let status = if self.settings.no_act { Status::Unknown } else { Status::Blocked };
        let graph = Arc::clone(&self.graph);
        let mut stack = vec![job];
        while let Some(below) = stack.pop() {
            let added = self.added.remove(&below).unwrap_or_default();
            // A family that did not come into being: what waited for that waits in vain.
            let waiting = self.waiting.remove(&below).unwrap_or_default();
            for dependent in graph.dependents_of(below).iter().chain(&added).chain(&waiting) {
                if self.jobs[dependent.index()].ended.is_none() {
                    self.end_swept(*dependent, status);
                    stack.push(*dependent);
                }
            }
        }
    }

    fn end_swept(&mut self, job: JobId, status: Status) {
        self.jobs[job.index()].ended = Some(status);
        self.swept.push((job, status));
    }

    fn policy(&self, job: JobId) -> Policy {
        match job.index().checked_sub(self.graph.policies.len()) {
            None => self.graph.policies[job.index()],
            Some(index) => self.grown[index].policy,
        }
    }

    fn push_ready(&mut self, round: u32, job: JobId) {
        match job.index().checked_sub(self.graph.policies.len()) {
            None => self.ready.push(round, job),
            Some(index) => self.ready.push_late(round, self.grown[index].place, job),
        }
    }

    /// All tries have returned, and no more will start.
    fn settle(&mut self) {
        self.settled = true;
        for (index, state) in self.jobs.iter_mut().enumerate() {
            if state.ended.is_none() {
                state.ended = Some(Status::Cancelled);
                self.swept.push((id(index), Status::Cancelled));
            }
        }
    }
}

#[cfg(test)]
mod tests;
