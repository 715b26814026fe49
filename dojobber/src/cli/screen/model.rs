//! What goes on in a run, taken down from events: all that a screen shows is made of this.

use std::collections::BTreeMap;
use std::time::Duration;

use rustc_hash::FxHashMap;

use crate::context::Phase;
use crate::event::EventKind;
use crate::plan::{JobId, Plan};
use crate::status::Status;

/// What goes on at the moment.
#[derive(Default)]
pub(super) struct Model {
    /// Jobs there are; families add to them.
    pub(super) total: usize,
    /// How many have ended, by how, in the order in which each was first met.
    pub(super) counts: Vec<(Status, usize)>,
    /// In the order in which they started.
    pub(super) running: Vec<Running>,
    /// Jobs whose next try is not due yet.
    pub(super) waiting: BTreeMap<JobId, Waiting>,
    pub(super) is_cancelled: bool,
    /// Of jobs that have been tried and have not ended: how often, and when the first try started.
    tried: FxHashMap<JobId, (u32, Duration)>,
}

/// A try, or a clean-up, under way.
pub(super) struct Running {
    pub(super) job: JobId,
    pub(super) name: String,
    pub(super) number: u32,
    /// How many tries the job has.
    pub(super) of: u32,
    pub(super) phase: Phase,
    /// Counted from the start of the run, as all times here.
    pub(super) started: Duration,
    /// When the recheck will be repeated, while that is waited for.
    pub(super) recheck_at: Option<Duration>,
    /// Whether it was to end, and has not.
    pub(super) is_overrunning: bool,
}

/// A job that will be tried again.
pub(super) struct Waiting {
    pub(super) name: String,
    /// The try to come.
    pub(super) number: u32,
    pub(super) of: u32,
    pub(super) due: Duration,
}

impl Model {
    /// How many jobs have ended.
    pub(super) fn done(&self) -> usize {
        self.counts.iter().map(|(_, count)| count).sum()
    }

    /// At this time, this happened.
    pub(super) fn take(&mut self, plan: &Plan, at: Duration, kind: &EventKind) {
        self.total = plan.len();
        match kind {
            EventKind::RunStarted { .. } => *self = Self { total: plan.len(), ..Self::default() },
            EventKind::TryStarted { job, number, .. } => {
                self.waiting.remove(job);
                self.tried.entry(*job).or_insert((1, at)).0 = *number;
                self.start(plan, *job, *number, Phase::Check, at);
            }
            EventKind::CleanupStarted { job, number } => self.start(plan, *job, *number, Phase::Cleanup, at),
            EventKind::PhaseStarted { job, phase, .. } => {
                if let Some(running) = self.running(*job) {
                    running.phase = *phase;
                    running.recheck_at = None;
                }
            }
            EventKind::Settling { job, recheck_at, .. } => {
                if let Some(running) = self.running(*job) {
                    running.recheck_at = Some(*recheck_at);
                }
            }
            EventKind::Overrunning { job, .. } => {
                if let Some(running) = self.running(*job) {
                    running.is_overrunning = true;
                }
            }
            EventKind::TryFailed { job, number, retry_at, .. } => {
                self.stop(*job);
                let planned = plan.job(*job);
                let (name, of) = (planned.name().to_owned(), planned.tries());
                self.waiting.insert(*job, Waiting { name, number: number + 1, of, due: *retry_at });
            }
            // The family itself ends when all its members have.
            EventKind::FamilyMade { job, .. } => {
                self.tried.remove(job);
                self.stop(*job);
            }
            EventKind::CleanupEnded { job, .. } => self.stop(*job),
            EventKind::JobEnded { job, status, .. } => {
                self.stop(*job);
                self.waiting.remove(job);
                self.tried.remove(job);
                match self.counts.iter_mut().find(|(known, _)| known == status) {
                    Some((_, count)) => *count += 1,
                    None => self.counts.push((*status, 1)),
                }
            }
            EventKind::Cancelled => self.is_cancelled = true,
            EventKind::PhaseEnded { .. }
            | EventKind::Race { .. }
            | EventKind::Output { .. }
            | EventKind::RunEnded { .. } => {}
        }
    }

    /// How often the job, which has not ended, has been tried, and when the first try started.
    pub(super) fn tried(&self, job: JobId) -> Option<(u32, Duration)> {
        self.tried.get(&job).copied()
    }

    fn start(&mut self, plan: &Plan, job: JobId, number: u32, phase: Phase, at: Duration) {
        let planned = plan.job(job);
        self.running.push(Running {
            job,
            name: planned.name().to_owned(),
            number,
            of: planned.tries(),
            phase,
            started: at,
            recheck_at: None,
            is_overrunning: false,
        });
    }

    fn stop(&mut self, job: JobId) {
        self.running.retain(|running| running.job != job);
    }

    fn running(&mut self, job: JobId) -> Option<&mut Running> {
        self.running.iter_mut().find(|running| running.job == job)
    }
}
