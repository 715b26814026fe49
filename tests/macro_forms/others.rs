//! Crates with other editions, lints and names for dojobber.

use super::*;

#[test]
fn of_edition_2021_run() {
    let mut dojob = root::<jobs_2021::Ready>();
    dojob.root::<jobs_2021::shadowed::Member>();
    let house = jobs_2021::House { rooms: vec!["kitchen".into(), "hall".into()] };
    let report = dojob.set_args(house).checknrun().unwrap();
    assert!(report.success());
    assert_eq!(
        report.jobs().map(|job| job.name().to_owned()).collect::<Vec<_>>(),
        [
            "Swept",
            "Air the kitchen",
            "Air the hall",
            "light_up",
            "Job",
            "job",
            "run",
            "Rung",
            "ring",
            "Ready",
            "  0",
            "  1"
        ]
    );
    assert_eq!(report.output::<jobs_2021::Swept>(), Some(&2));
    assert!(report.global().get::<bool>("broom_returned").unwrap());
}

#[test]
fn that_renamed_the_dependency_run() {
    let report = run::<renamed_jobs::Garden>();
    assert_eq!(
        report.jobs().map(|job| job.name().to_owned()).collect::<Vec<_>>(),
        ["Mown", "water", "Plant beans", "Plant peas", "Bought<Spade>", "weed", "Garden"]
    );
    let mown = report.plan().find("Mown").unwrap();
    assert_eq!((mown.tries(), mown.retry_delay()), (2, std::time::Duration::from_millis(1500)));
}
