//! The example `discover`: jobs of two library crates, found in one binary.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]

use std::process::{Command, Output};

/// What the program printed to standard output and standard error, and how it exited.
fn discover(flags: &[&str]) -> (String, String, i32) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_discover"));
    let Output { status, stdout, stderr } = command.args(flags).env("RUST_BACKTRACE", "0").output().unwrap();
    (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap(), status.code().unwrap())
}

fn ran(err: &str) -> Vec<&str> {
    err.lines().filter_map(|line| line.strip_suffix(".run: pass")).collect()
}

#[test]
fn both_crates_jobs_are_found_though_one_is_only_linked() {
    let (out, _, exit) = discover(&["--list"]);
    let names: Vec<_> = out.lines().map(|line| line.split(": ").next().unwrap().trim()).collect();
    let golden = [
        "garden_jobs",
        "fill_can",
        "water_beds",
        "put_tools_away",
        "house_jobs",
        "close_windows",
        "lock_doors",
        "load_dishwasher",
        "run_dishwasher",
        "defrost_fridge",
    ];
    assert_eq!((exit, names), (0, golden.to_vec()));
    assert!(out.contains("\n    water_beds: The beds are watered. [\"nightly\"]\n"), "{out}");
}

#[test]
fn without_a_tag_everything_runs_each_job_behind_what_it_needs() {
    let (_, err, exit) = discover(&["-v"]);
    let golden = [
        "fill_can",
        "water_beds",
        "close_windows",
        "put_tools_away",
        "lock_doors",
        "load_dishwasher",
        "run_dishwasher",
        "defrost_fridge",
    ];
    assert_eq!((exit, ran(&err)), (0, golden.to_vec()));
}

#[test]
fn a_tag_runs_a_set_over_crates_and_what_it_needs() {
    let (_, err, exit) = discover(&["-v", "--tag", "nightly"]);
    let needed = ["fill_can", "water_beds", "close_windows", "put_tools_away", "lock_doors"];
    let golden: Vec<_> = needed.into_iter().chain(["load_dishwasher", "run_dishwasher"]).collect();
    assert_eq!((exit, ran(&err)), (0, golden));
    let (_, err, _) = discover(&["-v", "--tag", "yearly"]);
    assert_eq!(ran(&err), ["defrost_fridge"]);
}

#[test]
fn no_act_and_unknown_tags_exit_as_elsewhere() {
    let (_, err, exit) = discover(&["-n", "-v", "--tag", "nightly"]);
    assert_eq!((exit, ran(&err)), (1, Vec::new()));
    let (_, err, exit) = discover(&["--tag", "nigtly"]);
    assert_eq!(exit, 2);
    assert!(err.contains("no job has the tag `nigtly`; did you mean `nightly`?"), "{err}");
}
