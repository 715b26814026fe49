//! What is tried out: a graph of jobs that do as their scripts say, and how the run is to go.

use std::sync::Arc;

use proptest::prelude::*;

use crate::job::Kind;
use crate::plan::{Csr, Graph, JobId, Policy, Terms, id};
use crate::scheduler::{Settings, TryOutcome};

#[derive(Clone, Debug)]
pub(super) struct Case {
    /// By place.
    pub(super) jobs: Vec<Scripted>,
    pub(super) slots: u32,
    pub(super) no_act: bool,
    pub(super) cleanup: bool,
    pub(super) cancel: Cancel,
    /// Whether the scheduler is asked after each of several things that happen at one time, or after all of them.
    pub(super) asks_between: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Scripted {
    pub(super) dependencies: Vec<JobId>,
    pub(super) retry_delay: u64,
    pub(super) has_cleanup: bool,
    /// One for each try that the job has.
    pub(super) script: Vec<Scene>,
    pub(super) part: Part,
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
    /// Waits for a member that its family turns out not to have, and fails then, untried. Needs nothing but the `Each`
    /// of that family. Others that wait for members need the `Each` of those, too.
    Lacking,
}

/// What one try does, and how long that takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scene {
    pub(super) act: Act,
    /// From the start until run is entered; to the end, if it is not.
    pub(super) before_run: u64,
    /// From there to the end.
    pub(super) in_run: u64,
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
        Self { jobs, slots: 1, no_act: false, cleanup: true, cancel: Cancel::Never, asks_between: true }
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
        self.graph_of(dependencies, policies, Vec::new())
    }

    pub(super) fn graph_of(&self, dependencies: Csr, policies: Vec<Policy>, waits: Vec<(JobId, JobId)>) -> Arc<Graph> {
        let terms = self.jobs.iter().map(Scripted::terms).collect();
        let dependents = dependencies.reversed();
        Arc::new(Graph { dependents, dependencies, policies, terms, limits: Vec::new(), waits })
    }

    pub(super) fn policy(&self, job: JobId) -> Policy {
        let Scripted { script, has_cleanup, .. } = self.job(job);
        Policy {
            tries: id(script.len()).0,
            terms: job.0,
            has_cleanup: *has_cleanup,
            has_when: false,
            is_async: false,
            kind: Kind::Job,
        }
    }

    /// The `Each` of the family that a member, or the whole of it, comes into being with.
    pub(super) fn each_of(&self, job: JobId) -> Option<JobId> {
        let is_born = matches!(self.job(job).part, Part::Member | Part::Whole);
        is_born.then(|| (0..job.index()).rev().map(id).find(|each| self.job(*each).part == Part::Each))?
    }

    pub(super) fn settings(&self) -> Settings {
        Settings { no_act: self.no_act, cleanup: self.cleanup, grace: u64::MAX, ..Settings::with_slots(self.slots) }
    }

    /// How many tries there can be at most.
    pub(super) fn most_tries(&self) -> usize {
        self.jobs.iter().map(|job| job.script.len()).sum()
    }

    /// What the job does in its try of this number.
    pub(super) fn scene(&self, job: JobId, number: u32) -> Scene {
        self.job(job).script[number as usize - 1]
    }

    /// How such a try ends. In no-act, it ends with its check (R8).
    pub(super) fn outcome(&self, act: Act) -> TryOutcome {
        match act {
            Act::Holds => TryOutcome::Held,
            Act::Changes | Act::FailsInRun if self.no_act => TryOutcome::WouldRun,
            Act::Changes => TryOutcome::Changed,
            Act::FailsInRun | Act::FailsBefore => TryOutcome::Failed,
        }
    }

    pub(super) fn enters_run(&self, act: Act) -> bool {
        !self.no_act && matches!(act, Act::Changes | Act::FailsInRun)
    }
}

/// A job that has a try for each of these acts, takes no time, waits for nothing and leaves nothing behind.
pub(super) fn job<const DEPENDENCIES: usize>(dependencies: [u32; DEPENDENCIES], acts: &[Act]) -> Scripted {
    Scripted {
        dependencies: dependencies.map(JobId).to_vec(),
        retry_delay: 0,
        has_cleanup: false,
        script: acts.iter().map(|act| Scene { act: *act, before_run: 0, in_run: 0 }).collect(),
        part: Part::Known,
    }
}

impl Scripted {
    pub(super) fn retry_delay(self, retry_delay: u64) -> Self {
        Self { retry_delay, ..self }
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

    fn terms(&self) -> Terms {
        Terms::plain(self.retry_delay)
    }
}

/// How a random graph looks. Dependencies always have lower places.
#[derive(Clone, Copy, Debug)]
enum Shape {
    Chain,
    /// The last job needs all others.
    Fan,
    /// Diamonds of four jobs, one on top of the other.
    Diamonds,
    /// Each job needs some of the layer below, which is so wide.
    Layers(usize),
    /// Each job needs any of those below, fewer with each level of thinning.
    Random {
        thinned: u32,
    },
}

impl Shape {
    /// Whether the job `above` of so many needs the one `below`; some shapes leave that to chance, which is one bit a
    /// job.
    fn needs(self, above: usize, below: usize, jobs: usize, chance: u32) -> bool {
        let by_chance = chance >> below & 1 == 1;
        match self {
            Shape::Chain => below + 1 == above,
            Shape::Fan => above + 1 == jobs,
            Shape::Diamonds => match above % 4 {
                0 | 1 => below + 1 == above,
                2 => below + 2 == above,
                _ => below + 2 >= above,
            },
            Shape::Layers(width) => below / width + 1 == above / width && by_chance,
            Shape::Random { .. } => by_chance,
        }
    }

    fn dependencies(self, above: usize, jobs: usize, chance: u32) -> Vec<JobId> {
        let chance = match self {
            Shape::Random { thinned } => {
                (0..thinned).fold(chance, |left, turn| left & chance.rotate_left(7 * turn + 7))
            }
            _ => chance,
        };
        (0..above).filter(|below| self.needs(above, *below, jobs, chance)).map(id).collect()
    }
}

/// Cases of up to 30 jobs. Times are short, so that many things happen at one time.
pub(super) fn cases() -> impl Strategy<Value = Case> {
    let shape = prop_oneof![
        Just(Shape::Chain),
        Just(Shape::Fan),
        Just(Shape::Diamonds),
        (2_usize..7).prop_map(Shape::Layers),
        (0_u32..4).prop_map(|thinned| Shape::Random { thinned }),
        (2_u32..4).prop_map(|thinned| Shape::Random { thinned }),
    ];
    let scene = (0_u32..100, often_zero(4), often_zero(4));
    let job = (any::<u32>(), often_zero(10), any::<bool>(), prop::collection::vec(scene, 1..=5));
    let jobs = prop::collection::vec(job, 1..=30);
    let failing = prop::sample::select(&[0, 10, 30, 60][..]);
    let slots = prop::sample::select(&[1, 1, 2, 3, 4, u32::MAX][..]);
    let no_act = prop::sample::select(&[false, false, false, true][..]);
    let cancel = prop_oneof![
        3 => Just(Cancel::Never),
        1 => (0_u64..20).prop_map(Cancel::At),
        1 => (0_usize..50).prop_map(Cancel::BeforeQuestion),
    ];
    (shape, failing, jobs, slots, no_act, any::<bool>(), cancel, any::<bool>()).prop_map(
        |(shape, failing, jobs, slots, no_act, cleanup, cancel, asks_between)| {
            let count = jobs.len();
            let scripted = |(place, (chance, retry_delay, has_cleanup, scenes)): (usize, (_, _, _, Vec<_>))| Scripted {
                dependencies: shape.dependencies(place, count, chance),
                retry_delay,
                has_cleanup,
                script: scenes
                    .into_iter()
                    .map(|(roll, before_run, in_run)| Scene { act: act(roll, failing), before_run, in_run })
                    .collect(),
                part: Part::Known,
            };
            let jobs = jobs.into_iter().enumerate().map(scripted).collect();
            Case { jobs, slots, no_act, cleanup, cancel, asks_between }
        },
    )
}

/// Half of the time 0, else up to so many.
fn often_zero(most: u64) -> impl Strategy<Value = u64> {
    (0..=2 * most).prop_map(move |number| number.saturating_sub(most))
}

/// A roll of a die with a hundred faces, of which so many stand for failure.
fn act(roll: u32, failing: u32) -> Act {
    match (roll + failing < 100, roll % 3) {
        (true, 0 | 1) => Act::Holds,
        (true, _) => Act::Changes,
        (false, 0 | 1) => Act::FailsInRun,
        (false, _) => Act::FailsBefore,
    }
}
