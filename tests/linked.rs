//! Jobs of another crate, which is linked in because this line names it.
use linked_jobs as _;

use dojobber::prelude::*;
use dojobber::{JobDef, JobReport, Kind};

#[test]
fn are_found_by_name() {
    let report = DoJobber::new().root_named("linked_job").checknrun().expect("it is linked in");
    assert!(report.global().get::<bool>("linked").expect("it ran"));
}

#[test]
fn are_found_by_discover() {
    let report = DoJobber::new().discover().checknrun().expect("they are linked in");
    assert_eq!(report.jobs().map(JobReport::name).collect::<Vec<_>>(), ["linked_job", "LinkedGroup"]);
    assert!(report.success());
}

#[test]
fn are_registered_in_the_order_of_the_source() {
    let registered = dojobber::registered();
    assert_eq!(registered.iter().map(|job| job.name()).collect::<Vec<_>>(), ["LinkedGroup", "linked_job"]);
    let [group, job]: [&JobDef; 2] = registered.try_into().expect("two jobs");
    assert_eq!((group.kind(), job.kind()), (Kind::Group, Kind::RunOnly));
    assert_eq!((job.krate(), job.description()), ("linked_jobs", "Notes that it ran."));
    assert!(job.file().ends_with("fixtures/linked-jobs/src/lib.rs") && group.line() < job.line());
}

#[test]
fn are_counted_where_a_name_is_unknown() {
    let error = DoJobber::new().root_named("Champagne").plan().expect_err("nobody has that").to_string();
    assert!(error.contains("there are 2 jobs linked in (linked_jobs 2),"), "{error}");
}
