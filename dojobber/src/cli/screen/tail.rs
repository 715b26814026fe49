//! The last lines that each job has said, for the end of the run.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use crate::event::EventKind;
use crate::plan::JobId;

/// How many lines of a job are kept, and how many characters of each.
const LINES: usize = 10;
const LONGEST: usize = 1000;

/// The last lines of jobs that have not passed, of their last tries.
#[derive(Default)]
pub(in crate::cli) struct Tails(FxHashMap<JobId, VecDeque<String>>);

impl Tails {
    pub(super) fn take(&mut self, kind: &EventKind) {
        match kind {
            EventKind::Output { job, line, .. } => {
                let lines = self.0.entry(*job).or_default();
                if lines.len() == LINES {
                    lines.pop_front();
                }
                lines.push_back(match line.char_indices().nth(LONGEST) {
                    Some((end, _)) => format!("{}…", &line[..end]),
                    None => line.clone(),
                });
            }
            EventKind::TryStarted { job, .. } => {
                self.0.remove(job);
            }
            EventKind::JobEnded { job, status, .. } if status.passed() => {
                self.0.remove(job);
            }
            _ => {}
        }
    }

    /// What the job said last.
    pub(in crate::cli) fn of(&self, job: JobId) -> impl ExactSizeIterator<Item = &str> + Clone {
        static NONE: VecDeque<String> = VecDeque::new();
        self.0.get(&job).unwrap_or(&NONE).iter().map(String::as_str)
    }
}
