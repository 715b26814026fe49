//! The test cases of the original, with the jobs of its example program.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]

use std::collections::BTreeMap;

use dojobber::prelude::*;
use dojobber::testing::VirtualClock;
use dojobber::{ErrorKind, JobReport, Status};

use crate::jobs::{PrepareRoom, TurnOnTV, WatchMovie};

#[path = "../examples/movie_night/jobs.rs"]
mod jobs;

/// Movie night, with these arguments.
fn movie_night(movie: &str, battery_state: &str, couch_space: bool) -> DoJobber {
    let mut dojob = DoJobber::new();
    dojob
        .root::<WatchMovie>()
        .default_retry_delay(0)
        .arg("movie", movie)
        .arg("battery_state", battery_state)
        .arg("couch_space", couch_space)
        .positional("arg1");
    dojob
}

/// What became of each job, in the original's three values.
fn verdicts(report: &Report) -> BTreeMap<&str, Option<bool>> {
    report.jobs().map(|job| (job.name(), job.status().unwrap().verdict())).collect()
}

/// All jobs of movie night passed, but for these.
fn all_passed_except<'a>(others: &[(&'a str, Option<bool>)]) -> BTreeMap<&'a str, Option<bool>> {
    let names = [
        "CleanCouch",
        "DetermineDetails",
        "FindTVRemote",
        "FluffPillows",
        "Food",
        "FriendsArrive",
        "InsertDVD",
        "Invite Lawyer Cat",
        "Invite Wendell Bagg",
        "InviteFriends",
        "PickTimeAndDate",
        "Pizza",
        "Popcorn",
        "PopcornBowl",
        "PrepareRoom",
        "SitOnCouch",
        "StartMovie",
        "TurnOnTV",
        "ValidateMovie",
        "WatchMovie",
    ];
    let mut verdicts: BTreeMap<_, _> = names.into_iter().map(|name| (name, Some(true))).collect();
    for (name, verdict) in others {
        *verdicts.get_mut(name).expect("a job of movie night") = *verdict;
    }
    verdicts
}

/// What fails with dead batteries and a full couch, and what that blocks.
const NO_MOVIE: [(&str, Option<bool>); 4] =
    [("TurnOnTV", Some(false)), ("SitOnCouch", Some(false)), ("StartMovie", None), ("WatchMovie", None)];

#[test]
fn default_example() {
    let report = movie_night("Noises Off", "dead", false).checknrun().unwrap();
    assert_eq!(verdicts(&report), all_passed_except(&NO_MOVIE));
    assert!(!report.success());
    assert_eq!(report.error("TurnOnTV").unwrap().to_string(), "the remote's batteries are dead");
}

#[test]
fn success_example() {
    let report = movie_night("MST3K", "charged", true).checknrun().unwrap();
    assert_eq!(verdicts(&report), all_passed_except(&[]));
    assert!(report.success());
}

#[test]
fn every_job_of_the_example_says_what_it_is_for() {
    let jobs: Vec<_> = dojobber::registered().iter().filter(|job| job.module_path().ends_with("::jobs")).collect();
    assert_eq!(jobs.len(), 19, "18 jobs and a family");
    for job in jobs {
        assert!(!job.description().is_empty(), "{}", job.name());
    }
}

#[job]
fn succeeds() -> Result<String> {
    Ok("Mitchell!!!".into())
}

#[job]
fn fails() -> Result<String> {
    bail!("the wedding is off")
}

#[test]
fn run_only_success() {
    let report = DoJobber::new().root::<succeeds>().checknrun().unwrap();
    assert!(report.success());
    assert_eq!(verdicts(&report), [("succeeds", Some(true))].into());
    assert_eq!(report.output::<succeeds>().unwrap(), "Mitchell!!!");
}

#[test]
fn run_only_failure() {
    let report = DoJobber::new().root::<fails>().clock(VirtualClock::new()).checknrun().unwrap();
    assert!(!report.success());
    assert_eq!(verdicts(&report), [("fails", Some(false))].into());
    assert_eq!(report.error("fails").unwrap().to_string(), "the wedding is off");
    assert_eq!(report.output::<fails>(), None);
}

#[test]
fn run_only_no_act() {
    let failing = DoJobber::new().root::<fails>().no_act(true).checknrun().unwrap();
    assert_eq!(verdicts(&failing), [("fails", Some(false))].into());
    // One that would succeed is not run either.
    let succeeding = DoJobber::new().root::<succeeds>().no_act(true).checknrun().unwrap();
    assert_eq!(verdicts(&succeeding), [("succeeds", Some(false))].into());
    for report in [failing, succeeding] {
        let job = report.jobs().next().unwrap();
        assert_eq!(job.status(), Some(Status::WouldRun));
        assert_eq!(job.error().unwrap().kind(), ErrorKind::RunOnly);
    }
}

#[test]
fn cleanup_ran() {
    let report = movie_night("Noises Off", "dead", false).checknrun().unwrap();
    assert!(report.global().get::<bool>("duster_returned").unwrap());
}

#[test]
fn cleanup_prevented_then_called_by_hand() {
    let mut dojob = movie_night("Noises Off", "dead", false);
    let report = dojob.auto_cleanup(false).checknrun().unwrap();
    assert!(!report.global().contains("duster_returned"));
    dojob.cleanup().unwrap();
    assert!(dojob.report().unwrap().global().get::<bool>("duster_returned").unwrap());
}

#[test]
fn success_conditions_of_parts_of_the_graph() {
    let mut dojob = movie_night("Noises Off", "dead", false);
    assert!(!dojob.success() && !dojob.partial_success(), "nothing was run yet");

    dojob.checknrun().unwrap();
    assert!(!dojob.success() && dojob.partial_success());

    let room = dojob.checknrun_from::<PrepareRoom>().unwrap();
    assert!(room.success() && room.partial_success() && dojob.success());
    assert_eq!(room.jobs().map(JobReport::name).collect::<Vec<_>>(), ["CleanCouch", "FluffPillows", "PrepareRoom"]);

    let tv = dojob.checknrun_from::<TurnOnTV>().unwrap();
    assert!(!tv.success() && tv.partial_success() && dojob.failure());
    assert_eq!(verdicts(&tv), [("FindTVRemote", Some(true)), ("TurnOnTV", Some(false))].into());
}

mod retry {
    use super::*;

    /// How many tries each of them has.
    const PIZZA: u32 = 3;
    const POPCORN: u32 = 5;
    const BOWL: u32 = 8;

    /// What became of movie night when these succeed at the given try.
    #[track_caller]
    fn ends(pizza: u32, popcorn: u32, bowl: u32, food: &[(&'static str, Option<bool>)]) {
        let mut dojob = movie_night("Noises Off", "dead", false);
        dojob.arg("pizza_success_try", pizza).arg("pop_success_try", popcorn).arg("bowl_success_try", bowl);
        let report = dojob.checknrun().unwrap();
        assert_eq!(verdicts(&report), all_passed_except(&[&NO_MOVIE, food].concat()));
    }

    #[test]
    fn all_succeed_at_their_last_try() {
        ends(PIZZA, POPCORN, BOWL, &[]);
    }

    #[test]
    fn the_bowl_fails() {
        let food = [("PopcornBowl", Some(false)), ("Popcorn", None), ("Food", None)];
        ends(PIZZA, POPCORN, BOWL + 1, &food);
    }

    #[test]
    fn the_popcorn_fails() {
        ends(PIZZA, POPCORN + 1, BOWL, &[("Popcorn", Some(false)), ("Food", None)]);
    }

    #[test]
    fn pizza_and_popcorn_fail() {
        let food = [("Popcorn", Some(false)), ("Pizza", Some(false)), ("Food", None)];
        ends(PIZZA + 1, POPCORN + 1, BOWL, &food);
    }
}

/// Never comes into being.
struct Broken;

#[job]
impl Broken {
    fn new() -> Result<Self> {
        bail!("no parts")
    }
    fn check(&self) {}
    fn run(&self) {}
}

#[derive(Default)]
struct Passes;

#[job]
impl Passes {
    fn check(&self) {}
    fn run(&self) {}
}

#[job(deps = [Broken, Passes])]
struct Top;

#[test]
fn broken_construction() {
    let report = DoJobber::new().root::<Top>().default_tries(1).checknrun().unwrap();
    assert_eq!(verdicts(&report), [("Broken", Some(false)), ("Passes", Some(true)), ("Top", None)].into());
    assert_eq!(report.error("Broken").unwrap().to_string(), "no parts");
}
