//! Random cases in which jobs are tried on all kinds of terms, and runs end early.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use crate::plan::{Factor, Terms};
use crate::scheduler::tests::case::{Act, Asks, Case, Part, Scripted};
use crate::scheduler::tests::driver::play;
use crate::scheduler::tests::growth::growing_cases;
use crate::scheduler::tests::trace::{Entry, Step};
use crate::scheduler::tests::{at_least, random};
use crate::scheduler::{Next, Settings, Start};

/// Cases of up to so many jobs; in some of them, families come into being.
pub(in crate::scheduler::tests) fn cases_of(most: usize) -> impl Strategy<Value = Case> {
    let plain = prop_oneof![2 => random::cases_of(most), 1 => growing_cases(random::cases_of(most))];
    (plain, prop::collection::vec(job(), most), run()).prop_map(|(case, jobs, run)| case_of(case, &jobs, &run))
}

/// What there is beside the plain rules. Not everything is in every case, for what there is to have an effect.
#[derive(Clone, Debug)]
struct Run {
    has_timeouts: bool,
    has_delays: bool,
    settles: bool,
    limits: Vec<u32>,
    settings: Settings,
    asks: Asks,
}

#[derive(Clone, Debug)]
struct Job {
    terms: Terms,
    /// One for each try.
    scenes: Vec<Scene>,
}

#[derive(Clone, Copy, Debug)]
struct Scene {
    act: Option<Act>,
    recheck: u64,
    heeds: Option<u64>,
}

fn run() -> impl Strategy<Value = Run> {
    let limits = prop_oneof![Just(Vec::new()), prop::collection::vec(1_u32..4, 1..4)];
    let deadline = prop_oneof![3 => Just(None), 1 => (0_u64..30).prop_map(Some), 1 => Just(Some(u64::MAX))];
    let grace = select(&[0, 1, 3, 10, u64::MAX][..]);
    let asks = select(&[Asks::Between, Asks::Between, Asks::AfterAll, Asks::Late][..]);
    (any::<[bool; 4]>(), limits, any::<bool>(), deadline, grace, any::<u64>(), asks).prop_map(
        |([has_timeouts, has_delays, settles, often], limits, rarely, deadline, grace, seed, asks)| {
            let settings = Settings { fail_fast: often && rarely, deadline, grace, seed, ..Settings::with_slots(1) };
            Run { has_timeouts, has_delays, settles, limits, settings, asks }
        },
    )
}

fn job() -> impl Strategy<Value = Job> {
    let backoff = select(&[1.0, 1.0, 1.5, 2.0, 3.0][..]).prop_map(Factor);
    let max = select(&[u64::MAX, u64::MAX, 3, 8][..]);
    let jitter = select(&[0.0, 0.0, 0.25, 1.0][..]).prop_map(Factor);
    let timeout = prop_oneof![2 => Just(None), 3 => (0_u64..12).prop_map(Some), 1 => Just(Some(u64::MAX))];
    let settle = prop_oneof![1 => Just(0), 3 => 1_u64..10];
    let limits = prop::collection::btree_set(0_u16..3, 0..3);
    let scenes = prop::collection::vec(scene(), 5);
    (backoff, max, jitter, timeout, settle, 1_u64..5, limits, scenes).prop_map(
        |(retry_backoff, retry_max_delay, retry_jitter, timeout, settle, settle_interval, limits, scenes)| {
            let limits = limits.into_iter().collect();
            let terms = Terms {
                retry_backoff,
                retry_max_delay,
                retry_jitter,
                timeout,
                settle,
                settle_interval,
                limits,
                ..Terms::plain(0)
            };
            Job { terms, scenes }
        },
    )
}

fn scene() -> impl Strategy<Value = Scene> {
    let act = prop_oneof![
        8 => Just(None),
        2 => (1_u32..5).prop_map(|late| Some(Act::ShowsLate(late))),
        1 => select(&[Act::Skips, Act::FailsForGood, Act::FailsForGoodInRun, Act::IsUnsure][..]).prop_map(Some),
    ];
    (act, 0_u64..3, prop_oneof![Just(None), (0_u64..4).prop_map(Some)]).prop_map(|(act, recheck, heeds)| Scene {
        act,
        recheck,
        heeds,
    })
}

fn case_of(case: Case, jobs: &[Job], run: &Run) -> Case {
    let Settings { fail_fast, deadline, grace, seed, .. } = run.settings;
    let mut case = Case { fail_fast, deadline, grace, seed, asks: run.asks, limits: run.limits.clone(), ..case };
    for (scripted, job) in case.jobs.iter_mut().zip(jobs) {
        if !matches!(scripted.part, Part::Whole | Part::Lacking) {
            scripted.terms = terms_of(run, &job.terms, scripted.terms.retry_delay);
            play_scenes(scripted, &job.scenes);
        }
    }
    case
}

fn terms_of(run: &Run, terms: &Terms, retry_delay: u64) -> Terms {
    let plain = Terms::plain(retry_delay);
    let delays = if run.has_delays { terms } else { &plain };
    let limits = terms.limits.iter().copied().filter(|limit| usize::from(*limit) < run.limits.len());
    Terms {
        retry_delay,
        retry_backoff: delays.retry_backoff,
        retry_max_delay: delays.retry_max_delay,
        retry_jitter: delays.retry_jitter,
        timeout: terms.timeout.filter(|_| run.has_timeouts),
        settle: if run.settles { terms.settle } else { 0 },
        settle_interval: terms.settle_interval,
        limits: limits.collect(),
    }
}

fn play_scenes(scripted: &mut Scripted, scenes: &[Scene]) {
    for (scene, new) in scripted.script.iter_mut().zip(scenes) {
        // A family's `each` does nothing but make members, or fail to.
        if scripted.part != Part::Each {
            scene.act = new.act.unwrap_or(scene.act);
        }
        (scene.recheck, scene.heeds) = (new.recheck, new.heeds);
    }
}

/// Everything that can happen does so in many of them.
#[test]
fn they_are_of_all_kinds() {
    let mut runner = TestRunner::new_with_rng(at_least(1), TestRng::deterministic_rng(RngAlgorithm::XorShift));
    let cases = cases_of(20);
    let mut seen = BTreeMap::new();
    for _ in 0..300 {
        let case = cases.new_tree(&mut runner).unwrap().current();
        let kinds: BTreeSet<_> = play(&case).unwrap().0.iter().flat_map(kinds).collect();
        for kind in kinds {
            *seen.entry(kind).or_insert(0) += 1;
        }
    }
    assert_eq!(seen.len(), 25, "{seen:#?}");
    assert!(seen.values().all(|count| *count >= 5), "{seen:#?}");
}

fn kinds(entry: &Entry) -> Vec<String> {
    let of_step = match entry.step {
        Step::Asked(Next::Start(Start { number: 1, .. })) => "first try".to_owned(),
        Step::Asked(Next::Start(_)) => "further try".to_owned(),
        Step::Asked(Next::Stop(_, why)) => format!("stop: {why:?}"),
        Step::Asked(next) => format!("{next:?}").split('(').next().unwrap_or_default().to_owned(),
        Step::Settled { until, .. } => format!("settles on: {}", until.is_some()),
        Step::Finished { outcome, .. } => format!("{outcome:?}"),
        Step::EnteredRun { .. } | Step::Cancelled | Step::CleanUpOrdered => "else".to_owned(),
    };
    let swept = entry.swept.iter().map(|(_, status)| format!("swept: {status:?}"));
    swept.chain([of_step]).collect()
}
