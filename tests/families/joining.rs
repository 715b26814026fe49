//! What joins the graph from elsewhere: `required_by`, tags, instances, states.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicU32, Ordering};

use dojobber::Status;

use super::*;

#[job(deps = [first_dep])]
struct Party;

#[job(required_by = [Party], tags = ["nightly"])]
fn decorate() {}

#[job]
fn first_dep() {}

#[derive(Default)]
struct Bake;

#[job(required_by = [Party, Picnic])]
impl Bake {
    fn check(&self) {}
    fn run(&self) {}
}

#[job(required_by = [Party], deps = [wash_up])]
struct Kitchen;

#[job(tags = ["nightly", "weekly"])]
fn wash_up() {}

#[derive(Clone)]
struct Lamp(u32);

#[job(each = lamps, name = "Lamp {0}", required_by = [Party], tags = ["lit"], run_only)]
impl Lamp {
    fn run(&self) {}
}

fn lamps() -> [Lamp; 2] {
    [Lamp(2), Lamp(1)]
}

#[job]
struct Picnic;

#[test]
fn required_by_on_every_form_in_the_order_of_the_source() {
    let mut dojob = root::<Party>();
    dojob.add(DynJob::new("sweep").required_by(["Party"]).run(|_| ()));
    dojob.add(DynJob::new("garlands").run(|_| ()).required_by(["decorate"]));
    dojob.add_to::<Party>(DynJob::new("last").run(|_| ()));
    let plan = dojob.plan().unwrap();
    let order: Vec<_> = plan.jobs().map(PlannedJob::name).collect();
    let golden = [
        "first_dep",
        "garlands",
        "decorate",
        "Bake",
        "wash_up",
        "Kitchen",
        "Lamp 2",
        "Lamp 1",
        "sweep",
        "last",
        "Party",
    ];
    assert_eq!(order, golden);
    assert!(run(&mut dojob).0.success());
}

#[test]
fn required_by_makes_nothing_run_that_nobody_asked_for() {
    assert_eq!(
        root::<Picnic>().plan().unwrap().jobs().map(|job| job.name().to_owned()).collect::<Vec<_>>(),
        ["Bake", "Picnic"]
    );
    let mut dojob = root::<wash_up>();
    dojob.add(DynJob::new("sweep").required_by(["Party"]).run(|_| ()));
    assert_eq!(ran(&mut dojob), ["wash_up"]);
}

#[test]
fn required_by_of_a_name_that_nobody_has_is_refused() {
    let mut dojob = root::<Party>();
    let error = refused(dojob.add(DynJob::new("sweep").required_by(["Partyy"])));
    assert!(error.contains("no job is named `Partyy`") && error.contains("did you mean Party ("), "{error}");
}

#[test]
fn a_tag_runs_all_that_have_it_and_what_they_need() {
    let mut dojob = DoJobber::new();
    dojob.add(DynJob::new("dust").tags(["nightly"]).run(|_| ())).tag("nightly");
    assert_eq!(ran(&mut dojob), ["decorate", "wash_up", "dust"]);
    assert_eq!(ran(DoJobber::new().tag("lit").tag("weekly")), ["wash_up", "Lamp 2", "Lamp 1"]);
    assert_eq!(ran(root::<first_dep>().tag("weekly")), ["first_dep", "wash_up"]);
}

#[test]
fn a_tag_that_nobody_has_is_refused() {
    let error = refused(DoJobber::new().tag("nightle"));
    assert!(error.contains("no job has the tag `nightle`; did you mean `nightly`?"), "{error}");
}

struct Nginx;
struct Redis;

struct Deploy<T>(PhantomData<T>);

impl<T> Default for Deploy<T> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

#[job(instances = [Deploy<Nginx>, Deploy<Redis>], run_only)]
impl<T> Deploy<T> {
    fn run(&self, ctx: &Context, global: &Global) -> Result {
        global.set(ctx.job(), std::any::type_name::<T>().rsplit("::").next())
    }
}

#[job(deps = [Deploy<Redis>, Deploy<Nginx>])]
struct Servers;

#[test]
fn instances_are_jobs_named_after_their_types() {
    let mut dojob = root::<Servers>();
    let (report, _) = run(&mut dojob);
    assert_eq!(report.global().to_json(), serde_json::json!({"Deploy<Redis>": "Redis", "Deploy<Nginx>": "Nginx"}));
    assert_eq!(report.get::<Deploy<Nginx>>().unwrap().name(), "Deploy<Nginx>");
    assert_eq!(report.status("Deploy<Redis>"), Some(Status::Changed));
}

#[derive(Default)]
struct Visitors(AtomicU32);

#[job]
fn visit(State(visitors): State<Visitors>) {
    visitors.0.fetch_add(1, Ordering::Relaxed);
}

#[derive(Clone)]
struct Seat(u32);

#[job(each = seats, name = "Seat {0}", run_only)]
impl Seat {
    fn run(&self) {}
}

fn seats(State(visitors): State<Visitors>) -> Vec<Seat> {
    (0..visitors.0.load(Ordering::Relaxed)).map(Seat).collect()
}

#[test]
fn a_state_is_shared_and_one_that_is_missing_is_refused() {
    let mut dojob = root::<visit>();
    assert!(run(dojob.state(Visitors::default())).0.success());
    for mut dojob in [root::<visit>(), root::<Seat>()] {
        let error = refused(&mut dojob);
        assert!(error.contains("takes a state of the type `families::joining::Visitors`"), "{error}");
        assert!(error.contains("visit (") || error.contains("Seat ("), "{error}");
    }
    let mut dojob = root::<Seat>();
    assert_eq!(ran(dojob.state(Visitors(AtomicU32::new(2)))), ["Seat 0", "Seat 1"]);
}
