//! One run under way: the scheduler, and everybody who hears of what happens.

use std::sync::Arc;
use std::time::Duration;

use rustc_hash::FxHashMap;

use super::audience::Audience;
use super::spans::Spans;
use crate::attempt::Finish;
use crate::context::Phase;
use crate::error::Error;
use crate::event::EventKind;
use crate::job::Local;
use crate::plan::{Growth, JobId, Plan};
use crate::race::{Race, Watch};
use crate::record::Record;
use crate::scheduler::{Entered, Next, RunVerdict, Scheduler, Settings, Start, TryOutcome, Verdict};

pub(crate) struct Session {
    pub(crate) plan: Arc<Plan>,
    pub(crate) scheduler: Scheduler,
    pub(crate) spans: Spans,
    pub(crate) record: Record,
    /// Values of tries whose clean-up is to come.
    kept: FxHashMap<(JobId, u32), Local>,
    /// Why jobs fail that wait for members which don't come into being.
    lacking: FxHashMap<JobId, Error>,
    /// Whether the start of the run has been announced.
    announced: bool,
}

/// Tells of events: the audience first, then the record.
pub(crate) struct Announcer<'s> {
    plan: &'s Plan,
    record: &'s mut Record,
    audience: &'s mut Audience,
}

#[allow(clippy::inline_always, reason = "where the kind of the event is known, one arm of `Record::take` is left")]
impl Announcer<'_> {
    #[inline(always)]
    pub(crate) fn announce(&mut self, now: u64, kind: EventKind) {
        if self.audience.wants(&kind) {
            self.tell(now, kind);
        } else {
            self.record.take(now, kind);
        }
    }

    /// For events that the record has no use for.
    #[inline(always)]
    pub(crate) fn mention(&mut self, now: u64, kind: EventKind) {
        if self.audience.wants(&kind) {
            self.tell(now, kind);
        }
    }

    #[cold]
    fn tell(&mut self, now: u64, kind: EventKind) {
        let kind = self.audience.tell(self.plan, now, kind);
        self.record.take(now, kind);
    }
}

impl Session {
    pub(crate) fn new(plan: Arc<Plan>, settings: Settings) -> Self {
        let scheduler = Scheduler::new(Arc::clone(&plan.graph), settings);
        let record = Record::new(plan.len());
        let spans = Spans::new(&plan);
        Self {
            plan,
            scheduler,
            spans,
            record,
            kept: FxHashMap::default(),
            lacking: FxHashMap::default(),
            announced: false,
        }
    }

    #[inline]
    pub(crate) fn announcer<'s>(&'s mut self, audience: &'s mut Audience) -> Announcer<'s> {
        Announcer { plan: &self.plan, record: &mut self.record, audience }
    }

    /// Says so once, though clean-ups that were left for later are a second drive.
    pub(crate) fn started(&mut self, now: u64, no_act: bool, audience: &mut Audience) {
        if !std::mem::replace(&mut self.announced, true) {
            self.announcer(audience).announce(now, EventKind::RunStarted { no_act });
        }
    }

    pub(crate) fn next(&mut self, now: u64, audience: &mut Audience) -> Next {
        let next = self.scheduler.next(now);
        self.announce_swept(now, audience);
        match next {
            Next::Start(Start { job, number, round }) => {
                self.spans.try_started(&self.plan, job, number);
                self.announcer(audience).announce(now, EventKind::TryStarted { job, number, round });
            }
            Next::CleanUp(Entered { job, number }) => {
                self.spans.cleanup_started(&self.plan, job, number);
                self.announcer(audience).mention(now, EventKind::CleanupStarted { job, number });
            }
            Next::Wait(_) | Next::Done => {}
        }
        next
    }

    pub(crate) fn phase_started(&mut self, now: u64, start: Start, phase: Phase, audience: &mut Audience) {
        let Start { job, number, .. } = start;
        self.announcer(audience).mention(now, EventKind::PhaseStarted { job, number, phase });
    }

    pub(crate) fn finish(
        &mut self,
        now: u64,
        start: Start,
        finish: Finish,
        kept: Option<Local>,
        audience: &mut Audience,
    ) {
        let Start { job, number, .. } = start;
        let Finish { outcome, error, value } = finish;
        if let Some(local) = kept {
            self.kept.insert((job, number), local);
        }
        let passed = matches!(outcome, TryOutcome::Held | TryOutcome::Changed | TryOutcome::Skipped);
        self.spans.try_ended(job, passed);
        match self.scheduler.finish(job, outcome, now) {
            Verdict::Retry(due) => {
                let error = error.unwrap_or_else(|| Error::msg("failed"));
                let retry_at = Duration::from_nanos(due);
                self.announcer(audience).announce(now, EventKind::TryFailed { job, number, error, retry_at });
            }
            Verdict::Ended(status) => {
                self.spans.job_ended(job, status);
                self.announcer(audience).announce(now, EventKind::JobEnded { job, status, error, result: value });
            }
        }
        self.announce_swept(now, audience);
    }

    /// A family's try has called its members into being.
    pub(crate) fn grow(&mut self, now: u64, start: Start, growth: Growth, audience: &mut Audience) {
        let job = start.job;
        let (members, released, lacking) = self.plan.grow(growth);
        self.spans.try_ended(job, true);
        let count = u32::try_from(members.len()).unwrap_or(u32::MAX);
        self.announcer(audience).announce(now, EventKind::FamilyMade { job, members: count });
        let lacking_jobs: Vec<JobId> = lacking.iter().map(|(job, _)| *job).collect();
        self.scheduler.grow(job, members, &released, &lacking_jobs);
        self.lacking.extend(lacking);
        self.announce_swept(now, audience);
    }

    pub(crate) fn take_kept(&mut self, entered: Entered) -> Option<Local> {
        self.kept.remove(&(entered.job, entered.number))
    }

    pub(crate) fn cleaned_up(&mut self, now: u64, entered: Entered, error: Option<Error>, audience: &mut Audience) {
        let Entered { job, number } = entered;
        self.scheduler.cleaned_up();
        self.spans.try_ended(job, error.is_none());
        self.announcer(audience).announce(now, EventKind::CleanupEnded { job, number, error });
    }

    pub(crate) fn ended(&mut self, now: u64, audience: &mut Audience) {
        let record = &self.record;
        let cleanup_failed = record.cleanups.iter().any(|cleanup| cleanup.error.is_some());
        let success = RunVerdict::of(record.statuses.iter().copied(), cleanup_failed).success;
        self.spans.run_ended(success);
        self.announcer(audience).announce(now, EventKind::RunEnded { success });
    }

    /// Tells of races that the last call of a user's code had.
    pub(crate) fn announce_races(&mut self, now: u64, watch: &Watch, audience: &mut Audience) {
        for race in watch.take_news() {
            tracing::warn!(target: "dojobber", "{}", race.text(&self.plan));
            let Race { job, key, set_by, access } = race;
            self.announcer(audience).announce(now, EventKind::Race { job, key, set_by, access });
        }
    }

    #[inline]
    fn announce_swept(&mut self, now: u64, audience: &mut Audience) {
        if self.scheduler.has_swept() {
            self.announce_each_swept(now, audience);
        }
    }

    #[cold]
    fn announce_each_swept(&mut self, now: u64, audience: &mut Audience) {
        for (job, status) in self.scheduler.take_swept() {
            self.spans.job_ended(job, status);
            let error = if self.lacking.is_empty() { None } else { self.lacking.remove(&job) };
            if let Some(error) = &error {
                // As a construction that failed: it can't be tried without what it needs.
                let (number, round, phase, passed) = (1, 1, Phase::Check, false);
                self.announcer(audience).announce(now, EventKind::TryStarted { job, number, round });
                let ended = EventKind::PhaseEnded { job, number, phase, passed, error: Some(error.clone()) };
                self.announcer(audience).announce(now, ended);
            }
            let ended = EventKind::JobEnded { job, status, error, result: None };
            self.announcer(audience).announce(now, ended);
        }
    }
}
