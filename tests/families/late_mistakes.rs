//! What can only turn out to be wrong with a family when it comes into being, and families that need each other.

use super::*;

/// What the other crate would call an inventory: hosts, each with the host that it is behind.
#[job]
fn survey(Args(found): Args<Found>) -> Result<Found> {
    Ok((*found).clone())
}

#[derive(Clone, Default, serde::Serialize, Deserialize)]
struct Found {
    hosts: Vec<(String, String)>,
    services: Vec<(String, String)>,
}

fn found(hosts: &[(&str, &str)], services: &[(&str, &str)]) -> Found {
    let owned = |pairs: &[(&str, &str)]| pairs.iter().map(|(one, two)| ((*one).into(), (*two).into())).collect();
    Found { hosts: owned(hosts), services: owned(services) }
}

/// A host, and the one that it can be reached through; the first is its own.
#[derive(Clone)]
struct Reach {
    host: String,
}

#[job(each = hosts, key = host, name = "Reach {host}", run_only, tries = 1)]
impl Reach {
    fn run(&self, Args(broken): Args<Broken>) -> Result<String> {
        ensure!(broken.0 != self.host, "no route");
        Ok(format!("to {}", self.host))
    }
}

#[derive(Default, Deserialize)]
struct Broken(String);

fn hosts(found: Output<survey>) -> Vec<Reach> {
    found.hosts.iter().map(|(host, _)| Reach { host: host.clone() }).collect()
}

/// Its members need each other.
#[derive(Clone)]
struct Link {
    host: String,
    behind: String,
}

#[job(each = links, key = host, name = "Link {host}", deps = [Link[behind]], run_only, tries = 1)]
impl Link {
    fn run(&self) {}
}

fn links(found: Output<survey>) -> Vec<Link> {
    found.hosts.iter().map(|(host, behind)| Link { host: host.clone(), behind: behind.clone() }).collect()
}

/// Needs members of a family that comes into being late itself: two, so that both can be one.
#[derive(Clone)]
struct Serve {
    host: String,
    spare: String,
}

#[job(each = services, name = "Serve {host}/{spare}", deps = [Reach[host], Reach[spare]], run_only, tries = 1)]
impl Serve {
    fn run(&self, all: Changed<Reach>) -> Result {
        ensure!(all.get());
        Ok(())
    }
}

fn services(found: Output<survey>) -> Vec<Serve> {
    found.services.iter().map(|(host, spare)| Serve { host: host.clone(), spare: spare.clone() }).collect()
}

#[job]
fn apart() {}

#[job(deps = [Serve, apart])]
struct Site;

#[job(deps = [Link, apart])]
struct Net;

#[derive(Clone)]
struct Watch {
    host: &'static str,
}

#[job(each = watched, name = "Watch {host}", deps = [Reach[host]], run_only)]
impl Watch {
    fn run(&self) {}
}

fn watched() -> [Watch; 2] {
    ["ant", "bee"].map(|host| Watch { host })
}

#[job(deps = [Watch])]
struct Guard;

fn surveyed<J: dojobber::Job>(found: Found) -> DoJobber {
    let mut dojob = root::<J>();
    dojob.set_args(found).set_args(Broken::default());
    dojob
}

#[test]
fn members_need_members_of_another_late_family() {
    let mut dojob = surveyed::<Site>(found(&[("ant", ""), ("bee", "")], &[("bee", "bee"), ("ant", "bee")]));
    let (report, _) = run(&mut dojob);
    assert!(report.success(), "{:?}", ends(&report));
    let needs: Vec<_> = report.job("Serve ant/bee").unwrap().planned().dependencies().map(PlannedJob::name).collect();
    assert_eq!(needs, ["Reach ant", "Reach bee"]);
}

#[test]
fn a_member_is_blocked_by_its_counterparts_only() {
    let mut dojob = surveyed::<Site>(found(&[("ant", ""), ("bee", "")], &[("bee", "bee"), ("ant", "bee")]));
    let (report, _) = run(dojob.set_args(Broken("ant".into())));
    let blocked: Vec<_> = report.jobs().filter(|job| job.status().unwrap().as_str() == "blocked").collect();
    assert_eq!(blocked.iter().map(|job| job.name()).collect::<Vec<_>>(), ["Reach", "Serve ant/bee", "Serve", "Site"]);
    for job in blocked {
        assert_eq!(job.blocked_by().map(PlannedJob::name).collect::<Vec<_>>(), ["Reach ant"], "{job:?}");
    }
}

#[test]
fn a_member_without_its_counterpart_fails_the_family_and_the_rest_goes_on() {
    let (report, _) = run(&mut surveyed::<Site>(found(&[("ant", ""), ("bee", "")], &[("beet", "ant")])));
    let reason = reason(&report, "Serve");
    for part in ["Serve beet/ant", "the member of Reach whose key is `beet`", "the nearest is `bee`"] {
        assert!(reason.contains(part), "{part} in {reason}");
    }
    let golden = [
        "Reach ant changed",
        "Reach bee changed",
        "Reach ok",
        "Serve failed",
        "Site blocked",
        "apart changed",
        "survey changed",
    ];
    assert_eq!(ends(&report), golden);
}

#[test]
fn a_job_that_waits_for_a_member_that_there_is_not_fails_alone() {
    let (report, _) = run(&mut surveyed::<Guard>(found(&[("ant", ""), ("been", "")], &[])));
    let reason = reason(&report, "Watch bee");
    for part in ["the member of Reach whose key is `bee`", "the nearest is `been`"] {
        assert!(reason.contains(part), "{part} in {reason}");
    }
    let golden = [
        "Guard blocked",
        "Reach ant changed",
        "Reach been changed",
        "Reach ok",
        "Watch ant changed",
        "Watch bee failed",
        "survey changed",
    ];
    assert_eq!(ends(&report), golden);
    assert_eq!(blockers(&report, "Guard"), ["Watch bee"]);
}

#[test]
fn members_of_one_late_family_are_ordered_by_what_they_need() {
    let mut dojob =
        surveyed::<Net>(found(&[("cat", "bee"), ("bee", "ant"), ("ant", "dog"), ("dog", "elk"), ("elk", "elk")], &[]));
    // The last one needs itself.
    let (report, _) = run(&mut dojob);
    assert!(
        reason(&report, "Link").contains("a cycle of dependencies: Link elk → Link elk"),
        "{}",
        reason(&report, "Link")
    );
}

#[test]
fn a_cycle_of_members_fails_the_family_and_is_shown_whole() {
    let (report, _) = run(&mut surveyed::<Net>(found(&[("ant", "bee"), ("bee", "cat"), ("cat", "bee")], &[])));
    let reason = reason(&report, "Link");
    assert!(reason.contains("a cycle of dependencies: Link bee → Link cat → Link bee"), "{reason}");
    assert_eq!(ends(&report), ["Link failed", "Net blocked", "apart changed", "survey changed"]);
}

#[test]
fn doubled_names_fail_the_family_and_show_where_they_are() {
    let (report, _) = run(&mut surveyed::<Site>(found(&[("ant", ""), ("bee", ""), ("ant", "")], &[])));
    let doubled = reason(&report, "Reach");
    assert!(doubled.contains("two members are named `Reach ant`"), "{doubled}");
    assert!(doubled.contains('1') && doubled.contains('3') && doubled.contains("`each`"), "{doubled}");
    assert_eq!(blockers(&report, "Serve"), ["Reach"]);

    let mut dojob = surveyed::<Site>(found(&[("ant", "")], &[]));
    let (report, _) = run(dojob.add_to::<Site>(DynJob::new("Reach ant").run(|_| ())));
    let taken = reason(&report, "Reach");
    assert!(
        taken.contains("a member is named `Reach ant`, as is Reach ant (") && taken.contains("late_mistakes.rs:"),
        "{taken}"
    );
    let status = report.jobs().find(|job| job.name() == "Reach ant").unwrap().status();
    assert_eq!(status.unwrap().as_str(), "changed", "the rest goes on");
}

#[test]
fn members_of_a_late_family_can_be_added_by_code() {
    let mut dojob = surveyed::<Guard>(found(&[("ant", "")], &[]));
    let (report, _) = run(dojob.add(Reach { host: "bee".into() }));
    assert!(report.success(), "{:?}", ends(&report));
    assert_eq!(ran(&mut dojob), ["survey", "Reach ant", "Reach bee", "Watch ant", "Watch bee"]);
}

#[derive(Clone)]
struct Part(u8);

#[job(each = parts, key = 0, name = "Part {0}", run_only)]
impl Part {
    fn run(&self) -> Result<u8> {
        Ok(self.0)
    }
}

fn parts() -> [Part; 2] {
    [Part(1), Part(2)]
}

#[derive(Clone)]
struct Sum(u8);

/// Both `each` and the members take the results of another family.
#[job(each = sums, name = "Sum {0}", run_only)]
impl Sum {
    fn run(&self, parts: Outputs<Part>, hosts: Outputs<Reach>) -> Result {
        let (parts, hosts) = (parts.iter().map(|(_, part)| *part).sum::<u8>(), hosts.len());
        ensure!(parts == self.0, "{parts} are not {}", self.0);
        ensure!(hosts == 2, "{hosts} hosts");
        Ok(())
    }
}

fn sums(parts: Outputs<Part>, hosts: Outputs<Reach>) -> Vec<Sum> {
    assert_eq!(hosts.len(), 2);
    vec![Sum(parts.iter().map(|(_, part)| part).sum())]
}

#[test]
fn each_and_the_members_may_take_the_same_results() {
    let (report, _) = run(&mut surveyed::<Sum>(found(&[("ant", ""), ("bee", "")], &[])));
    assert!(report.success(), "{:?} {:?}", ends(&report), report.error("Sum 3"));
}

/// Needs the whole of two families, and one member of each besides: of one that is known, and of one that is not.
#[derive(Clone)]
struct Check {
    part: u8,
    host: &'static str,
}

#[job(each = checks, name = "Check {part}", deps = [Part[part], Part, Reach, Reach[host]], run_only)]
impl Check {
    fn run(&self) {}
}

fn checks() -> [Check; 1] {
    [Check { part: 1, host: "ant" }]
}

/// The same, late.
#[derive(Clone)]
struct LateCheck {
    part: u8,
    host: &'static str,
}

#[job(each = late_checks, name = "LateCheck {part}", deps = [Part[part], Part, Reach[host], Reach], run_only)]
impl LateCheck {
    fn run(&self) {}
}

fn late_checks(_: Output<survey>) -> [LateCheck; 1] {
    [LateCheck { part: 1, host: "ant" }]
}

#[job(deps = [Reach])]
struct Reached;

#[test]
fn who_needs_a_whole_family_and_a_member_waits_for_the_whole() {
    let found = found(&[("ant", ""), ("bee", "")], &[]);
    for mut dojob in [surveyed::<Check>(found.clone()), surveyed::<LateCheck>(found.clone())] {
        let (report, _) = run(dojob.set_args(Broken("bee".into())));
        let check = report.jobs().find(|job| job.name().ends_with("Check 1")).unwrap();
        assert_eq!(check.status().unwrap().as_str(), "blocked", "{check:?}");
        assert_eq!(blockers(&report, check.name()), ["Reach bee"]);
    }
    let mut dojob = surveyed::<Reached>(found);
    let (report, _) = run(dojob.add_to::<Reached>(Reach { host: "cat".into() }).set_args(Broken("bee".into())));
    assert_eq!(blockers(&report, "Reached"), ["Reach bee"]);
    assert!(report.status("Reach cat").unwrap().passed());
}

/// A text that can be shown so often, and panics then.
#[derive(Clone)]
struct Fragile {
    text: String,
    left: std::sync::Arc<std::sync::atomic::AtomicU32>,
}

impl std::fmt::Display for Fragile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let left = self.left.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
        assert!((1..1000).contains(&left), "it is worn out");
        f.write_str(&self.text)
    }
}

#[derive(Clone)]
struct Worn {
    key: Fragile,
    host: Fragile,
}

#[job(each = worn, key = key, name = "Worn {host}", deps = [Reach[host]], run_only)]
impl Worn {
    fn run(&self) {}
}

#[derive(Default, Deserialize)]
struct Shows(u32, u32);

fn worn(found: Output<survey>, Args(shows): Args<Shows>) -> Vec<Worn> {
    let fragile = |text: &str, left| Fragile {
        text: text.to_owned(),
        left: std::sync::Arc::new(std::sync::atomic::AtomicU32::new(left)),
    };
    found.hosts.iter().map(|(host, _)| Worn { key: fragile(host, shows.0), host: fragile(host, shows.1) }).collect()
}

#[derive(Clone)]
struct Mend {
    host: &'static str,
}

#[job(each = mended, name = "Mend {host}", deps = [Worn[host]], run_only)]
impl Mend {
    fn run(&self) {}
}

fn mended() -> [Mend; 2] {
    ["ant", "bee"].map(|host| Mend { host })
}

/// However often a key can be shown: what panics fails the family (R16), and what comes of it is asked for no more.
#[test]
fn a_key_that_panics_fails_the_family_and_nothing_else() {
    let statuses = |shows: Shows| {
        let mut dojob = surveyed::<Mend>(found(&[("ant", ""), ("bee", "")], &[]));
        let (report, _) = run(dojob.set_args(shows).default_tries(1));
        let family = report.status("Worn").unwrap();
        if !family.passed() {
            assert!(reason(&report, "Worn").contains("it is worn out"), "{}", reason(&report, "Worn"));
            assert_eq!(blockers(&report, "Mend ant"), ["Worn"]);
        }
        (family, report.status("Mend bee").unwrap())
    };
    for (key, host) in [(0, 9), (1, 9), (2, 9), (3, 9), (9, 0), (9, 1), (9, 2), (9, 3)] {
        let (family, mend) = statuses(Shows(key, host));
        // Its host is part of the name, and what it needs another member by.
        let expected = if key < 1 || host < 2 { ("failed", "blocked") } else { ("ok", "changed") };
        assert_eq!((family.as_str(), mend.as_str()), expected, "{key} {host}");
    }
}

#[derive(Default, Deserialize, Clone, Copy)]
struct Slowly(bool);

/// Fails early or late.
#[job(tries = 1)]
fn crumble(Args(slowly): Args<Slowly>, ctx: &Context) -> Result {
    if slowly.0 {
        // Until the family is there.
        while !ctx.global().contains("reached") {
            std::thread::yield_now();
        }
    }
    bail!("to dust")
}

#[job(tries = 1)]
fn reached(all: Outputs<Reach>, global: &Global) -> Result {
    assert!(!all.is_empty());
    global.set("reached", true)
}

#[derive(Clone)]
struct Lay {
    host: &'static str,
}

#[job(each = laid, name = "Lay {host}", deps = [Reach[host], crumble], run_only)]
impl Lay {
    fn run(&self) {}
}

fn laid() -> [Lay; 1] {
    [Lay { host: "nobody" }]
}

#[job(deps = [Lay, reached])]
struct Floor;

/// Whichever is known first: it is as if that was found out by its first try.
#[test]
fn who_lacks_a_member_and_is_above_a_failed_job_is_blocked() {
    for (slots, slowly) in [(1, false), (2, false), (3, true), (4, true)] {
        let mut dojob = surveyed::<Floor>(found(&[("ant", "")], &[]));
        let (report, _) = run(dojob.set_args(Slowly(slowly)).workers(slots));
        assert_eq!(blockers(&report, "Lay nobody"), ["crumble"], "{slots} {slowly}");
        assert_eq!(blockers(&report, "Floor"), ["crumble"]);
        assert!(report.error("Lay nobody").is_none() && report.status("reached").unwrap().passed());
    }
}

/// R23: a family that didn't come into being is above what all its members would have needed.
#[derive(Clone)]
struct Roof {
    host: String,
}

#[job(each = roofs, name = "Roof {host}", deps = [crumble], run_only)]
impl Roof {
    fn run(&self) {}
}

fn roofs(found: Output<survey>) -> Vec<Roof> {
    found.hosts.iter().map(|(host, _)| Roof { host: host.clone() }).collect()
}

#[job(deps = [crumble, Roof, apart])]
struct House;

#[test]
fn a_family_is_blocked_though_it_did_not_come_into_being() {
    let mut dojob = surveyed::<House>(found(&[("ant", "")], &[]));
    let (report, _) = run(dojob.set_args(Slowly(false)).fail_fast(true));
    let golden = ["House blocked", "Roof blocked", "apart cancelled", "crumble failed", "survey cancelled"];
    assert_eq!(ends(&report), golden);
    assert_eq!((blockers(&report, "Roof"), blockers(&report, "House")), (vec!["crumble"], vec!["crumble"]));
}

#[derive(Default, Deserialize, Clone, Copy)]
struct Rotten(bool);

/// Its members would need what fails, and its `each` is tried before that: it is cancelled while it waits for its next try.
#[derive(Clone)]
struct Beam {
    host: String,
}

#[job(each = beams, name = "Beam {host}", deps = [crumble], run_only, tries = 3, retry_delay = 60)]
impl Beam {
    fn run(&self) {}
}

fn beams(_: Output<survey>, Args(rotten): Args<Rotten>) -> Result<Vec<Beam>> {
    ensure!(!rotten.0, "not yet");
    Ok(Vec::new())
}

#[job(deps = [Beam])]
struct Loft;

/// The same, where its `each` is a job of its own.
#[job(tries = 3, retry_delay = 60)]
fn measure(Args(rotten): Args<Rotten>) -> Result {
    ensure!(!rotten.0, "not yet");
    Ok(())
}

#[job(deps = [measure, crumble])]
fn raise() {}

#[job(deps = [raise])]
struct Barn;

#[job(deps = [Loft, Barn])]
struct Farm;

/// R23, with families that are known or not.
#[test]
fn what_is_above_a_family_that_was_tried_in_vain_is_blocked_by_what_its_members_would_need() {
    for slots in [1, 2] {
        let mut dojob = surveyed::<Farm>(found(&[], &[]));
        dojob.set_args(Slowly(false)).set_args(Rotten(true)).deadline(30).workers(slots);
        let (report, _) = run(&mut dojob);
        let golden = [
            "Barn blocked",
            "Beam cancelled",
            "Farm blocked",
            "Loft blocked",
            "crumble failed",
            "measure cancelled",
            "raise blocked",
            "survey changed",
        ];
        assert_eq!(ends(&report).iter().map(String::as_str).collect::<Vec<_>>(), golden);
        for job in ["Barn", "Farm", "Loft", "raise"] {
            assert_eq!(blockers(&report, job), ["crumble"], "{job}");
        }
        for job in ["Beam", "measure"] {
            assert_eq!((blockers(&report, job), reason(&report, job).as_str()), (vec![], "not yet"));
        }
    }
}
