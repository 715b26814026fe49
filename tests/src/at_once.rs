use dojobber::testing::VirtualClock;
use dojobber::{DoJobber, Job, Report};

/// To run `J`, without waiting.
pub fn root<J: Job>() -> DoJobber {
    let mut dojob = DoJobber::new();
    dojob.root::<J>().clock(VirtualClock::new());
    dojob
}

/// Runs `J` without waiting, which must succeed.
#[track_caller]
pub fn run<J: Job>() -> Report {
    let report = root::<J>().checknrun().expect("a graph that can be run");
    let errors: Vec<_> = report.jobs().filter_map(|job| Some(format!("{}: {:#}", job.name(), job.error()?))).collect();
    assert!(report.success(), "{errors:?}");
    report
}
