//! Where the system has no thread to give, in a process of its own: the calling thread does all, later and not never.

use std::process::Command;

use super::*;

/// More than there is room for: no thread with such a stack can be started.
const STACK: &str = "70368744177664";

#[test]
fn the_calling_thread_does_what_no_thread_can() {
    let said = within(60, || {
        let program = env!("CARGO_BIN_EXE_threadless");
        let output = Command::new(program).env("RUST_MIN_STACK", STACK).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    });
    let lines: Vec<_> = said.lines().collect();
    let runs: Vec<_> = lines.split(|line| *line == "--").map(<[&str]>::to_vec).collect();
    let [blocking, blocking_cancelled, mixed, mixed_cancelled, in_runtime] = &runs[..] else { panic!("{said}") };
    let all = |last: &'static str, others: &[&'static str]| {
        let jobs = [
            "slow: failed, tries: 1, timed out after 0.01 s",
            "retried: changed, tries: 2, check returned false",
            "beside: changed, tries: 1",
            "above: changed, tries: 1",
        ];
        [&jobs[..], &[last], others, &[r#"cleaned up: ["retried", "beside", "retried"]"#]].concat()
    };
    let (last, no_last) = ("last: changed, tries: 1", "last: cancelled, tries: 0");
    let (awaits, no_awaits) =
        ("awaits: failed, tries: 1, timed out after 0.02 s", "awaits: cancelled, tries: 1, the run was cancelled");
    let of_both = "mixed: changed, tries: 1";
    assert_eq!(*blocking, all(last, &[]));
    assert_eq!(*blocking_cancelled, all(no_last, &[]));
    assert_eq!(*mixed, all(last, &[awaits, of_both]));
    assert_eq!(*mixed_cancelled, all(no_last, &[no_awaits, of_both]));
    assert_eq!(*in_runtime, all(last, &[awaits, of_both]));
}
