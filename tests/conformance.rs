//! Real runs of the original, reproduced by the scenario program; `conformance/README.md` says what the files hold.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use serde::Deserialize;

/// What came of one scenario, as expected or as answered.
#[derive(Deserialize, Clone)]
#[serde(untagged)]
enum Outcome {
    Refused {
        #[serde(rename = "error")]
        _error: serde_json::Value,
    },
    Ran(Box<Run>),
}

#[derive(Deserialize, Clone)]
struct Run {
    /// Only expectations have one.
    #[serde(default)]
    mode: Mode,
    trace: Vec<String>,
    errors: BTreeMap<String, String>,
    cleanups: Vec<String>,
    /// Answers of runs with workers have none.
    elapsed: Option<f64>,
    #[serde(flatten)]
    verdicts: Verdicts,
}

/// What is the same however the tries were ordered.
#[derive(Deserialize, Clone, Debug, PartialEq)]
struct Verdicts {
    status: BTreeMap<String, Option<bool>>,
    success: bool,
    partial_success: bool,
    inits: BTreeMap<String, u32>,
    checks: BTreeMap<String, u32>,
    runs: BTreeMap<String, u32>,
    colors: BTreeMap<String, Option<String>>,
}

#[derive(Deserialize, Clone, Copy, Default, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Mode {
    #[default]
    Exact,
    Counts,
}

/// What a result is held to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Compare {
    /// One try at a time, in virtual time.
    All,
    /// Several tries at once, in real time: not the order, and not the waiting.
    OrderFree,
}

#[test]
fn every_scenario_runs_as_in_the_original() {
    run_all(&[], Compare::All);
}

#[test]
fn every_scenario_ends_as_in_the_original_with_four_workers() {
    run_all(&["--workers", "4"], Compare::OrderFree);
}

fn run_all(options: &[&str], compare: Compare) {
    let answered =
        Command::new(env!("CARGO_BIN_EXE_scenario")).args(options).arg(data("scenarios.jsonl")).output().unwrap();
    assert!(answered.status.success(), "{}", String::from_utf8_lossy(&answered.stderr));
    let results = outcomes(&String::from_utf8(answered.stdout).unwrap());
    let expected = expected();
    assert_eq!(results.len(), expected.len());

    let different: Vec<_> = expected
        .iter()
        .zip(&results)
        .enumerate()
        .filter_map(|(index, (expected, result))| {
            let differences = differences(expected, result, compare);
            (!differences.is_empty()).then(|| format!("line {}:\n    {}", index + 1, differences.join("\n    ")))
        })
        .collect();
    assert!(different.is_empty(), "{} scenarios differ\n{}", different.len(), different.join("\n"));
}

#[test]
fn a_file_that_is_not_there_or_is_no_scenario_is_an_error() {
    let scenario = || Command::new(env!("CARGO_BIN_EXE_scenario"));
    for (file, reason) in [(data("nowhere.jsonl"), "nowhere.jsonl"), (data("README.md"), "line 1")] {
        let answered = scenario().arg(file).output().unwrap();
        assert_eq!(answered.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&answered.stderr).contains(reason), "{answered:?}");
    }
}

#[test]
fn an_option_that_is_of_no_use_is_an_error() {
    for (options, reason) in [(["--workers", "few"], "--workers"), (["--slots", "4"], "--slots")] {
        let answered = Command::new(env!("CARGO_BIN_EXE_scenario")).args(options).output().unwrap();
        assert_eq!(answered.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&answered.stderr).contains(reason), "{answered:?}");
    }
}

/// Every way in which a result can differ from what is expected; none if it is as it should be.
fn differences(expected: &Outcome, result: &Outcome, compare: Compare) -> Vec<String> {
    let (expected, result) = match (expected, result) {
        (Outcome::Ran(expected), Outcome::Ran(result)) => (expected, result),
        (Outcome::Refused { .. }, Outcome::Refused { .. }) => return Vec::new(),
        (Outcome::Ran(_), Outcome::Refused { .. }) => return vec!["refused, but it can be run".to_owned()],
        (Outcome::Refused { .. }, Outcome::Ran(_)) => return vec!["was run, but has to be refused".to_owned()],
    };
    let mut differences = Vec::new();
    let mut note = |what: &str, differs: bool, expected: &dyn std::fmt::Debug, result: &dyn std::fmt::Debug| {
        if differs {
            differences.push(format!("{what}: expected {expected:?}, got {result:?}"));
        }
    };
    let errors_differ = !expected.errors.keys().eq(result.errors.keys())
        || expected.errors.iter().any(|(job, text)| match result.errors[job].as_str() {
            got if text == "*" => got.is_empty(),
            got => got != text,
        });
    note("verdicts", expected.verdicts != result.verdicts, &expected.verdicts, &result.verdicts);
    note("errors", errors_differ, &expected.errors, &result.errors);
    let waited = match (expected.elapsed, result.elapsed) {
        (Some(expected), Some(result)) => (expected - result).abs() > 1e-6,
        _ => true,
    };
    note("elapsed", waited && compare == Compare::All, &expected.elapsed, &result.elapsed);

    let (lines, cleanups) = (&expected.trace, &expected.cleanups);
    match (expected.mode, compare) {
        (Mode::Exact, Compare::All) => {
            note("trace", *lines != result.trace, lines, &result.trace);
            note("clean-ups", *cleanups != result.cleanups, cleanups, &result.cleanups);
        }
        (Mode::Counts, _) | (_, Compare::OrderFree) => {
            // Which text a failed clean-up has depends on how many came before it.
            let any_failed = lines.iter().any(|line| line.contains(".cleanup: fail"));
            let lines_differ = sorted(lines) != sorted(&result.trace) && !any_failed;
            note("lines of the trace", lines_differ, lines, &result.trace);
            note("jobs cleaned up", sorted(cleanups) != sorted(&result.cleanups), cleanups, &result.cleanups);
            let backwards: Vec<_> = entered_run(&result.trace).into_iter().rev().collect();
            // Between its start and the line that a trace has for its end, a run may be overtaken.
            let order_differs = compare == Compare::All && !cleanups.is_empty() && result.cleanups != backwards;
            note("order of clean-ups", order_differs, &backwards, &result.cleanups);
        }
    }
    differences
}

/// The jobs whose run a trace shows, in that order.
fn entered_run(trace: &[String]) -> Vec<&str> {
    // An error's text, which comes in quotes, could look like a phase.
    trace.iter().filter_map(|line| line.split('"').next()?.split_once(".run: ").map(|(job, _)| job)).collect()
}

fn sorted(lines: &[String]) -> Vec<&String> {
    let mut sorted: Vec<_> = lines.iter().collect();
    sorted.sort();
    sorted
}

fn expected() -> Vec<Outcome> {
    outcomes(&std::fs::read_to_string(data("expected.jsonl")).unwrap())
}

fn outcomes(lines: &str) -> Vec<Outcome> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"))).collect()
}

fn data(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "conformance", name].iter().collect()
}

/// The comparison itself: a spoilt result has to be noticed.
mod the_comparison {
    use super::*;

    /// What becomes of the first expectation of this mode that `spoil` can spoil.
    fn spoilt(mode: Mode, spoil: impl Fn(&mut Run) -> bool) -> Vec<String> {
        spoilt_for(Compare::All, mode, spoil)
    }

    fn spoilt_for(compare: Compare, mode: Mode, spoil: impl Fn(&mut Run) -> bool) -> Vec<String> {
        let (expected, result) = expected()
            .into_iter()
            .find_map(|expected| match &expected {
                Outcome::Ran(run) if run.mode == mode => {
                    let mut result = run.clone();
                    spoil(&mut result).then(|| (expected.clone(), Outcome::Ran(result)))
                }
                _ => None,
            })
            .expect("some scenario can be spoilt so");
        assert!(differences(&expected, &expected, compare).is_empty(), "it is spoilt already");
        differences(&expected, &result, compare)
    }

    fn starts(differences: &[String], what: &str) {
        assert!(matches!(differences, [only] if only.starts_with(what)), "{differences:?}");
    }

    #[test]
    fn notices_another_order() {
        let swap = |run: &mut Run| {
            run.trace.len() > 1 && run.cleanups.is_empty() && {
                run.trace.swap(0, 1);
                run.trace[0] != run.trace[1]
            }
        };
        starts(&spoilt(Mode::Exact, swap), "trace: ");
        assert!(spoilt(Mode::Counts, swap).is_empty());
        let swap_cleanups = |run: &mut Run| {
            run.cleanups.len() > 1 && {
                run.cleanups.swap(0, 1);
                run.cleanups[0] != run.cleanups[1]
            }
        };
        starts(&spoilt(Mode::Exact, swap_cleanups), "clean-ups: ");
        starts(&spoilt(Mode::Counts, swap_cleanups), "order of clean-ups: ");
    }

    #[test]
    fn notices_lines_too_few() {
        let shorten = |run: &mut Run| {
            !run.trace.iter().any(|line| line.contains(".cleanup"))
                && run.cleanups.is_empty()
                && run.trace.pop().is_some()
        };
        starts(&spoilt(Mode::Exact, shorten), "trace: ");
        starts(&spoilt(Mode::Counts, shorten), "lines of the trace: ");
    }

    #[test]
    fn notices_errors() {
        let reword = |run: &mut Run| {
            run.errors.values_mut().next().is_some_and(|text| {
                let exact = text != "*";
                text.push('!');
                exact
            })
        };
        starts(&spoilt(Mode::Exact, reword), "errors: ");
        let forget = |run: &mut Run| run.errors.pop_first().is_some();
        starts(&spoilt(Mode::Exact, forget), "errors: ");
        let any_text_but_none = |run: &mut Run| {
            run.errors.values_mut().any(|text| {
                text == "*" && {
                    text.clear();
                    true
                }
            })
        };
        starts(&spoilt(Mode::Exact, any_text_but_none), "errors: ");
    }

    #[test]
    fn notices_verdicts_and_waiting() {
        for mode in [Mode::Exact, Mode::Counts] {
            let calls = |run: &mut Run| run.verdicts.checks.values_mut().next().map(|calls| *calls += 1).is_some();
            starts(&spoilt(mode, calls), "verdicts: ");
            let success = |run: &mut Run| {
                run.verdicts.success ^= true;
                true
            };
            starts(&spoilt(mode, success), "verdicts: ");
            let wait = |run: &mut Run| {
                run.elapsed.as_mut().is_some_and(|elapsed| {
                    *elapsed += 0.001;
                    true
                })
            };
            starts(&spoilt(mode, wait), "elapsed: ");
        }
    }

    #[test]
    fn free_of_order_notices_all_but_order_and_time() {
        let spoilt = |spoil: fn(&mut Run) -> bool| spoilt_for(Compare::OrderFree, Mode::Exact, spoil);
        let reverse = |run: &mut Run| {
            run.trace.reverse();
            run.cleanups.reverse();
            run.elapsed = None;
            run.cleanups.len() > 1
        };
        assert!(spoilt(reverse).is_empty());
        starts(&spoilt(|run| run.cleanups.pop().is_some()), "jobs cleaned up: ");
        starts(&spoilt(|run| run.cleanups.is_empty() && run.trace.pop().is_some()), "lines of the trace: ");
        starts(&spoilt(|run| run.verdicts.runs.values_mut().next().map(|calls| *calls += 1).is_some()), "verdicts: ");
        starts(&spoilt(|run| run.errors.pop_first().is_some()), "errors: ");
    }

    #[test]
    fn notices_what_is_refused() {
        let all = expected();
        let refused = all.iter().find(|outcome| matches!(outcome, Outcome::Refused { .. })).unwrap();
        let ran = all.iter().find(|outcome| matches!(outcome, Outcome::Ran(_))).unwrap();
        assert!(differences(refused, refused, Compare::All).is_empty());
        starts(&differences(refused, ran, Compare::All), "was run");
        starts(&differences(ran, refused, Compare::All), "refused");
    }
}
