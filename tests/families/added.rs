//! Members that code adds.

use super::*;

#[derive(Clone)]
struct Pack {
    thing: String,
}

#[job(each = things, name = "Pack {thing}", run_only)]
impl Pack {
    fn run(&self) {}
}

fn things(Args(names): Args<Names>) -> Vec<Pack> {
    names.0.iter().map(|thing| pack(thing)).collect()
}

fn pack(thing: &str) -> Pack {
    Pack { thing: thing.to_owned() }
}

#[job(deps = [Pack])]
struct Travel;

#[job]
struct PackLunch;

fn travel(things: &[&str]) -> DoJobber {
    let mut dojob = root::<Travel>();
    dojob.set_args(names(things));
    dojob
}

#[test]
fn come_behind_those_that_each_made() {
    let mut dojob = travel(&["map", "cup"]);
    dojob.add(pack("hat")).add(pack("tent"));
    assert_eq!(ran(&mut dojob), ["Pack map", "Pack cup", "Pack hat", "Pack tent"]);
}

#[test]
fn are_members_and_what_others_need_besides() {
    let mut dojob = travel(&["map"]);
    dojob.root::<PackLunch>().add_to::<PackLunch>(pack("rug")).extend_to::<PackLunch, _>([pack("jam"), pack("tea")]);
    dojob.add_to_named("PackLunch", pack("knife"));
    assert_eq!(ran(&mut dojob), ["Pack map", "Pack rug", "Pack jam", "Pack tea", "Pack knife"]);
    let plan = dojob.plan().unwrap();
    let needs = |job: &str| plan.find(job).unwrap().dependencies().map(|job| job.name().to_owned()).collect::<Vec<_>>();
    assert_eq!(needs("PackLunch"), ["Pack rug", "Pack jam", "Pack tea", "Pack knife"]);
    assert_eq!(needs("Travel"), ["Pack map", "Pack rug", "Pack jam", "Pack tea", "Pack knife"]);
}

#[test]
fn of_a_name_that_each_made_are_refused() {
    let error = refused(travel(&["map"]).add(pack("map")));
    assert!(error.contains("two members of Pack ("), "{error}");
    assert!(error.contains("are named `Pack map`: the 1. and the 2."), "{error}");
}

#[test]
fn added_to_a_name_that_nobody_has_are_refused() {
    let error = refused(travel(&[]).add_to_named("PackLanch", pack("map")));
    assert!(error.contains("no job is named `PackLanch`"), "{error}");
    assert!(error.contains("did you mean PackLunch ("), "{error}");
}

#[test]
fn a_second_run_has_them_once() {
    let mut dojob = travel(&["map"]);
    dojob.add_to::<Travel>(pack("hat"));
    for _ in 0..2 {
        assert_eq!(ran(&mut dojob), ["Pack map", "Pack hat"]);
    }
}
