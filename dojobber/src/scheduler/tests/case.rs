//! What is tried out: a graph of jobs that do as their scripts say, and how the run is to go.

use std::sync::Arc;

use crate::job::Kind;
use crate::plan::{Csr, Graph, JobId, Policy, Terms, id};
use crate::scheduler::{Settings, TryOutcome};

#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(super) struct Case {
    /// By place.
    pub(super) jobs: Vec<Scripted>,
    pub(super) slots: u32,
    pub(super) no_act: bool,
    pub(super) deep: bool,
    pub(super) cleanup: bool,
    pub(super) cancel: Cancel,
    pub(super) asks: Asks,
    pub(super) fail_fast: bool,
    pub(super) deadline: Option<u64>,
    pub(super) grace: u64,
    pub(super) seed: u64,
    /// How many tries at once may hold each limit.
    pub(super) limits: Vec<u32>,
}

#[derive(Clone, Debug)]
pub(super) struct Scripted {
    pub(super) dependencies: Vec<JobId>,
    pub(super) terms: Terms,
    pub(super) has_cleanup: bool,
    /// One for each try that the job has.
    pub(super) script: Vec<Scene>,
    pub(super) part: Part,
    /// Of an `Each`: what all members will need, as is known beforehand. Members need it besides.
    pub(super) to_come: Vec<JobId>,
}

/// What a job has to do with families that come into being during the run.
///
/// A case knows all their members; the scheduler does not. A family lies in one piece: its `Each`, its members, and
/// then the `Whole`, so that members have the family's place among the others, and among each other their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Nothing: it is known beforehand.
    Known,
    /// Its try calls the members into being. Needs the `Each` of families that must be there first.
    Each,
    /// Needs its `Each`.
    Member,
    /// The family, once it is there: passes with its last member, untried. Needs its `Each` and its members.
    Whole,
    /// Waits for a member that its family turns out not to have, and fails, untried, once all else that it needs has
    /// passed. Needs the `Each` of that family, and none of its members. Others that wait for members need the `Each` of
    /// those, too.
    Lacking,
}

/// What one try does, and how long that takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scene {
    pub(super) act: Act,
    /// From the start until run is entered; to the end, if it is not.
    pub(super) before_run: u64,
    /// From there until it has returned.
    pub(super) in_run: u64,
    /// How long each recheck takes.
    pub(super) recheck: u64,
    /// How soon it returns when it is told to stop, if it heeds that at all.
    pub(super) heeds: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// The check holds.
    Holds,
    /// The check holds after run.
    Changes,
    /// The check does not hold after run either.
    FailsInRun,
    /// The job can't even be constructed (R12).
    FailsBefore,
    /// The first recheck fails, and so do others; the one with this number, counted from 1, holds.
    ShowsLate(u32),
    /// Its condition does not hold.
    Skips,
    /// Before run, in a way that no further try can mend.
    FailsForGood,
    /// The same, in run.
    FailsForGoodInRun,
    /// In no-act, the check can't find out; else it fails.
    IsUnsure,
}

/// When the scheduler is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asks {
    /// After each of several things that happen at one time.
    Between,
    /// After all of them.
    AfterAll,
    /// When something has happened, and not before, whatever time it said.
    Late,
}

/// When the run is cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cancel {
    Never,
    /// At this time, if the run lasts that long.
    At(u64),
    /// Before the scheduler is asked for so many a time, counted from 0.
    BeforeQuestion(usize),
}

impl Case {
    /// One slot, and nothing special.
    pub(super) fn new(jobs: impl IntoIterator<Item = Scripted>) -> Self {
        let jobs = jobs.into_iter().collect();
        Self {
            jobs,
            slots: 1,
            no_act: false,
            deep: false,
            cleanup: true,
            cancel: Cancel::Never,
            asks: Asks::Between,
            fail_fast: false,
            deadline: None,
            grace: u64::MAX,
            seed: 0,
            limits: Vec::new(),
        }
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = JobId> + use<> {
        (0..self.jobs.len()).map(id)
    }

    pub(super) fn job(&self, job: JobId) -> &Scripted {
        &self.jobs[job.index()]
    }

    pub(super) fn graph(&self) -> Arc<Graph> {
        let edges = self.jobs.iter().map(|job| job.dependencies.len()).sum();
        let mut dependencies = Csr::with_capacity(self.jobs.len(), edges);
        for job in &self.jobs {
            dependencies.push(job.dependencies.iter().copied());
        }
        let policies = (0..self.jobs.len()).map(|job| self.policy(id(job))).collect();
        self.graph_of(dependencies, policies, Vec::new(), Vec::new())
    }

    pub(super) fn graph_of(
        &self,
        dependencies: Csr,
        policies: Vec<Policy>,
        waits: Vec<(JobId, JobId)>,
        to_come: Vec<(JobId, JobId)>,
    ) -> Arc<Graph> {
        let terms = self.jobs.iter().map(|job| job.terms.clone()).collect();
        let dependents = dependencies.reversed();
        Arc::new(Graph { dependents, dependencies, policies, terms, limits: self.limits.clone(), waits, to_come })
    }

    pub(super) fn policy(&self, job: JobId) -> Policy {
        let Scripted { script, has_cleanup, part, .. } = self.job(job);
        Policy {
            tries: id(script.len()).0,
            terms: job.0,
            has_cleanup: *has_cleanup,
            has_when: false,
            is_excluded: false,
            is_async: false,
            has_value: true,
            kind: if *part == Part::Each { Kind::Family } else { Kind::Job },
        }
    }

    /// The `Each` of the family that a member, or the whole of it, comes into being with.
    pub(super) fn each_of(&self, job: JobId) -> Option<JobId> {
        let is_born = matches!(self.job(job).part, Part::Member | Part::Whole);
        is_born.then(|| (0..job.index()).rev().map(id).find(|each| self.job(*each).part == Part::Each))?
    }

    pub(super) fn settings(&self) -> Settings {
        let Self { slots, no_act, deep, cleanup, fail_fast, deadline, grace, seed, .. } = *self;
        Settings { slots, no_act, deep, cleanup, fail_fast, deadline, grace, seed }
    }

    /// What the job does in its try of this number.
    pub(super) fn scene(&self, job: JobId, number: u32) -> Scene {
        self.job(job).script[number as usize - 1]
    }

    /// How such a try ends if it is left alone. In no-act, it ends with its check (R8).
    pub(super) fn outcome(&self, act: Act) -> TryOutcome {
        match act {
            Act::Holds => TryOutcome::Held,
            Act::Skips => TryOutcome::Skipped,
            Act::FailsForGood => TryOutcome::FailedForGood,
            Act::FailsBefore => TryOutcome::Failed,
            Act::IsUnsure if self.no_act => TryOutcome::Unsure,
            _ if self.no_act => TryOutcome::WouldRun,
            Act::Changes | Act::ShowsLate(_) => TryOutcome::Changed,
            Act::FailsInRun | Act::IsUnsure => TryOutcome::Failed,
            Act::FailsForGoodInRun => TryOutcome::FailedForGood,
        }
    }

    pub(super) fn enters_run(&self, act: Act) -> bool {
        let runs = matches!(act, Act::Changes | Act::FailsInRun | Act::ShowsLate(_) | Act::FailsForGoodInRun);
        !self.no_act && runs
    }
}

/// A job that has a try for each of these acts, takes no time, waits for nothing and leaves nothing behind.
pub(super) fn job<const DEPENDENCIES: usize>(dependencies: [u32; DEPENDENCIES], acts: &[Act]) -> Scripted {
    Scripted {
        dependencies: dependencies.map(JobId).to_vec(),
        terms: Terms { settle_interval: 1, ..Terms::plain(0) },
        has_cleanup: false,
        script: acts.iter().map(|act| Scene::new(*act, 0, 0)).collect(),
        part: Part::Known,
        to_come: Vec::new(),
    }
}

impl Scene {
    pub(super) fn new(act: Act, before_run: u64, in_run: u64) -> Self {
        Self { act, before_run, in_run, recheck: 0, heeds: None }
    }
}

impl Scripted {
    pub(super) fn retry_delay(mut self, retry_delay: u64) -> Self {
        self.terms.retry_delay = retry_delay;
        self
    }

    pub(super) fn has_cleanup(self) -> Self {
        Self { has_cleanup: true, ..self }
    }

    /// How long each of its tries takes, until run and in run.
    pub(super) fn takes(mut self, before_run: u64, in_run: u64) -> Self {
        for scene in &mut self.script {
            *scene = Scene { before_run, in_run, ..*scene };
        }
        self
    }

    pub(super) fn is(self, part: Part) -> Self {
        Self { part, ..self }
    }

    /// Of an `Each`: all members will need these.
    pub(super) fn members_need<const NEEDS: usize>(self, needs: [u32; NEEDS]) -> Self {
        Self { to_come: needs.map(JobId).to_vec(), ..self }
    }

    pub(super) fn timeout(mut self, timeout: u64) -> Self {
        self.terms.timeout = Some(timeout);
        self
    }

    /// For so long, with a recheck so long after the one before.
    pub(super) fn settles(mut self, settle: u64, settle_interval: u64) -> Self {
        (self.terms.settle, self.terms.settle_interval) = (settle, settle_interval);
        self
    }

    pub(super) fn limits<const LIMITS: usize>(mut self, limits: [u16; LIMITS]) -> Self {
        self.terms.limits = limits.into();
        self
    }

    /// Returns so soon when it is told to stop.
    pub(super) fn heeds(mut self, after: u64) -> Self {
        for scene in &mut self.script {
            scene.heeds = Some(after);
        }
        self
    }
}
