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

/// The last lines of the program that failed, if one did.
fn said(error: &Error) -> Vec<(Stream, &str)> {
    error.downcast_ref::<CommandError>().map_or_else(Vec::new, |error| error.last_lines().collect())
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

/// Blocking calls only wait for so long: this ends, unlike who holds the pipe.
#[cfg(target_os = "linux")]
#[test]
fn what_left_the_group_is_not_waited_for() {
    for seconds in [0.1, 1.0, 10.0] {
        let script = "setsid sh -c 'echo $$; exec sleep 3600' & exec sleep 3600";
        let run = move |ctx: &Context| sh(ctx, script).kill_after(Duration::from_millis(20)).run();
        let mut dojob = DoJobber::new();
        dojob.add(DynJob::new("J").timeout(seconds).tries(1).run(run)).root_named("J");
        let report = dojob.checknrun().unwrap();
        let error = report.error("J").unwrap();
        assert!(error.to_string().ends_with(" s, when the time was over"), "{error}");
        // Unless there was no time for it.
        if let [(_, number)] = said(error)[..] {
            assert!(std::process::Command::new("kill").arg(number).status().unwrap().success());
            return;
        }
    }
    panic!("it never came up");
}

/// Futures are dropped at their `.await`; what they followed is known nevertheless.
mod dropped {
    use std::future::{pending, poll_fn};
    use std::task::Poll;

    use super::*;

    /// Gives a job more and more time, until what it starts has said something by its end; returns what that was.
    fn eventually(fails: impl Fn(f64) -> Error) -> Error {
        let mut errors = [0.1, 1.0, 10.0].into_iter().map(fails);
        errors.find(|error| !said(error).is_empty()).unwrap()
    }

    fn fails_within(seconds: f64, job: DynJob) -> Error {
        let mut dojob = DoJobber::new();
        dojob.add(job.timeout(seconds).tries(1)).root_named("J").checknrun().unwrap().error("J").unwrap().clone()
    }

    #[test]
    fn a_program_whose_time_is_over_is_told_of_blocking_or_not() {
        const SCRIPT: &str = "echo first; exec sleep 60";
        let blocking = |time| fails_within(time, DynJob::new("J").run(|ctx| sh(ctx, SCRIPT).run()));
        let is_async =
            |time| fails_within(time, DynJob::new("J").run_async(|ctx| Box::pin(sh(ctx, SCRIPT).run_async())));
        for error in [eventually(blocking), eventually(is_async)] {
            assert_eq!(error.kind(), ErrorKind::TimedOut);
            let told = error.to_string();
            assert!(told.starts_with("`sh -c 'echo first; exec sleep 60'` was stopped after "), "{told}");
            assert!(told.ends_with(" s, when the time was over"), "{told}");
            assert_eq!((error.chain().len(), said(&error)), (1, vec![(Stream::Stdout, "first")]));
        }
    }

    #[test]
    fn when_the_run_is_over_it_is_told_of_too() {
        let error = eventually(|time| {
            let mut dojob = DoJobber::new();
            let job = DynJob::new("J").run_async(|ctx| Box::pin(sh(ctx, "echo up; exec sleep 60").run_async()));
            dojob.add(job).root_named("J").deadline(time);
            dojob.checknrun().unwrap().error("J").unwrap().clone()
        });
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        assert!(error.to_string().ends_with(" s, when the time of the run was over"), "{error}");
    }

    #[test]
    fn of_several_the_first_is_told_of() {
        async fn both(ctx: &Context) {
            let (one, two) = (sh(ctx, "echo one; exec sleep 60"), sh(ctx, "exec sleep 60"));
            let _ = tokio::join!(one.run_async(), two.run_async());
        }
        let error = eventually(|time| fails_within(time, DynJob::new("J").run_async(|ctx| Box::pin(both(ctx)))));
        assert_eq!(said(&error), [(Stream::Stdout, "one")]);
    }

    #[test]
    fn what_a_job_dropped_itself_has_not_kept_it() {
        async fn job(ctx: &Context) {
            let mut program = Box::pin(ctx.command("sleep").arg("60").run_async());
            assert!(poll_fn(|cx| Poll::Ready(program.as_mut().poll(cx).is_pending())).await);
            drop(program);
            pending::<()>().await;
        }
        let error = fails_within(0.5, DynJob::new("J").run_async(|ctx| Box::pin(job(ctx))));
        assert_eq!((error.kind(), &*error.to_string()), (ErrorKind::TimedOut, "timed out after 0.5 s"));
    }
}
