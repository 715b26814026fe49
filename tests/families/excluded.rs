//! Families, and members of them, that are left out, known beforehand or found on the way.

use dojobber::Status;

use super::*;

#[job]
fn look(Args(found): Args<Names>) -> Result<Vec<String>> {
    Ok(found.0.clone())
}

#[job]
fn fence() {}

#[derive(Clone)]
struct Dig {
    host: String,
}

/// Late.
#[job(each = reachable, key = host, name = "Dig {host}", deps = [fence], run_only, tries = 1)]
impl Dig {
    fn run(&self) -> Result<String> {
        ensure!(self.host != "bee", "no route");
        Ok(self.host.clone())
    }
}

fn reachable(found: Output<look>) -> Vec<Dig> {
    found.iter().map(|host| Dig { host: host.clone() }).collect()
}

#[derive(Clone)]
struct Sow {
    host: &'static str,
    port: u16,
}

/// Late, too, and each member needs one of the others.
#[job(each = served, key = (host, port), name = "Sow {host}:{port}", deps = [Dig[host]], run_only)]
impl Sow {
    fn run(&self) {}
}

fn served(_: Output<look_again>) -> [Sow; 2] {
    [Sow { host: "ant", port: 80 }, Sow { host: "bee", port: 80 }]
}

#[job]
fn look_again() -> Result<u32> {
    Ok(7)
}

#[derive(Clone)]
struct Weed {
    host: &'static str,
    port: u16,
}

/// Known beforehand.
#[job(each = watched, key = (host, port), name = "Weed {host}:{port}", deps = [Dig[host]], run_only)]
impl Weed {
    fn run(&self, reached: Option<Output<Dig>>) -> Result {
        ensure!(reached.is_none_or(|reached| *reached == self.host));
        Ok(())
    }
}

fn watched() -> [Weed; 2] {
    [Weed { host: "ant", port: 1 }, Weed { host: "bee", port: 2 }]
}

#[job]
fn harvest(all: Outputs<Dig>, changed: Changed<Dig>) -> Result<Vec<String>> {
    ensure!(changed.get() != all.is_empty());
    Ok(all.iter().map(|(_, host)| host.clone()).collect())
}

#[job(deps = [Sow, Weed, harvest])]
struct Garden;

fn excluding(excluded: &[&str]) -> DoJobber {
    let mut dojob = root::<Garden>();
    dojob.set_args(names(&["ant", "bee"]));
    for name in excluded {
        dojob.exclude(*name);
    }
    dojob
}

#[test]
fn a_late_family_is_skipped_and_what_needs_it_or_its_members_goes_on() {
    for slots in [1, 3] {
        let (report, lines) = run(excluding(&["Dig"]).workers(slots));
        let golden = [
            "Dig skipped",
            "Garden ok",
            "Sow ant:80 changed",
            "Sow bee:80 changed",
            "Sow ok",
            "Weed ant:1 changed",
            "Weed bee:2 changed",
            "harvest changed",
            "look_again changed",
        ];
        assert_eq!(ends(&report), golden, "what only it needs is no part of the plan");
        assert!(report.success() && lines.contains(&"Dig: skipped, excluded".to_owned()), "{lines:?}");
        assert!(report.output::<harvest>().unwrap().is_empty());
        assert_eq!(report.job("Dig").unwrap().planned().dependencies().count(), 0);
        let needs = report.job("Sow ant:80").unwrap().planned().dependencies().map(PlannedJob::name);
        assert_eq!(needs.collect::<Vec<_>>(), ["Dig"]);
    }
    let report = excluding(&["Dig"]).no_act(true).checknrun().unwrap();
    assert_eq!(report.status("Dig"), Some(Status::Skipped));
}

#[test]
fn a_member_is_skipped_when_it_is_there() {
    for slots in [1, 3] {
        let (report, lines) = run(excluding(&["Dig[bee]"]).workers(slots));
        assert!(report.success(), "{:?}", ends(&report));
        assert_eq!(report.status("Dig bee"), Some(Status::Skipped));
        assert_eq!(report.job("Dig bee").unwrap().planned().dependencies().count(), 0);
        assert_eq!(reason(&report, "Dig bee"), "excluded");
        assert!(lines.contains(&"Dig bee: skipped, excluded".to_owned()), "{lines:?}");
        assert_eq!(*report.output::<harvest>().unwrap(), ["ant"]);
    }
}

/// As on the command line, by the family, by the key or by both.
#[test]
fn a_misspelt_member_comes_with_the_nearest() {
    for (misspelt, near) in
        [("Weed[ant, 2]", "Weed[ant, 1]"), ("Weeed[ant, 1]", "Weed[ant, 1]"), ("Wed[bees, 2]", "Weed[bee, 2]")]
    {
        let told = format!("no job is named `{misspelt}`; did you mean {near} (");
        for error in [
            excluding(&[misspelt]).plan().unwrap_err(),
            excluding(&[]).only([misspelt]).plan().unwrap_err(),
            excluding(&[]).checknrun_from_named(misspelt).unwrap_err(),
        ] {
            assert!(error.to_string().contains(&told), "{error}");
        }
    }
    // Of one that comes into being during the run, only its family is known.
    let error = excluding(&["Dgi[bee]"]).plan().unwrap_err().to_string();
    assert!(error.contains("did you mean Dig[bee] ("), "{error}");
    // What a job needs is named by no family and key.
    let mut dojob = excluding(&[]);
    dojob.add(DynJob::new("rest").deps(["Weed[ant, 2]"])).root_named("rest");
    let error = dojob.plan().unwrap_err().to_string();
    assert!(!error.contains("Weed[ant, 1]"), "{error}");
}

/// It may be misspelt, and then somebody would run who is not to.
#[test]
fn a_member_that_does_not_come_into_being_can_not_be_left_out() {
    let (report, _) = run(&mut excluding(&["Dig[be]"]));
    let error = reason(&report, "Dig");
    assert_eq!(error, "`Dig[be]` is excluded, and Dig has no member of that key; the nearest is `bee`");
    assert!(report.status("Dig bee").is_none(), "{:?}", ends(&report));
}

#[test]
fn keys_are_typed_as_they_are_told() {
    let (report, _) = run(&mut excluding(&["Dig[bee]", "Sow[bee, 80]", "Weed[bee, 2]"]));
    let skipped: Vec<_> = ends(&report).into_iter().filter(|end| end.ends_with(" skipped")).collect();
    assert_eq!(skipped, ["Dig bee skipped", "Sow bee:80 skipped", "Weed bee:2 skipped"]);
    // One that is known beforehand can also be called by its name.
    let (report, _) = run(&mut excluding(&["Dig[bee]", "Weed bee:2"]));
    assert_eq!(report.status("Weed bee:2"), Some(Status::Skipped));
}

#[test]
fn what_can_not_be_is_refused() {
    for wrong in ["Diged[bee]", "Weed[cat, 1]", "harvest[bee]", "Dig[", "Dig bee"] {
        let refused = refused(&mut excluding(&[wrong]));
        assert!(refused.contains(&format!("`{wrong}`")), "{refused}");
    }
}

#[test]
fn a_member_that_code_has_added_is_left_out_with_its_family() {
    let mut dojob = excluding(&["Dig"]);
    let (report, _) = run(dojob.add_to::<harvest>(Dig { host: "cat".into() }));
    assert!(report.success() && report.status("Dig cat").is_none(), "{:?}", ends(&report));
    let mut dojob = excluding(&["Dig[cat]", "Dig[bee]"]);
    let (report, _) = run(dojob.add_to::<harvest>(Dig { host: "cat".into() }));
    assert_eq!(report.status("Dig cat"), Some(Status::Skipped));
    assert!(report.success(), "{:?}", ends(&report));
}
