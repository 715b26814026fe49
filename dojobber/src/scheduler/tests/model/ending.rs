//! Tries and runs that end early.

use super::Model;
use crate::plan::JobId;
use crate::scheduler::{Entered, Next, Why};

impl Model<'_> {
    /// The tries that are to stop now; and when there are none, those that are to be given up.
    pub(super) fn ending(&self, now: u64) -> Vec<Next> {
        let mut stops = Vec::new();
        let mut late = Vec::new();
        for job in self.case.ids() {
            let Some(open) = self.open(job) else { continue };
            let entered = Entered { job, number: u32::try_from(self.tries[job.index()].len()).unwrap() };
            if self.expiry(job).is_some_and(|expiry| expiry <= now) {
                stops.push(Next::Stop(entered, Why::TimedOut));
            }
            if self.cancelled.is_some() && !open.told.contains(&Why::Cancelled) {
                stops.push(Next::Stop(entered, Why::Cancelled));
            }
            if self.cancelled.is_some_and(|cancelled| cancelled.saturating_add(self.case.grace) <= now) {
                late.push(Next::GiveUp(entered));
            }
        }
        if stops.is_empty() { late } else { stops }
    }

    pub(super) fn end_early(&mut self, next: Next) {
        match next {
            Next::Stop(Entered { job, .. }, why) => self.tries[job.index()].last_mut().unwrap().told.push(why),
            Next::GiveUp(given_up) => {
                self.entered.retain(|entered| *entered != given_up);
                self.tries[given_up.job.index()].last_mut().unwrap().given_up = true;
            }
            _ => {}
        }
    }

    pub(super) fn cancel(&mut self, now: u64) {
        self.cancelled = self.cancelled.or(Some(now));
    }

    /// When the run's own time is over, or that of tries after a cancellation.
    pub(super) fn next_of_run(&self, is_running: bool) -> Option<u64> {
        let time = match self.cancelled {
            None => self.case.deadline,
            Some(cancelled) => is_running.then_some(cancelled.saturating_add(self.case.grace)),
        };
        time.filter(|time| *time < u64::MAX)
    }

    /// When the time of the job's open try is over, unless that was told.
    pub(super) fn expiry(&self, job: JobId) -> Option<u64> {
        let open = self.open(job).filter(|open| !open.told.contains(&Why::TimedOut))?;
        open.started.checked_add(self.case.job(job).terms.timeout?)
    }
}
