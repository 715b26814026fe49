//! How families that come into being late get on with the rest: names, `required_by`, tags, clean-ups, events.

use std::collections::HashMap;

use dojobber::EventKind;

use super::*;

#[job]
fn scan() -> Result<Vec<u32>> {
    Ok(vec![2, 1])
}

#[derive(Clone)]
struct Probe(u32);

#[job(each = ports, name = "Probe {0}", tags = ["probing"], required_by = [Secure])]
impl Probe {
    fn check(&self, global: &Global) -> bool {
        global.contains(&format!("port {}", self.0))
    }

    fn run(&self, global: &Global) -> Result {
        global.set(&format!("port {}", self.0), "open")
    }

    fn cleanup(&self, notes: State<Lines>) {
        notes.push(format!("closing {}", self.0));
    }
}

fn ports(found: Output<scan>) -> Vec<Probe> {
    found.iter().map(|port| Probe(*port)).collect()
}

/// Joins what each member needs.
#[job(required_by = [Probe])]
fn warn_everybody() {}

#[job]
struct Secure;

/// Members named as those of [`Probe`].
#[derive(Clone)]
struct Again(u32);

#[job(each = ports_again, name = "Probe {0}", run_only, tries = 1)]
impl Again {
    fn run(&self) {}
}

fn ports_again(found: Output<scan>) -> Vec<Again> {
    found.iter().map(|port| Again(*port)).collect()
}

fn secure() -> (DoJobber, Lines) {
    let (mut dojob, notes) = (root::<Secure>(), Lines::new());
    dojob.state(notes.clone());
    (dojob, notes)
}

#[test]
fn required_by_works_in_both_directions() {
    let (mut dojob, _) = secure();
    let (report, _) = run(&mut dojob);
    assert!(report.success(), "{:?}", ends(&report));
    assert_eq!(ran(&mut dojob), ["scan", "warn_everybody", "Probe 2", "Probe 1"]);
    let needs = |name: &str| {
        report.job(name).unwrap().planned().dependencies().map(|job| job.name().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(needs("Secure"), ["Probe"]);
    assert_eq!(needs("Probe"), ["scan", "Probe 2", "Probe 1"]);
    assert_eq!(needs("Probe 1"), ["warn_everybody"]);
}

#[test]
fn before_the_run_the_family_needs_what_its_members_will() {
    let plan = secure().0.plan().unwrap();
    let needs: Vec<_> = plan.find("Probe").unwrap().dependencies().map(|job| job.name().to_owned()).collect();
    assert_eq!(needs, ["scan", "warn_everybody"]);
}

#[test]
fn the_family_has_a_name_that_code_can_depend_on_and_a_tag() {
    let (mut dojob, _) = secure();
    dojob.add_to::<Secure>(DynJob::new("report").deps(["Probe"]).run(|_| ()));
    assert_eq!(ran(&mut dojob), ["scan", "warn_everybody", "Probe 2", "Probe 1", "report"]);
    let mut tagged = DoJobber::new();
    assert_eq!(ran(tagged.tag("probing").state(Lines::new())), ["scan", "warn_everybody", "Probe 2", "Probe 1"]);
}

#[test]
fn members_are_cleaned_up_backwards() {
    let (mut dojob, notes) = secure();
    let (report, _) = run(&mut dojob);
    assert_eq!(notes.take(), ["closing 1", "closing 2"]);
    assert_eq!(report.cleanups().map(|cleanup| cleanup.job.name()).collect::<Vec<_>>(), ["Probe 1", "Probe 2"]);
    run(dojob.auto_cleanup(false));
    assert_eq!(notes.take(), [""; 0]);
    dojob.cleanup().unwrap();
    assert_eq!(notes.take(), ["closing 1", "closing 2"]);
}

#[test]
fn a_state_that_only_members_take_is_missed_before_anything_runs() {
    let error = refused(&mut root::<Secure>());
    assert!(error.contains("Probe (") && error.contains("takes a state of the type"), "{error}");
}

#[test]
fn the_second_of_two_families_whose_members_are_named_alike_fails() {
    let (mut dojob, _) = secure();
    let (report, _) = run(dojob.root::<Again>());
    let error = reason(&report, "Again");
    assert!(error.contains("a member is named `Probe 2`, as is Probe 2 ("), "{error}");
    assert!(report.status("Secure").unwrap().passed(), "{:?}", ends(&report));
}

#[test]
fn every_job_ends_once_and_what_events_name_is_in_the_plan() {
    let (mut dojob, _) = secure();
    let seen = Lines::new();
    let told = seen.clone();
    dojob.on_event(move |plan, event| match &event.kind {
        EventKind::JobEnded { job, status, .. } => told.push(format!("{} {status}", plan.job(*job).name())),
        EventKind::FamilyMade { job, members } => {
            told.push(format!("{} has {members}, of {}", plan.job(*job).name(), plan.len()));
        }
        _ => {}
    });
    run(&mut dojob);
    let golden = [
        "scan changed",
        "warn_everybody changed",
        "Probe has 2, of 6",
        "Probe 2 changed",
        "Probe 1 changed",
        "Probe ok",
        "Secure ok",
    ];
    assert_eq!(seen.take(), golden);
}

#[test]
fn a_cancelled_family_s_members_are_cancelled() {
    let (mut dojob, _) = secure();
    let cancel = dojob.cancel_handle();
    dojob.on_event(move |_, event| {
        if matches!(event.kind, EventKind::FamilyMade { .. }) {
            cancel.cancel();
        }
    });
    let (report, _) = run(&mut dojob);
    let ended: HashMap<_, _> = report.jobs().map(|job| (job.name(), job.status().unwrap().as_str())).collect();
    for name in ["Probe 2", "Probe 1", "Probe", "Secure"] {
        assert_eq!(ended[name], "cancelled", "{name}");
    }
}
