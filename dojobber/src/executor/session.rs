//! One run under way: the scheduler, and everybody who hears of what happens.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustc_hash::FxHashMap;

use super::spans::{self, Spans};
use super::trial::{Slot, Trial};
use crate::attempt::{Attempt, Ended, Finish, Manner};
use crate::audience::Audience;
use crate::catch::{Discarded, catch};
use crate::context::Phase;
use crate::error::Error;
use crate::event::EventKind;
use crate::family::Member;
use crate::job::Local;
use crate::left_behind::LeftBehind;
use crate::plan::{JobId, Plan};
use crate::race::{Race, Watch};
use crate::record::Record;
use crate::scheduler::{Entered, Next, RunVerdict, Scheduler, Settings, Start, Verdict, Why};
use crate::status::Status;

#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Session {
    pub(crate) plan: Arc<Plan>,
    pub(crate) scheduler: Scheduler,
    spans: Spans,
    pub(crate) record: Record,
    pub(crate) audience: Audience,
    no_act: bool,
    /// The time of the last event. Slots read the clock before they come here, in no particular order.
    now: u64,
    /// Values of tries whose clean-up is to come; of tries that run, nothing yet.
    kept: FxHashMap<Entered, Discarded<Local>>,
    /// Tries that pause between one recheck and the next.
    settling: FxHashMap<JobId, Trial>,
    /// Tries that are not waited for any more.
    given_up: Vec<Entered>,
    /// The same for those who don't hold the lock.
    pub(super) left_behind: Arc<LeftBehind>,
    /// Whether the start of the run has been announced.
    announced: bool,
    /// Whether its cancellation has been.
    announced_cancel: bool,
    /// Whether its end has been: what then comes of clean-ups that were left for later can't be cancelled.
    has_ended: bool,
}

/// What is to be done, in the hands of who will do it.
pub(crate) enum Task {
    /// Conduct a try, from its start or from where it paused.
    Try(Trial),
    /// A try that paused is not to go on, and its value is to be dropped.
    Settle(Trial, Why),
    CleanUp(Entered, Discarded<Local>, tracing::Span),
    /// Nothing before this time, or before somebody else has done something.
    Wait(Option<u64>),
    Done,
}

#[allow(clippy::inline_always, reason = "where the kind of the event is known, one arm of `Record::take` is left")]
impl Session {
    #[inline(always)]
    fn announce(&mut self, now: u64, kind: EventKind) {
        if self.audience.wants(&kind) {
            self.tell(now, kind);
        } else {
            self.record.take(now, kind);
        }
    }

    /// For events that only those want who want all, and the record has no use for.
    #[inline(always)]
    fn mention(&mut self, now: u64, kind: impl FnOnce() -> EventKind) {
        if self.audience.wants_all() {
            self.tell(now, kind());
        }
    }

    #[cold]
    fn tell(&mut self, now: u64, kind: EventKind) {
        let kind = self.audience.tell(&self.plan, now, kind);
        self.record.take(now, kind);
    }

    #[inline]
    fn at(&mut self, now: u64) -> u64 {
        self.now = self.now.max(now);
        self.now
    }
}

impl Session {
    pub(crate) fn new(plan: Arc<Plan>, settings: Settings, audience: Audience, left_behind: Arc<LeftBehind>) -> Self {
        let scheduler = Scheduler::new(Arc::clone(&plan.graph), settings);
        let record = Record::new(plan.len());
        let spans = Spans::new(&plan);
        Self {
            plan,
            scheduler,
            spans,
            record,
            audience,
            no_act: settings.no_act,
            now: 0,
            kept: FxHashMap::default(),
            settling: FxHashMap::default(),
            given_up: Vec::new(),
            left_behind,
            announced: false,
            announced_cancel: false,
            has_ended: false,
        }
    }

    /// Says so once, though clean-ups that were left for later are a second drive.
    pub(crate) fn started(&mut self, now: u64, date: SystemTime) {
        let now = self.at(now);
        if let Some(Entered { job, number }) = self.scheduler.lose_cleanup() {
            let error = Some(Error::msg("its future was dropped before it had ended"));
            self.announce(now, EventKind::CleanupEnded { job, number, error });
        }
        if !std::mem::replace(&mut self.announced, true) {
            let no_act = self.no_act;
            self.announce(now, EventKind::RunStarted { no_act, date });
        }
    }

    /// Has no effect on a run that is over.
    pub(crate) fn cancel(&mut self, now: u64) {
        if self.has_ended {
            return;
        }
        let now = self.at(now);
        self.scheduler.cancel(now);
        self.announce_cancelled(now);
    }

    /// What is to be done now, by whoever asks. What needs nobody is done.
    #[inline]
    pub(crate) fn next(&mut self, now: u64) -> Task {
        let now = self.at(now);
        loop {
            let next = self.scheduler.next(now);
            self.announce_cancelled(now);
            self.announce_swept(now);
            match next {
                Next::Start(start) => return Task::Try(self.begin(start, now)),
                Next::Resume(Entered { job, .. }) => {
                    if let Some(trial) = self.settling.remove(&job) {
                        return Task::Try(trial);
                    }
                }
                Next::Stop(entered, why) => {
                    if let Some(task) = self.stop(entered, why, now) {
                        return task;
                    }
                }
                Next::GiveUp(entered) => self.give_up(entered, now),
                Next::CleanUp(entered) => {
                    let Entered { job, number } = entered;
                    let span = self.spans.try_started(&self.plan, job, number);
                    self.mention(now, || EventKind::CleanupStarted { job, number });
                    return Task::CleanUp(entered, self.kept.remove(&entered).unwrap_or_default(), span);
                }
                Next::Wait(until) => return Task::Wait(until),
                Next::Done => return Task::Done,
            }
        }
    }

    /// Does what the time alone asks for, and what needs nobody. What needs somebody comes back: a try that settled and is
    /// not to go on.
    pub(crate) fn attend(&mut self, now: u64) -> Option<Task> {
        let now = self.at(now);
        loop {
            let next = self.scheduler.attend(now);
            self.announce_cancelled(now);
            match next? {
                Next::Stop(entered, why) => {
                    if let Some(task) = self.stop(entered, why, now) {
                        return Some(task);
                    }
                }
                Next::GiveUp(entered) => self.give_up(entered, now),
                _ => {}
            }
        }
    }

    /// Tries that are not waited for any more, in the order in which that was so.
    pub(crate) fn given_up(&self) -> &[Entered] {
        &self.given_up
    }

    /// Whether the run hasn't gone on without this try.
    pub(crate) fn is_awaited(&self, Start { job, number, .. }: Start) -> bool {
        self.given_up.is_empty() || !self.given_up.contains(&Entered { job, number })
    }

    #[inline]
    fn begin(&mut self, start: Start, now: u64) -> Trial {
        let Start { job, number, round, .. } = start;
        let span = self.spans.try_started(&self.plan, job, number);
        self.announce(now, EventKind::TryStarted { job, number, round });
        let policy = self.plan.policy(job);
        let manner = Manner {
            kind: policy.kind,
            no_act: self.no_act,
            has_when: policy.has_when,
            settles: self.plan.graph.terms[policy.terms as usize].settle > 0,
            has_run: start.has_run,
        };
        Trial::new(start, Attempt::new(manner), policy.has_value, span)
    }

    /// A try is to end. One that pauses does so at once, but for its value, which is a user's to drop; one that runs when it
    /// has heard of it and returned. One that paused, and hasn't ended since, is as one that runs.
    fn stop(&mut self, Entered { job, number }: Entered, why: Why, now: u64) -> Option<Task> {
        if let Some(mut trial) = self.settling.remove(&job) {
            let plan = Arc::clone(&self.plan);
            if trial.drops_value(&plan) {
                return Some(Task::Settle(trial, why));
            }
            let finish = trial.settled(&plan, Some(why), now, self);
            self.finish(now, &mut trial, finish);
            return None;
        }
        // Async code sees to its time itself.
        if why == Why::TimedOut && self.scheduler.can_be_left(job) {
            self.announce(now, EventKind::Overrunning { job, number });
        }
        None
    }

    fn give_up(&mut self, entered: Entered, now: u64) {
        let Entered { job, number } = entered;
        self.given_up.push(entered);
        // Before anybody is told, who may take their time: from here on nothing of the try follows.
        self.left_behind.add(job, number);
        self.announce(now, EventKind::Overrunning { job, number });
        self.announce_swept(now);
        if self.kept.remove(&entered).is_some() {
            let error = Some(Error::msg("not called, since the try has not returned"));
            self.announce(now, EventKind::CleanupEnded { job, number, error });
        }
    }

    /// Whether nothing more starts; tells of it if that is news.
    pub(crate) fn is_over(&mut self, now: u64) -> bool {
        let now = self.at(now);
        let is_over = self.scheduler.is_over(now);
        if is_over {
            self.announce_cancelled(now);
        }
        is_over
    }

    /// The run of a try is about to be called. Says whether its value is to be kept; `None`: nothing more starts.
    pub(crate) fn enter_run(&mut self, now: u64, start: Start) -> Option<bool> {
        let now = self.at(now);
        if self.is_over(now) {
            return None;
        }
        let entered = self.scheduler.entered_run(start.job);
        self.phase_started(now, start, Phase::Run);
        if let Some(entered) = entered {
            self.kept.insert(entered, Discarded::default());
        }
        Some(entered.is_some())
    }

    #[inline]
    pub(crate) fn phase_started(&mut self, now: u64, Start { job, number, .. }: Start, phase: Phase) {
        let now = self.at(now);
        self.mention(now, || EventKind::PhaseStarted { job, number, phase });
    }

    #[inline]
    pub(crate) fn phase_ended(&mut self, now: u64, start: Start, ended: Ended) {
        let now = self.at(now);
        self.phase_noted(now, start, ended);
    }

    /// As [`phase_ended`](Self::phase_ended), where nobody listens: other things may have happened since.
    #[inline]
    pub(crate) fn phase_noted(&mut self, now: u64, Start { job, number, .. }: Start, (phase, passed): Ended) {
        let (passed, error) = match passed {
            Ok(()) => (true, None),
            Err(error) => (false, error),
        };
        self.announce(now, EventKind::PhaseEnded { job, number, phase, passed, error });
    }

    /// The recheck of a try failed. If it is to be repeated, the try pauses; else it comes back, with the reason if that
    /// was not its own end.
    pub(crate) fn pause(&mut self, now: u64, trial: Trial) -> Option<(Trial, Option<Why>)> {
        let now = self.at(now);
        let Start { job, number, .. } = trial.start;
        let Some(due) = self.scheduler.settle(job, trial.ran, now) else {
            let why = self.scheduler.is_cancelled().then_some(Why::Cancelled);
            return Some((trial, why));
        };
        if let Some(error) = trial.unsettled().cloned() {
            let recheck_at = Duration::from_nanos(due);
            self.announce(now, EventKind::Settling { job, number, error, recheck_at });
        }
        self.settling.insert(job, trial);
        None
    }

    /// A try is over that is [awaited](Self::is_awaited).
    #[inline]
    pub(crate) fn finish(&mut self, now: u64, trial: &mut Trial, finish: Finish) {
        let now = self.at(now);
        let Start { job, number, .. } = trial.start;
        let Finish { outcome, error, value } = finish;
        if let Some(local) = trial.take_kept() {
            self.kept.insert(Entered { job, number }, local);
        }
        if !trial.span().is_disabled() {
            spans::outcome(trial.span(), outcome.status().passed());
        }
        match self.scheduler.finish(job, outcome, now) {
            Verdict::Retry(due) => {
                let error = error.unwrap_or_else(|| Error::msg("failed"));
                let retry_at = Duration::from_nanos(due);
                self.announce(now, EventKind::TryFailed { job, number, error, retry_at });
            }
            Verdict::Ended(status) => {
                self.spans.job_ended(job, status);
                self.announce(now, EventKind::JobEnded { job, status, error, result: value, preliminary: None });
            }
            Verdict::Preliminary(by_check) => {
                let (status, preliminary) = (Status::Unknown, Some(by_check));
                self.spans.job_ended(job, status);
                self.announce(now, EventKind::JobEnded { job, status, error, result: None, preliminary });
            }
        }
        self.announce_swept(now);
    }

    /// A family's try has called its members into being. What is wrong with them fails it. The plan is told in the same
    /// step, so that no two families add members of one name.
    /// `None`: the run went on without the try. What doesn't become part of the plan is the caller's to drop.
    pub(crate) fn grow(&mut self, now: u64, start: Start, members: &[Member]) -> Option<Result<(), Error>> {
        self.is_awaited(start).then(|| self.grow_by(now, start, members))
    }

    fn grow_by(&mut self, now: u64, start: Start, members: &[Member]) -> Result<(), Error> {
        let now = self.at(now);
        let job = start.job;
        let plan = Arc::clone(&self.plan);
        let growth = catch(|| plan.prepare(job, members))?;
        self.phase_ended(now, start, (Phase::Check, Ok(())));
        let (members, released, lacking) = self.plan.grow(growth);
        let count = u32::try_from(members.len()).unwrap_or(u32::MAX);
        self.announce(now, EventKind::FamilyMade { job, members: count });
        self.scheduler.grow(job, members, &released, &lacking);
        self.announce_swept(now);
        Ok(())
    }

    pub(crate) fn cleaned_up(&mut self, slot: &Slot, Entered { job, number }: Entered, error: Option<Error>) {
        let now = self.at(slot.now);
        // A clean-up is no try, which such a race could fail.
        if let Some(watch) = slot.ctx.global().watch().filter(|watch| watch.has_news()) {
            self.announce_races(now, watch);
        }
        self.scheduler.cleaned_up();
        self.announce(now, EventKind::CleanupEnded { job, number, error });
    }

    /// A clean-up was not called after all.
    #[cfg(feature = "tokio")]
    pub(super) fn hand_back(&mut self, entered: Entered, kept: Discarded<Local>) {
        self.scheduler.hand_back_cleanup();
        self.kept.insert(entered, kept);
    }

    pub(crate) fn ended(&mut self, now: u64) {
        let now = self.at(now);
        let record = &self.record;
        let cleanup_failed = record.cleanups.iter().any(|cleanup| cleanup.error.is_some());
        let success = RunVerdict::of(record.statuses.iter().copied(), cleanup_failed).success;
        self.spans.run_ended(success);
        self.has_ended = true;
        self.announce(now, EventKind::RunEnded { success });
    }

    /// Tells of races that the last call of a user's code had.
    pub(crate) fn announce_races(&mut self, now: u64, watch: &Watch) {
        let now = self.at(now);
        for race in watch.take_news() {
            tracing::warn!(target: "dojobber", "{}", race.text(&self.plan));
            let Race { job, key, set_by, access } = race;
            self.announce(now, EventKind::Race { job, key, set_by, access });
        }
    }

    fn announce_cancelled(&mut self, now: u64) {
        if self.scheduler.is_cancelled() && !std::mem::replace(&mut self.announced_cancel, true) {
            self.announce(now, EventKind::Cancelled);
        }
    }

    #[inline]
    fn announce_swept(&mut self, now: u64) {
        if self.scheduler.has_swept() {
            self.announce_each_swept(now);
        }
    }

    #[cold]
    fn announce_each_swept(&mut self, now: u64) {
        for (job, status) in self.scheduler.take_swept() {
            self.spans.job_ended(job, status);
            // The one reason for which a job fails untried.
            let error = if status == Status::Failed { self.plan.lacks(job) } else { None };
            if let Some(error) = &error {
                // As a construction that failed: it can't be tried without what it needs.
                let (number, round) = (1, self.scheduler.round_of(job));
                let (phase, passed) = (Phase::Check, false);
                self.announce(now, EventKind::TryStarted { job, number, round });
                let ended = EventKind::PhaseEnded { job, number, phase, passed, error: Some(error.clone()) };
                self.announce(now, ended);
            }
            self.announce(now, EventKind::JobEnded { job, status, error, result: None, preliminary: None });
        }
    }
}
