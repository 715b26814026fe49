//! What a run leaves behind, taken down event by event.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustc_hash::FxHashMap;

use crate::context::Phase;
use crate::error::Error;
use crate::event::EventKind;
use crate::outcome::Value;
use crate::plan::{JobId, id};
use crate::race::Race;
use crate::status::Status;

/// All that a report is made of.
#[derive(Clone)]
pub(crate) struct Record {
    pub(crate) no_act: bool,
    pub(crate) date: SystemTime,
    pub(crate) ended: u64,
    pub(crate) statuses: Vec<Option<Status>>,
    /// In the order in which they started.
    pub(crate) tries: Vec<TryRecord>,
    /// Each job's last try, in `tries`; [`NONE`] if it had none.
    pub(crate) last_try: Vec<u32>,
    /// By try and phase.
    pub(crate) phase_errors: FxHashMap<(u32, Phase), Error>,
    /// Of the last failed try, whatever came after it.
    pub(crate) errors: FxHashMap<JobId, Error>,
    pub(crate) results: FxHashMap<JobId, Value>,
    /// What unknown jobs would be by their checks alone.
    pub(crate) preliminary: FxHashMap<JobId, Status>,
    pub(crate) cleanups: Vec<CleanupRecord>,
    pub(crate) races: Vec<Race>,
    /// The signal that cancelled the run.
    pub(crate) interrupted_by: Option<i32>,
    /// Tries that had not returned when they were to end, in the order in which that was seen.
    pub(crate) overran: Vec<(JobId, u32)>,
}

/// No try.
pub(crate) const NONE: u32 = u32::MAX;

/// A try.
#[derive(Clone, Copy)]
pub(crate) struct TryRecord {
    /// Nanoseconds from the start of the run.
    pub(crate) started: u64,
    /// When check, run and recheck ended.
    ends: [u64; 3],
    /// How they ended.
    passed: [Option<bool>; 3],
    pub(crate) number: u32,
    pub(crate) round: u32,
    /// The job's try before this one.
    pub(crate) previous: u32,
}

/// A clean-up that was called.
#[derive(Clone)]
pub(crate) struct CleanupRecord {
    pub(crate) job: JobId,
    pub(crate) number: u32,
    pub(crate) error: Option<Error>,
}

impl TryRecord {
    /// Phases with the time of their end and whether they passed, in their order.
    pub(crate) fn phases(&self) -> impl Iterator<Item = (Phase, Duration, bool)> {
        let phases = [Phase::Check, Phase::Run, Phase::Recheck];
        let ends = self.ends;
        let passed = self.passed;
        (0..3).filter_map(move |index| Some((phases[index], Duration::from_nanos(ends[index]), passed[index]?)))
    }
}

impl Record {
    pub(crate) fn new(jobs: usize) -> Self {
        Self {
            no_act: false,
            date: UNIX_EPOCH,
            ended: 0,
            statuses: vec![None; jobs],
            tries: Vec::with_capacity(jobs),
            last_try: vec![NONE; jobs],
            phase_errors: FxHashMap::default(),
            errors: FxHashMap::default(),
            results: FxHashMap::default(),
            preliminary: FxHashMap::default(),
            cleanups: Vec::new(),
            races: Vec::new(),
            interrupted_by: None,
            overran: Vec::new(),
        }
    }

    /// At this time, in nanoseconds from the start of the run, this happened.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "where the kind of the event is known, one arm is left, and no drop")]
    pub(crate) fn take(&mut self, at: u64, kind: EventKind) {
        match kind {
            EventKind::RunStarted { no_act, date } => (self.no_act, self.date) = (no_act, date),
            EventKind::TryStarted { job, number, round } => {
                let last = &mut self.last_try[job.index()];
                let passed = [None; 3];
                self.tries.push(TryRecord { started: at, ends: [0; 3], passed, number, round, previous: *last });
                *last = id(self.tries.len() - 1).0;
            }
            EventKind::PhaseEnded { job, phase, passed, error, .. } => {
                let last = self.last_try[job.index()];
                let record = &mut self.tries[last as usize];
                record.ends[phase as usize] = at;
                record.passed[phase as usize] = Some(passed);
                if let Some(error) = error {
                    self.phase_errors.insert((last, phase), error);
                }
            }
            EventKind::TryFailed { job, error, .. } => {
                self.errors.insert(job, error);
            }
            EventKind::JobEnded { job, status, error, result, preliminary } => {
                self.statuses[job.index()] = Some(status);
                if let Some(error) = error {
                    self.errors.insert(job, error);
                }
                if let Some(result) = result {
                    self.results.insert(job, result);
                }
                if let Some(preliminary) = preliminary {
                    self.preliminary.insert(job, preliminary);
                }
            }
            EventKind::FamilyMade { members, .. } => {
                let jobs = self.statuses.len() + members as usize;
                self.statuses.resize(jobs, None);
                self.last_try.resize(jobs, NONE);
            }
            EventKind::CleanupEnded { job, number, error } => {
                self.cleanups.push(CleanupRecord { job, number, error });
            }
            EventKind::Race { job, key, set_by, access } => {
                self.races.push(Race { job, key, set_by, access });
            }
            EventKind::Overrunning { job, number } => {
                if !self.overran.contains(&(job, number)) {
                    self.overran.push((job, number));
                }
            }
            EventKind::RunEnded { .. } => self.ended = at,
            EventKind::PhaseStarted { .. }
            | EventKind::CleanupStarted { .. }
            | EventKind::Output { .. }
            | EventKind::Settling { .. }
            | EventKind::Cancelled => {}
        }
    }
}
