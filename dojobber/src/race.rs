//! Looks out for jobs that race for a key of global storage.

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use crate::error::{Error, ErrorKind};
use crate::plan::{JobId, JobPlace, Plan, Reach};
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Arc, Mutex, PoisonError};

/// What a job did with a value that another job had set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// It asked for it.
    Read,
    /// It set or removed it.
    Overwrite,
}

/// A job used a key that another job had set, on which it doesn't depend.
#[derive(Clone, Debug)]
pub(crate) struct Race {
    pub(crate) job: JobId,
    pub(crate) key: String,
    pub(crate) set_by: JobId,
    pub(crate) access: Access,
}

/// Looks out for races during one run. Jobs that don't use global storage cost it nothing.
pub(crate) struct Watch {
    plan: Arc<Plan>,
    /// Whether a race fails the try.
    pub(crate) strict: bool,
    /// Whether there is news, so that nobody takes the lock to learn that there is none.
    news: AtomicBool,
    /// Whether any try is to fail, or was.
    fails: AtomicBool,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    reach: Reach,
    told: FxHashSet<(JobId, String, JobId)>,
    news: Vec<Race>,
    /// The job whose phase is under way has raced.
    raced: FxHashMap<JobId, Error>,
}

impl Watch {
    pub(crate) fn new(plan: Arc<Plan>, strict: bool) -> Self {
        Self { plan, strict, news: AtomicBool::new(false), fails: AtomicBool::new(false), seen: Mutex::default() }
    }

    pub(crate) fn place(&self, job: JobId) -> JobPlace {
        self.plan.job(job).place()
    }

    pub(crate) fn look_out(&self, job: JobId, key: &str, set_by: JobId, access: Access) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.reach.depends(&self.plan, job, set_by) {
            return;
        }
        let race = Race { job, key: key.to_owned(), set_by, access };
        if self.strict {
            seen.raced.insert(job, Error::with_kind(ErrorKind::Raced, race.text(&self.plan)));
            self.fails.store(true, Ordering::Release);
        }
        if seen.told.insert((job, key.to_owned(), set_by)) {
            seen.news.push(race);
        }
        self.news.store(true, Ordering::Release);
    }

    /// Whether there was a race since the last call of [`take_news`](Self::take_news).
    #[inline]
    pub(crate) fn has_news(&self) -> bool {
        self.news.load(Ordering::Acquire)
    }

    /// What there is to tell: each race once.
    pub(crate) fn take_news(&self) -> Vec<Race> {
        self.news.store(false, Ordering::Release);
        std::mem::take(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner).news)
    }

    /// Where races fail the try: the one of the phase that has just ended, if it raced.
    #[inline]
    pub(crate) fn take_raced(&self, job: JobId) -> Option<Error> {
        if !self.fails.load(Ordering::Acquire) {
            return None;
        }
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).raced.remove(&job)
    }
}

impl Race {
    /// In words, with both places.
    pub(crate) fn text(&self, plan: &Plan) -> String {
        let verb = match self.access {
            Access::Read => "reads",
            Access::Overwrite => "overwrites",
        };
        let (job, set_by) = (plan.job(self.job).place(), plan.job(self.set_by).place());
        let name = &set_by.name;
        format!("{job} {verb} global `{}`, which {set_by} set, and doesn't depend on {name}", self.key)
    }
}
