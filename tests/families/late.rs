//! Families whose `each` takes a job's result: they come into being once that has passed.

use dojobber::Format;

use super::*;

#[derive(Default)]
struct Discover;

/// Finds the disks, at its second try.
#[job(tries = 2, retry_delay = 5)]
impl Discover {
    fn check(&self, Args(disks): Args<Disks>, global: &Global) -> Result<Vec<String>> {
        ensure!(disks.there || global.contains("looked"), "nobody has looked");
        ensure!(!disks.hidden, "no disks in sight");
        Ok(disks.names.clone())
    }

    fn run(&self, global: &Global) -> Result {
        global.set("looked", true)
    }
}

#[derive(Clone, Default, Deserialize)]
struct Disks {
    names: Vec<String>,
    /// Known without looking.
    there: bool,
    hidden: bool,
    /// Whose wiping fails.
    broken: String,
    /// How many calls of `each` fail.
    failing: u32,
}

#[job]
fn unmount() {}

#[derive(Clone)]
struct Wipe {
    disk: String,
}

#[job(each = found, key = disk, name = "Wipe {disk}", deps = [unmount], run_only, tries = 3, retry_delay = 60)]
impl Wipe {
    fn run(&self, Args(disks): Args<Disks>, all: Output<Discover>) -> Result<usize> {
        ensure!(disks.broken != self.disk, "{} is worn out", self.disk);
        Ok(all.iter().position(|disk| *disk == self.disk).unwrap())
    }
}

fn found(disks: Output<Discover>, Args(given): Args<Disks>, this: Try) -> Result<Vec<Wipe>> {
    ensure!(this.number > given.failing, "try {this} of `each`");
    Ok(disks.iter().map(|disk| Wipe { disk: disk.clone() }).collect())
}

#[job(deps = [Wipe])]
struct Clean;

#[job]
fn tell(positions: Outputs<Wipe>, changed: Changed<Wipe>, global: &Global) -> Result {
    let told: Vec<_> = positions.iter().map(|(name, place)| format!("{name} at {place}")).collect();
    global.set("told", (told, changed.get()))
}

#[derive(Clone)]
struct Mount {
    disk: &'static str,
}

/// A family that is known beforehand; its members wait for one member each.
#[job(each = mounts, name = "Mount {disk}", deps = [Wipe[disk]], run_only)]
impl Mount {
    fn run(&self, place: Output<Wipe>, global: &Global) -> Result {
        global.set(&format!("mounted {}", self.disk), *place)
    }
}

fn mounts() -> [Mount; 2] {
    ["sda", "sdb"].map(|disk| Mount { disk })
}

fn disks(names: &[&str]) -> Disks {
    Disks { names: super::names(names).0, ..Disks::default() }
}

fn clean(disks: Disks) -> DoJobber {
    let mut dojob = root::<Clean>();
    dojob.set_args(disks);
    dojob
}

#[test]
fn members_come_when_the_source_has_passed_and_dependents_wait_for_them() {
    let (report, lines) = run(&mut clean(disks(&["sdb", "sda"])));
    let golden = [
        "Discover.check: fail",
        "Discover.run: pass",
        "Discover.recheck: pass",
        "unmount.check: fail",
        "unmount.run: pass",
        "unmount.recheck: pass",
        "Wipe.check: pass",
        "Wipe sdb.check: fail",
        "Wipe sdb.run: pass",
        "Wipe sdb.recheck: pass",
        "Wipe sda.check: fail",
        "Wipe sda.run: pass",
        "Wipe sda.recheck: pass",
        "Clean.check: pass",
    ];
    assert_eq!(lines, golden);
    assert!(report.success());
}

#[test]
fn members_are_jobs_of_the_report() {
    let (report, _) = run(&mut clean(Disks { broken: "sda".into(), ..disks(&["sdb", "sda"]) }));
    let golden =
        ["Clean blocked", "Discover changed", "Wipe blocked", "Wipe sda failed", "Wipe sdb changed", "unmount changed"];
    assert_eq!(ends(&report), golden);
    assert_eq!(blockers(&report, "Clean"), ["Wipe sda"]);
    assert_eq!(blockers(&report, "Wipe"), ["Wipe sda"]);
    assert_eq!(reason(&report, "Wipe sda"), "sda is worn out");
    let starts: Vec<_> = report.job("Wipe sda").unwrap().tries().iter().map(|one| one.started().as_secs()).collect();
    assert_eq!(starts, [0, 60, 120], "tries and delay are the family's");
    assert_eq!(report.output_json("Wipe sdb").unwrap().unwrap(), 0);
    let wipe = report.job("Wipe sda").unwrap().planned();
    assert!(wipe.place().file.ends_with("late.rs"));
    assert_eq!(wipe.dependencies().map(PlannedJob::name).collect::<Vec<_>>(), ["unmount", "Discover"]);
    let json = serde_json::to_value(&report).unwrap();
    let jobs: Vec<_> = json["jobs"].as_array().unwrap().iter().map(|job| job["name"].as_str().unwrap()).collect();
    assert_eq!(jobs.len(), 6, "{jobs:?}");
}

#[test]
fn an_each_that_fails_is_tried_again() {
    let (report, lines) = run(&mut clean(Disks { failing: 2, ..disks(&["sda"]) }));
    assert!(report.success());
    let calls: Vec<_> = lines.iter().filter(|line| line.starts_with("Wipe.")).collect();
    assert_eq!(calls, ["Wipe.check: fail", "Wipe.check: fail", "Wipe.check: pass"]);
    let rounds: Vec<_> = report.job("Wipe").unwrap().tries().iter().map(|one| one.round()).collect();
    assert_eq!(rounds, [1, 2, 3]);
    assert_eq!(report.job("Wipe sda").unwrap().tries()[0].round(), 3);
}

#[test]
fn an_each_that_always_fails_blocks_what_needs_the_family() {
    let mut dojob = clean(Disks { failing: 3, ..disks(&["sda"]) });
    let (report, _) = run(dojob.root::<Mount>());
    let golden = [
        "Clean blocked",
        "Discover changed",
        "Mount sda blocked",
        "Mount sdb blocked",
        "Wipe failed",
        "unmount changed",
    ];
    assert_eq!(ends(&report), golden);
    assert_eq!(reason(&report, "Wipe"), "try 3 of 3 of `each`");
    assert_eq!([blockers(&report, "Clean"), blockers(&report, "Mount sda")], [["Wipe"], ["Wipe"]]);
}

#[test]
fn a_source_that_fails_blocks_the_family_and_all_that_waits() {
    let (report, _) = run(clean(Disks { hidden: true, ..Disks::default() }).root::<Mount>());
    for name in ["Wipe", "Clean", "Mount sda", "Mount sdb"] {
        assert_eq!(blockers(&report, name), ["Discover"], "{name}");
    }
}

#[test]
fn a_family_may_turn_out_empty() {
    let (report, lines) = run(&mut clean(disks(&[])));
    assert!(report.success());
    assert_eq!(lines[lines.len() - 2..], ["Wipe.check: pass", "Clean.check: pass"]);
}

#[test]
fn outputs_and_changed_are_of_all_members() {
    for (names, told) in [
        (&["sdb", "sda"][..], (vec!["Wipe sdb at 0".to_owned(), "Wipe sda at 1".into()], true)),
        (&[], (vec![], false)),
    ] {
        let (report, _) = run(root::<tell>().set_args(disks(names)));
        assert_eq!(report.global().get::<(Vec<String>, bool)>("told").unwrap(), told);
    }
}

#[test]
fn who_needs_one_member_waits_for_no_other() {
    let (report, lines) =
        run(root::<Mount>().set_args(Disks { broken: "sdc".into(), ..disks(&["sdc", "sdb", "sda"]) }));
    let mounted = |disk: &str| report.global().get::<usize>(&format!("mounted {disk}")).unwrap();
    assert_eq!((mounted("sda"), mounted("sdb")), (2, 1));
    assert_eq!(report.status("Wipe").unwrap().as_str(), "blocked");
    // In round 1; the retries of sdc come behind.
    let mounts = lines.iter().position(|line| line == "Mount sdb.run: pass");
    assert!(mounts < lines.iter().rposition(|line| line == "Wipe sdc.run: fail"), "{lines:#?}");
    let needed: Vec<_> = report.job("Mount sda").unwrap().planned().dependencies().map(PlannedJob::name).collect();
    assert_eq!(needed, ["Wipe sda"]);
}

#[test]
fn in_no_act_the_family_is_made_if_its_source_holds_and_else_unknown() {
    let (report, lines) = run(clean(Disks { there: true, ..disks(&["sda"]) }).no_act(true));
    assert_eq!(lines, ["Discover.check: pass", "unmount.check: fail", "Wipe.check: pass"]);
    let golden = ["Clean unknown", "Discover ok", "Wipe sda unknown", "Wipe unknown", "unmount would run"];
    assert_eq!(ends(&report), golden);
    let (report, lines) = run(clean(disks(&["sda"])).no_act(true));
    assert_eq!(lines, ["Discover.check: fail", "unmount.check: fail"]);
    assert_eq!(ends(&report), ["Clean unknown", "Discover would run", "Wipe unknown", "unmount would run"]);
    assert_eq!(blockers(&report, "Wipe"), ["Discover", "unmount"], "its members, whatever they are, need unmount");
}

#[test]
fn a_second_run_starts_afresh() {
    let mut dojob = clean(disks(&["sda", "sdb"]));
    assert_eq!(ran(&mut dojob), ["Discover", "unmount", "Wipe sda", "Wipe sdb"]);
    dojob.set_args(disks(&["sdc"]));
    let (report, _) = run(&mut dojob);
    assert_eq!(ends(&report), ["Clean ok", "Discover changed", "Wipe ok", "Wipe sdc changed", "unmount changed"]);
    let plan = dojob.plan().unwrap();
    assert!(plan.find("Wipe sdc").is_none(), "a new plan knows nothing of the last run");
}

#[test]
fn the_picture_shows_one_node_before_and_the_members_after() {
    let mut dojob = clean(disks(&["sda", "sdb"]));
    let picture = |dojob: &DoJobber| {
        let mut dot = Vec::new();
        dojob.write_graph(&mut dot, Format::Dot).unwrap();
        String::from_utf8(dot).unwrap()
    };
    let before = picture(&dojob);
    assert!(
        before.contains("label=\"Wipe\", tooltip=\"Wipe (family)\", shape=folder") && !before.contains("Wipe sda"),
        "{before}"
    );
    run(&mut dojob);
    let after = picture(&dojob);
    assert!(
        after.contains(
            "label=\"+ Wipe sda\", tooltip=\"Wipe sda (run-only job): changed\", shape=hexagon, style=filled"
        ),
        "{after}"
    );
    assert!(after.contains("label=\"✓ Wipe\", tooltip=\"Wipe (family): ok\", shape=folder, style=filled"), "{after}");
    let (nodes, edges) = (after.matches("label=").count(), after.matches(" -> ").count());
    // Clean needs Wipe; that its source and both members, each of which needs unmount, and the source's result.
    assert_eq!((nodes, edges), (6, 8), "{after}");
}
