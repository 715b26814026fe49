//! Programs that jobs start, and that don't come to an end of their own.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]

use std::time::Duration;

use dojobber::prelude::*;
use dojobber::{Command, CommandError, Error, ErrorKind, Stream};

fn sh<'c>(ctx: &'c Context, script: &str) -> Command<'c> {
    ctx.command("sh").args(["-c", script])
}

/// What the one try of a job fails with that starts this, blocking or not.
fn failures(script: &'static str, kill_after: Duration) -> [Error; 2] {
    let blocking = DynJob::new("blocking").run(move |ctx| sh(ctx, script).kill_after(kill_after).run());
    let is_async =
        DynJob::new("async").run_async(move |ctx| Box::pin(sh(ctx, script).kill_after(kill_after).run_async()));
    let mut dojob = DoJobber::new();
    dojob.add(blocking).add(is_async).root_named("blocking").root_named("async").default_tries(1).workers(2);
    let report = dojob.checknrun().unwrap();
    ["blocking", "async"].map(|job| report.error(job).unwrap().clone())
}

fn said(error: &Error) -> Vec<(Stream, &str)> {
    error.downcast_ref::<CommandError>().unwrap().last_lines().collect()
}

/// They are stopped as they would be who read from the terminal, or change it, in the background.
mod asking {
    use dojobber_tests::Terminal;

    use super::*;

    /// What a program can be told, or not to be asked.
    const WHAT_TO_DO: &str = "asked at the terminal, where no job is answered, since several may run at once: give it what \
        it wants by `stdin`, or have it ask nothing (as by `sudo -n`, `ssh -o BatchMode=yes`, GIT_TERMINAL_PROMPT=0)";

    #[test]
    fn who_asks_at_the_terminal_is_ended_and_told_of() {
        for script in
            ["echo who is it >&2; kill -TTIN $$; echo went on", "echo who is it >&2; kill -TTOU $$; echo went on"]
        {
            // Killed only in an hour: it ends since it is asked to, though it was stopped.
            for error in failures(script, Duration::from_hours(1)) {
                assert_eq!(error.kind(), ErrorKind::Failed);
                assert_eq!(error.to_string(), format!("`sh -c '{script}'` {WHAT_TO_DO}: who is it"));
                assert_eq!(said(&error), [(Stream::Stderr, "who is it")]);
                assert!(error.downcast_ref::<CommandError>().unwrap().status().is_none());
            }
        }
    }

    #[test]
    fn who_asks_again_is_killed() {
        let script = "trap '' TERM; while :; do kill -TTIN $$; done";
        for error in failures(script, Duration::from_millis(20)) {
            assert!(error.to_string().ends_with(WHAT_TO_DO), "{error}");
        }
    }

    #[test]
    fn whoever_is_stopped_otherwise_can_go_on() {
        let script = "(while :; do kill -CONT $$; done) & kill -STOP $$; kill -TSTP $$; kill $!; echo went on; exit 3";
        for error in failures(script, Duration::from_hours(1)) {
            assert_eq!(error.downcast_ref::<CommandError>().unwrap().status().unwrap().code(), Some(3), "{error}");
            assert_eq!(said(&error), [(Stream::Stdout, "went on")]);
        }
    }

    #[test]
    fn a_terminal_is_not_waited_for() {
        let mut terminal = Terminal::start(250, env!("CARGO_BIN_EXE_asking"), &[], &[]);
        terminal.wait_for(|text| text.contains("done"));
        assert_eq!(terminal.end(), 0);
        let text = terminal.text().replace('\n', "");
        assert_eq!(text.matches(WHAT_TO_DO).count(), 2, "{text}");
        assert!(text.starts_with("password: ") && !text.contains("got it`"), "{text}");
    }
}
