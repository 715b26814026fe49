//! Families that are known before the run.

use super::*;

#[job]
fn send_details() {}

#[derive(Clone)]
struct Invite {
    guest: String,
}

#[job(each = guests, name = "Invite {guest}", deps = [send_details], run_only)]
impl Invite {
    fn run(&self, Args(refusing): Args<Refusing>) -> Result<String> {
        ensure!(refusing.0 != self.guest, "{} refuses", self.guest);
        Ok(format!("{} comes", self.guest))
    }
}

#[derive(Default, Deserialize)]
struct Refusing(String);

fn guests(Args(names): Args<Names>) -> Result<Vec<Invite>> {
    ensure!(names.0.len() < 9, "the couch is too small for {}", names.0.len());
    Ok(names.0.iter().map(|guest| Invite { guest: guest.clone() }).collect())
}

#[job(deps = [Invite])]
struct Friends;

#[job]
fn greet(sent: Outputs<Invite>, global: &Global) -> Result {
    let greeted: Vec<_> = sent.iter().map(|(name, result)| format!("{name}: {result}")).collect();
    global.set("greeted", greeted)
}

#[job(deps = [Friends])]
fn count(changed: Changed<Invite>, sent: Outputs<Invite>, global: &Global) -> Result {
    global.set("changed", (changed.get(), sent.len(), sent.is_empty()))
}

#[job]
fn one_of_many(_: Output<Invite>) {}

fn friends(guests: &[&str]) -> DoJobber {
    let mut dojob = root::<Friends>();
    dojob.set_args(names(guests)).set_args(Refusing::default());
    dojob
}

#[test]
fn members_run_in_the_order_of_each_in_the_place_of_their_family() {
    let (report, lines) = run(&mut friends(&["Wendell", "Cat"]));
    let golden = [
        "send_details.check: fail",
        "send_details.run: pass",
        "send_details.recheck: pass",
        "Invite Wendell.check: fail",
        "Invite Wendell.run: pass",
        "Invite Wendell.recheck: pass",
        "Invite Cat.check: fail",
        "Invite Cat.run: pass",
        "Invite Cat.recheck: pass",
        "Friends.check: pass",
    ];
    assert_eq!(lines, golden);
    assert!(report.success());
    assert_eq!(report.output_json("Invite Cat").unwrap().unwrap(), "Cat comes");
}

#[test]
fn members_fail_and_are_tried_each_on_its_own() {
    let mut dojob = friends(&["Wendell", "Cat"]);
    let (report, _) = run(dojob.set_args(Refusing("Wendell".into())).default_tries(2));
    assert_eq!(
        ends(&report),
        ["Friends blocked", "Invite Cat changed", "Invite Wendell failed", "send_details changed"]
    );
    assert_eq!(blockers(&report, "Friends"), ["Invite Wendell"]);
    assert_eq!(["Invite Cat", "Invite Wendell"].map(|name| report.job(name).unwrap().tries().len()), [1, 2]);
    assert_eq!(reason(&report, "Invite Wendell"), "Wendell refuses");
}

#[test]
fn an_empty_family_passes() {
    let (report, lines) = run(&mut friends(&[]));
    assert_eq!(lines, ["Friends.check: pass"]);
    assert!(report.success());
}

#[test]
fn a_family_can_be_a_root() {
    let mut dojob = root::<Invite>();
    let order = ran(dojob.set_args(names(&["Wendell", "Cat"])).set_args(Refusing::default()));
    assert_eq!(order, ["send_details", "Invite Wendell", "Invite Cat"]);
    let mut nobody = root::<Invite>();
    assert!(run(nobody.set_args(names(&[])).set_args(Refusing::default())).0.success());
}

#[test]
fn two_members_of_one_name_are_refused() {
    let error = refused(&mut friends(&["Cat", "Wendell", "Cat"]));
    assert!(error.contains("two members of Invite (") && error.contains("fixed.rs:"), "{error}");
    assert!(error.contains("are named `Invite Cat`: the 1. and the 3."), "{error}");
}

#[test]
fn a_member_named_as_another_job_is_refused() {
    let mut dojob = friends(&["Cat"]);
    let error = refused(dojob.add_to::<Friends>(DynJob::new("Invite Cat").run(|_| ())));
    assert!(error.contains("two jobs are named `Invite Cat`"), "{error}");
}

#[test]
fn an_each_that_fails_panics_or_lacks_arguments_is_told_before_anything_runs() {
    let many: Vec<_> = ["guest"; 9].to_vec();
    let error = refused(&mut friends(&many));
    assert!(error.contains("the members of Invite ("), "{error}");
    assert!(error.contains("can't be known: the couch is too small for 9"), "{error}");
    let error = refused(&mut root::<Friends>());
    assert!(error.contains("Invite (") && error.contains("takes arguments of the type"), "{error}");
}

#[derive(Clone)]
struct Host {
    name: String,
}

#[job(each = hosts, key = name, name = "Host {name}", run_only)]
impl Host {
    fn run(&self) {}
}

fn hosts() -> Result<Vec<Host>> {
    bail!("nobody answers")
}

#[derive(Clone)]
struct Equip {
    host: &'static str,
}

#[job(each = equipped, name = "Equip {host}", deps = [Host[host]], run_only)]
impl Equip {
    fn run(&self) {}
}

fn equipped() -> [Equip; 2] {
    ["ant", "bee"].map(|host| Equip { host })
}

#[test]
fn that_members_are_missing_which_nobody_knows_is_not_told_besides() {
    let error = refused(&mut root::<Equip>());
    assert!(error.contains("nobody answers") && !error.contains("there is none"), "{error}");
}

#[test]
fn outputs_are_all_results_with_names_in_order() {
    let mut dojob = root::<greet>();
    let (report, _) = run(dojob.set_args(names(&["Wendell", "Cat", "Ann"])).set_args(Refusing::default()));
    let greeted: Vec<String> = report.global().get("greeted").unwrap();
    assert_eq!(greeted, ["Invite Wendell: Wendell comes", "Invite Cat: Cat comes", "Invite Ann: Ann comes"]);
}

#[test]
fn changed_of_a_family_is_that_any_member_did() {
    for (guests, told) in [(&["Cat"][..], (true, 1, false)), (&[], (false, 0, true))] {
        let mut dojob = root::<count>();
        let (report, _) = run(dojob.set_args(names(guests)).set_args(Refusing::default()));
        assert_eq!(report.global().get::<(bool, usize, bool)>("changed").unwrap(), told);
    }
}

#[test]
fn the_one_result_of_a_family_is_refused() {
    let mut dojob = root::<one_of_many>();
    let error = refused(dojob.set_args(names(&["Cat"])).set_args(Refusing::default()));
    assert!(error.contains("one_of_many (") && error.contains("takes the one result of Invite ("), "{error}");
    assert!(error.contains("`deps = [Invite[field]]`"), "{error}");
}

#[test]
fn in_no_act_members_are_checked_one_by_one() {
    let (report, lines) = run(friends(&["Cat"]).no_act(true));
    assert_eq!(lines, ["send_details.check: fail"]);
    assert_eq!(ends(&report), ["Friends unknown", "Invite Cat unknown", "send_details would run"]);
}
