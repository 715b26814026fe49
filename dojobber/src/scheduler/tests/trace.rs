//! What happened, step by step.

use proptest::test_runner::TestCaseError;

use crate::plan::JobId;
use crate::scheduler::{Entered, Next, Start, TryOutcome, Verdict, Why};
use crate::status::Status;

/// Whether something holds, or why not.
pub(super) type Judged<T = ()> = Result<T, TestCaseError>;

/// All that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trace(pub(super) Vec<Entry>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) at: u64,
    pub(super) step: Step,
    /// Jobs that ended with this step though no try of theirs did, by place.
    pub(super) swept: Vec<(JobId, Status)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The scheduler was asked, and said this.
    Asked(Next),
    EnteredRun {
        job: JobId,
        kept: bool,
    },
    /// A recheck failed, behind a run that had returned at this time. `until` is when the try goes on, if it does.
    Settled {
        job: JobId,
        ran: u64,
        until: Option<u64>,
    },
    Finished {
        job: JobId,
        outcome: TryOutcome,
        verdict: Verdict,
    },
    Cancelled,
    /// Clean-ups that had been left for later were ordered.
    CleanUpOrdered,
}

impl Entry {
    /// All jobs that ended with this step.
    pub(super) fn ended(&self) -> impl Iterator<Item = (JobId, Status)> {
        let of_try = match self.step {
            Step::Finished { job, verdict: Verdict::Ended(status), .. } => Some((job, status)),
            Step::Finished { job, verdict: Verdict::Preliminary(_), .. } => Some((job, Status::Unknown)),
            _ => None,
        };
        of_try.into_iter().chain(self.swept.iter().copied())
    }
}

impl Trace {
    /// How often the scheduler was asked.
    pub(super) fn questions(&self) -> usize {
        self.0.iter().filter(|entry| matches!(entry.step, Step::Asked(_))).count()
    }

    /// Every time until the last at which something happened, but no more than a hundred.
    pub(super) fn times(&self) -> impl Iterator<Item = u64> {
        let end = self.0.last().map_or(0, |entry| entry.at);
        0..=end.min(100)
    }

    pub(super) fn starts(&self) -> impl Iterator<Item = Start> {
        self.0.iter().filter_map(|entry| match entry.step {
            Step::Asked(Next::Start(start)) => Some(start),
            _ => None,
        })
    }

    pub(super) fn cleanups(&self) -> impl Iterator<Item = Entered> {
        self.0.iter().filter_map(|entry| match entry.step {
            Step::Asked(Next::CleanUp(entered)) => Some(entered),
            _ => None,
        })
    }

    /// What happened to tries, in short: `0 A1 r1` is the first try of the job at place 0, begun at time 0 and of round
    /// 1; `5 A1` goes on at time 5; `5 A1 timed out`, `5 A1 stopped` and `5 A1 given up` say so; and `~A1` is
    /// its clean-up. `.` is the end, if anything was left for later.
    pub(super) fn in_short(&self) -> String {
        let written = self.0.iter().filter_map(|Entry { at, step, .. }| match step {
            Step::Asked(next) => in_short(*next, *at),
            Step::CleanUpOrdered => Some(".".to_owned()),
            _ => None,
        });
        written.collect::<Vec<_>>().join(", ")
    }
}

fn in_short(next: Next, at: u64) -> Option<String> {
    Some(match next {
        Next::Start(Start { job, number, round, .. }) => format!("{at} {} r{round}", name(Entered { job, number })),
        Next::Resume(entered) => format!("{at} {}", name(entered)),
        Next::Stop(entered, Why::TimedOut) => format!("{at} {} timed out", name(entered)),
        Next::Stop(entered, Why::Cancelled) => format!("{at} {} stopped", name(entered)),
        Next::GiveUp(entered) => format!("{at} {} given up", name(entered)),
        Next::CleanUp(entered) => format!("~{}", name(entered)),
        Next::Wait(_) | Next::Done => return None,
    })
}

fn name(Entered { job, number }: Entered) -> String {
    let letter = ('A'..='Z').nth(job.index()).unwrap_or('?');
    format!("{letter}{number}")
}
