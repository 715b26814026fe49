//! Families and their members, named by code; keys that say too little.

use dojobber::prelude::*;

use crate::{refused, root};

#[derive(Clone)]
struct Leaf {
    branch: u32,
    leaf: u32,
}

#[job(each = leaves, name = "leaf {branch}.{leaf}", key = branch, tags = ["leaves"])]
impl Leaf {
    fn check(&self) {}
    fn run(&self) {}
}

fn leaves(Args(tree): Args<Tree>) -> Vec<Leaf> {
    tree.0.iter().map(|(branch, leaf)| Leaf { branch: *branch, leaf: *leaf }).collect()
}

#[derive(serde::Deserialize)]
struct Tree(Vec<(u32, u32)>);

#[derive(Clone)]
struct Caterpillar {
    branch: u32,
}

#[job(each = caterpillars, name = "caterpillar {branch}", deps = [Leaf[branch]])]
impl Caterpillar {
    fn check(&self) {}
    fn run(&self) {}
}

fn caterpillars() -> [Caterpillar; 1] {
    [Caterpillar { branch: 1 }]
}

fn tree(leaves: &[(u32, u32)]) -> DoJobber {
    let mut dojob = DoJobber::new();
    dojob.set_args(Tree(leaves.to_vec()));
    dojob
}

fn planned(dojob: &DoJobber) -> Vec<String> {
    dojob.plan().unwrap().jobs().map(|job| job.name().to_owned()).collect()
}

#[test]
fn a_family_s_name_means_all_members() {
    let mut dojob = tree(&[(1, 1), (2, 1)]);
    dojob.add(DynJob::new("gardener").deps(["Leaf"])).root_named("gardener");
    assert_eq!(planned(&dojob), ["leaf 1.1", "leaf 2.1", "gardener"]);
    let mut dojob = tree(&[(1, 1), (2, 1)]);
    assert_eq!(planned(dojob.root_named("Leaf")), ["leaf 1.1", "leaf 2.1"]);
    // Each member needs what is added to the family.
    dojob.add_to_named("Leaf", DynJob::new("rain"));
    assert_eq!(planned(&dojob), ["rain", "leaf 1.1", "leaf 2.1"]);
}

#[test]
fn a_member_s_name_is_known_before_its_family_is_met() {
    let mut dojob = tree(&[(1, 1), (2, 1)]);
    dojob.add(DynJob::new("picker").deps(["leaf 2.1"])).root_named("picker");
    assert_eq!(planned(&dojob), ["leaf 2.1", "picker"]);
    assert_eq!(planned(tree(&[(1, 1), (2, 1)]).root_named("leaf 1.1")), ["leaf 1.1"]);
}

#[test]
fn the_tag_of_an_empty_family_is_one() {
    let report = tree(&[]).tag("leaves").checknrun().unwrap();
    assert!(report.success() && report.jobs().len() == 0);
    assert!(refused(tree(&[]).tag("leavs")).contains("did you mean `leaves`?"));
}

#[test]
fn two_members_of_one_key_can_t_be_told_apart() {
    let mut dojob = tree(&[(1, 1), (1, 2)]);
    let error = refused(dojob.root::<Caterpillar>());
    assert!(error.contains("leaf 1.1 and leaf 1.2 (") && error.contains("have one key, `1`"), "{error}");
    // Where nobody looks for a member, nobody minds.
    assert!(root::<Leaf>().set_args(Tree(vec![(1, 1), (1, 2)])).checknrun().unwrap().success());
}
