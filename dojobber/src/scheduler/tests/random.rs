//! Random graphs, with what the plain rules know of.

use proptest::prelude::*;

use super::case::{Act, Asks, Cancel, Case, Part, Scene, Scripted};
use crate::plan::{JobId, Terms, id};

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

/// Cases of up to 30 jobs.
pub(super) fn cases() -> impl Strategy<Value = Case> {
    cases_of(30)
}

/// Cases of up to so many jobs. Times are short, so that many things happen at one time.
pub(super) fn cases_of(most: usize) -> impl Strategy<Value = Case> {
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
    let jobs = prop::collection::vec(job, 1..=most);
    let failing = prop::sample::select(&[0, 10, 30, 60][..]);
    let slots = prop::sample::select(&[1, 1, 2, 3, 4, u32::MAX][..]);
    let no_act = prop::sample::select(&[false, false, false, true][..]);
    let cancel = prop_oneof![
        3 => Just(Cancel::Never),
        1 => (0_u64..20).prop_map(Cancel::At),
        1 => (0_usize..50).prop_map(Cancel::BeforeQuestion),
    ];
    let asks = prop::sample::select(&[Asks::Between, Asks::AfterAll][..]);
    (shape, failing, jobs, slots, no_act, any::<bool>(), cancel, asks).prop_map(
        |(shape, failing, jobs, slots, no_act, cleanup, cancel, asks)| {
            let count = jobs.len();
            let scripted = |(place, (chance, retry_delay, has_cleanup, scenes)): (usize, (_, _, _, Vec<_>))| Scripted {
                dependencies: shape.dependencies(place, count, chance),
                terms: Terms::plain(retry_delay),
                has_cleanup,
                script: scenes
                    .into_iter()
                    .map(|(roll, before_run, in_run)| Scene::new(act(roll, failing), before_run, in_run))
                    .collect(),
                part: Part::Known,
                to_come: Vec::new(),
            };
            let jobs = jobs.into_iter().enumerate().map(scripted);
            Case { slots, no_act, cleanup, cancel, asks, ..Case::new(jobs) }
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
