//! Programs that jobs start.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use dojobber::prelude::*;
use dojobber::{Command, CommandError, Error, ErrorKind, EventKind, Phase, Stream};

type Told = Arc<Mutex<Vec<(String, Stream, String)>>>;

/// Runs `job` as the run of a job `J`, once; returns what came of it, and all lines of output with their jobs.
fn run<R>(job: impl Fn(&Context) -> R + Send + Sync + 'static) -> (Report, Vec<(String, Stream, String)>)
where
    R: dojobber::IntoOutcome,
{
    let told = Told::default();
    let mut dojob = DoJobber::new();
    dojob.add(DynJob::new("J").tries(1).run(job)).root_named("J");
    listen(&mut dojob, &told);
    let report = dojob.checknrun().unwrap();
    let told = std::mem::take(&mut *told.lock().unwrap());
    (report, told)
}

fn listen(dojob: &mut DoJobber, told: &Told) {
    let told = Arc::clone(told);
    dojob.on_event(move |plan, event| {
        if let EventKind::Output { job, stream, line, .. } = &event.kind {
            told.lock().unwrap().push((plan.job(*job).name().to_owned(), *stream, line.clone()));
        }
    });
}

fn passes<R: dojobber::IntoOutcome>(
    job: impl Fn(&Context) -> R + Send + Sync + 'static,
) -> Vec<(String, Stream, String)> {
    let (report, told) = run(job);
    assert!(report.success(), "{:?}", report.error("J"));
    told
}

fn fails<R: dojobber::IntoOutcome>(job: impl Fn(&Context) -> R + Send + Sync + 'static) -> Error {
    run(job).0.error("J").unwrap().clone()
}

fn sh<'c>(ctx: &'c Context, script: &str) -> Command<'c> {
    ctx.command("sh").args(["-c", script])
}

fn lines(told: &[(String, Stream, String)], of: Stream) -> Vec<&str> {
    told.iter().filter(|(_, stream, _)| *stream == of).map(|(_, _, line)| &**line).collect()
}

fn command_error(error: &Error) -> &CommandError {
    error.downcast_ref().unwrap()
}

mod ends {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    #[test]
    fn what_exits_with_0_passes() {
        passes(|ctx| ctx.command("true").run());
    }

    #[test]
    fn a_failure_has_command_status_and_last_lines() {
        let error = fails(|ctx| {
            let script = "for i in 1 2 3 4 5 6 7 8 9 10 11; do echo line $i; done; echo 'no way' >&2; exit 7";
            sh(ctx, script).arg("two words").output().map(drop)
        });
        assert_eq!(error.kind(), ErrorKind::Failed);
        assert!(error.to_string().ends_with("exit 7' 'two words'` exited with status 7: no way"), "{error}");
        let error = command_error(&error);
        assert_eq!(error.status().unwrap().code(), Some(7));
        assert!(error.io_error().is_none());
        // The order of two streams isn't known.
        let last: Vec<_> = error.last_lines().collect();
        let of = |of: Stream| last.iter().filter(move |(stream, _)| *stream == of).map(|(_, line)| *line);
        assert!(of(Stream::Stderr).eq(["no way"]));
        assert!(of(Stream::Stdout).eq((2..=11).map(|number| format!("line {number}"))));
    }

    #[test]
    fn debug_lines_have_all_that_is_left() {
        let error = fails(|ctx| sh(ctx, "echo first; echo second; exit 1").run());
        let debug = format!("{error:?}");
        assert!(
            debug.contains("exit 1'` exited with status 1\n  it said last:\n    stdout: first\n    stdout: second"),
            "{debug}"
        );
        assert!(error.to_string().ends_with("exited with status 1"), "{error}");
        // They are no causes, and one line stays one.
        assert_eq!((error.chain().len(), format!("{error:#}")), (1, error.to_string()));
        let said = serde_json::json!([{"stream": "stdout", "line": "first"}, {"stream": "stdout", "line": "second"}]);
        assert_eq!(serde_json::to_value(&error).unwrap()["said"], said);
    }

    /// In a message, it would be spelt out; the last lines are as they were said.
    #[test]
    fn a_message_has_no_colours() {
        let error = fails(|ctx| sh(ctx, r"printf '10%%\r\033[1;31mno\033[0m medium\n' >&2; exit 1").run());
        assert!(error.to_string().ends_with("exited with status 1: no medium"), "{error}");
        assert!(!format!("{error:?}").contains("said last"), "{error:?}");
        assert_eq!(command_error(&error).last_lines().next().unwrap().1, "10%\r\u{1b}[1;31mno\u{1b}[0m medium");
        let error = fails(|ctx| sh(ctx, r"printf '\033[1mone\n\033[0mtwo\n'; exit 1").run());
        assert!(format!("{error:?}").contains("\n    stdout: one\n    stdout: two"), "{error:?}");
    }

    #[test]
    fn what_the_message_has_is_not_told_twice() {
        let error = fails(|ctx| sh(ctx, "echo '500 oops' >&2; exit 1").run());
        assert!(error.to_string().ends_with("exited with status 1: 500 oops"), "{error}");
        assert!(!format!("{error:?}").contains("said last"), "{error:?}");
    }

    #[test]
    fn a_signal_is_told_by_its_name() {
        let error = fails(|ctx| sh(ctx, "kill -KILL $$").run());
        assert!(error.to_string().ends_with("was ended by SIGKILL"), "{error}");
        assert_eq!(command_error(&error).status().unwrap().signal(), Some(9));
    }

    #[test]
    fn a_program_that_isnt_there_is_said_to_be_missing() {
        let error = fails(|ctx| ctx.command("no-such-program").arg("x").run());
        let text = "`no-such-program x` could not be started: there is no program `no-such-program`";
        assert_eq!(error.to_string(), text);
        let error = command_error(&error);
        assert_eq!(error.io_error().unwrap().kind(), std::io::ErrorKind::NotFound);
        assert!(error.status().is_none() && error.last_lines().next().is_none());
        let error = fails(|ctx| ctx.command("true").current_dir("/no/such/place").run());
        assert!(error.to_string().ends_with("there is no directory `/no/such/place`"), "{error}");
        let error = fails(|ctx| ctx.command("/").status().map(drop));
        assert!(error.to_string().starts_with("`/` could not be started: "), "{error}");
    }

    #[test]
    fn a_status_is_no_failure() {
        passes(|ctx| -> Result {
            ensure!(!ctx.command("false").status()?.success());
            ensure!(ctx.command("true").status()?.success());
            ensure!(sh(ctx, "kill -TERM $$").status()?.signal() == Some(15));
            Ok(())
        });
    }
}

mod input_and_output {
    use super::*;

    #[test]
    fn standard_input_is_empty_unless_given() {
        let told = passes(|ctx| -> Result {
            ensure!(ctx.command("cat").output()?.stdout().is_empty());
            ensure!(ctx.command("cat").stdin("").output()?.stdout().is_empty());
            ctx.command("cat").stdin("one\ntwo").run()
        });
        assert_eq!(lines(&told, Stream::Stdout), ["one", "two"]);
    }

    #[test]
    fn much_input_is_read_while_output_comes() {
        passes(|ctx| -> Result {
            let input = vec![b'x'; 3_000_000];
            ensure!(ctx.command("cat").stdin(input.clone()).output()?.stdout_bytes() == input);
            // Who doesn't read it all is no failure.
            ctx.command("true").stdin(input).run()
        });
    }

    #[test]
    fn both_streams_are_events_of_the_job_in_order() {
        let told = passes(|ctx| sh(ctx, "echo a; echo x >&2; echo b; echo y >&2; printf 'c\\r\\nlast'").run());
        assert!(told.iter().all(|(job, _, _)| job == "J"));
        assert_eq!(lines(&told, Stream::Stdout), ["a", "b", "c", "last"]);
        assert_eq!(lines(&told, Stream::Stderr), ["x", "y"]);
    }

    #[test]
    fn output_is_told_and_kept() {
        let told = passes(|ctx| -> Result {
            let out = sh(ctx, r"printf 'a\r\n\377b'; echo oops >&2").output()?;
            ensure!(out.status().success());
            ensure!(out.stdout_bytes() == b"a\r\n\xffb" && out.stderr_bytes() == b"oops\n");
            ensure!(out.stdout() == "a\r\n\u{fffd}b" && out.stderr() == "oops\n");
            Ok(())
        });
        assert_eq!(lines(&told, Stream::Stdout), ["a", "\u{fffd}b"]);
    }

    #[test]
    fn it_is_where_and_sees_what_it_is_told() {
        let place = tempfile::tempdir().unwrap();
        let here = place.path().canonicalize().unwrap();
        let told = passes(move |ctx| -> Result {
            sh(ctx, "pwd -P; echo \"$A $B $C\"")
                .envs([("A", "1"), ("B", "2")])
                .env("C", "3")
                .current_dir(&here)
                .run()?;
            sh(ctx, "echo \"<$D>\"").env("D", "4").env_remove("D").run()?;
            ctx.command("/usr/bin/env").env("X", "1").env_clear().env("Y", "2").run()
        });
        let here = place.path().canonicalize().unwrap();
        assert_eq!(lines(&told, Stream::Stdout), [here.to_str().unwrap(), "1 2 3", "<>", "Y=2"]);
    }

    #[test]
    fn many_lines_come_quickly_and_whole() {
        let told = passes(|ctx| ctx.command("seq").arg("100000").run());
        let numbers = told.iter().map(|(_, _, line)| line.parse::<usize>().unwrap());
        assert!(numbers.eq(1..=100_000));
    }

    #[test]
    fn empty_lines_and_a_long_one_are_told() {
        let told = passes(|ctx| sh(ctx, "yes '' | head -n 70000; head -c 200000 /dev/zero | tr '\\0' x").run());
        assert_eq!(told.iter().filter(|(_, _, line)| line.is_empty()).count(), 70_000);
        let long: Vec<_> = told.iter().map(|(_, _, line)| line.len()).filter(|len| *len > 0).collect();
        assert_eq!(long, [65_536, 65_536, 65_536, 200_000 - 3 * 65_536]);
    }

    #[test]
    fn a_service_that_holds_the_pipes_holds_up_nobody_and_lives() {
        let told = passes(|ctx| -> Result {
            // It waits for a file, so that it is known to have outlived the program, and says something into a pipe
            // to which nobody listens any more.
            let place = tempfile::tempdir()?;
            let script = "mkfifo go done; (read go < go; echo lost; echo alive > done) & echo started";
            sh(ctx, script).current_dir(place.path()).run()?;
            std::fs::write(place.path().join("go"), "\n")?;
            ensure!(std::fs::read_to_string(place.path().join("done"))? == "alive\n");
            Ok(())
        });
        assert_eq!(lines(&told, Stream::Stdout), ["started"]);
    }
}

/// Programs that are to end early. Each writes the numbers of its processes, and is known to be up by that.
mod stops {
    use std::sync::mpsc;

    use super::*;

    /// Runs a job that starts this, and cancels when it has said a line; returns its error, and what it said.
    fn cancelled(script: &'static str, kill_after: Duration) -> (Error, Vec<String>) {
        let told = Told::default();
        let mut dojob = DoJobber::new();
        dojob.add(DynJob::new("J").tries(1).run(move |ctx| sh(ctx, script).kill_after(kill_after).run()));
        listen(&mut dojob, &told);
        let (up, is_up) = mpsc::channel();
        dojob.root_named("J").on_event(move |_, event| {
            if let EventKind::Output { .. } = event.kind {
                // Only the first one is waited for.
                let _ = up.send(());
            }
        });
        let cancel = dojob.cancel_handle();
        let report = std::thread::scope(|scope| {
            scope.spawn(move || {
                is_up.recv().unwrap();
                cancel.cancel();
            });
            dojob.checknrun().unwrap()
        });
        let said = told.lock().unwrap().iter().map(|(_, _, line)| line.clone()).collect();
        (report.error("J").unwrap().clone(), said)
    }

    /// Blocks until none of these runs any more. The children of a dead program are reaped by somebody else, if at all.
    fn await_dead(numbers: &str) {
        for number in numbers.split_whitespace() {
            while is_there(number) && !is_dead(number) {
                std::thread::yield_now();
            }
        }
    }

    /// Blocks until this program has been reaped.
    fn await_reaped(number: &str) {
        while is_there(number) {
            std::thread::yield_now();
        }
    }

    fn is_there(number: &str) -> bool {
        let asked = std::process::Command::new("kill").args(["-0", number]).output().unwrap();
        asked.status.success()
    }

    fn is_dead(number: &str) -> bool {
        let state = std::process::Command::new("ps").args(["-o", "stat=", "-p", number]).output().unwrap();
        state.stdout.is_empty() || state.stdout.starts_with(b"Z")
    }

    fn words(line: &str) -> (&str, &str) {
        line.split_once(' ').unwrap()
    }

    #[test]
    fn a_cancellation_ends_the_whole_group() {
        let (error, said) = cancelled("sleep 60 & echo $$ $!; wait", Duration::from_secs(5));
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        assert!(error.to_string().ends_with("was stopped, since the run was cancelled"), "{error}");
        assert_eq!(command_error(&error).last_lines().count(), 1);
        await_dead(&said[0]);
        let error = error.context("while cleaning");
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        assert!(command_error(&error).command().starts_with("sh -c "));
    }

    /// Runs a job that starts what would take a minute, blocking and async; returns how it ended, and why.
    fn cut_short(set: impl Fn(&mut DoJobber)) -> [(Status, Error); 2] {
        let blocking = DynJob::new("J").run(|ctx| sh(ctx, "exec sleep 60").run());
        let awaited = DynJob::new("J").run_async(|ctx| Box::pin(sh(ctx, "exec sleep 60").run_async()));
        [blocking, awaited].map(|job| {
            let mut dojob = DoJobber::new();
            set(dojob.add(job.tries(1)).root_named("J"));
            let report = dojob.checknrun().unwrap();
            (report.status("J").unwrap(), report.error("J").unwrap().clone())
        })
    }

    #[test]
    fn the_end_of_the_runs_time_is_a_cancellation_and_that_of_the_trys_a_failure() {
        let of_run = |dojob: &mut DoJobber| _ = dojob.deadline(0.05).default_timeout(60);
        let of_try = |dojob: &mut DoJobber| _ = dojob.deadline(60).default_timeout(0.05);
        for (status, error) in cut_short(of_run) {
            assert_eq!((status, error.kind()), (Status::Cancelled, ErrorKind::Cancelled), "{error}");
            assert!(error.to_string().ends_with("when the time of the run was over"), "{error}");
        }
        for (status, error) in cut_short(of_try) {
            assert_eq!((status, error.kind()), (Status::Failed, ErrorKind::TimedOut), "{error}");
            assert!(error.to_string().ends_with("when the time was over"), "{error}");
        }
    }

    #[test]
    fn what_doesnt_end_when_asked_is_killed() {
        // Both ignore it.
        let script = "trap '' TERM; sleep 60 & echo $$ $!; wait";
        let (error, said) = cancelled(script, Duration::from_millis(20));
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        let (leader, child) = words(&said[0]);
        await_dead(child);
        await_reaped(leader);
    }

    #[test]
    fn what_is_asked_can_say_something_yet() {
        let script = "trap 'echo bye; exit 0' TERM; sleep 60 & echo up; wait";
        let (error, said) = cancelled(script, Duration::from_secs(5));
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        // A shell may tell, too, how the other one ended.
        assert!(said.iter().any(|line| line == "bye"), "{said:?}");
    }

    #[test]
    fn members_of_the_group_that_close_their_pipes_are_killed_too() {
        let script = "(trap '' TERM; exec sleep 60 >/dev/null 2>&1) & echo $!; exec sleep 60";
        let (_, said) = cancelled(script, Duration::from_millis(20));
        await_dead(&said[0]);
    }

    #[test]
    fn nothing_starts_after_a_cancellation_but_in_a_cleanup() {
        let told = Told::default();
        let mut dojob = DoJobber::new();
        let cancel = dojob.cancel_handle();
        let job = DynJob::new("J")
            .run(move |ctx| {
                cancel.cancel();
                ctx.command("echo").arg("never").run()
            })
            .cleanup(|ctx| {
                assert_eq!(ctx.phase(), Phase::Cleanup);
                ctx.command("echo").arg("cleaned up").run()
            });
        dojob.add(job).root_named("J");
        listen(&mut dojob, &told);
        let report = dojob.checknrun().unwrap();
        let error = report.error("J").unwrap();
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        assert_eq!(error.to_string(), "`echo never` was not started, since the run was cancelled");
        assert_eq!(lines(&told.lock().unwrap(), Stream::Stdout), ["cleaned up"]);
    }

    #[test]
    fn a_panic_of_who_listens_ends_the_program() {
        let (number, numbers) = mpsc::channel();
        let mut dojob = DoJobber::new();
        dojob.add(
            DynJob::new("J")
                .tries(1)
                .run(|ctx| sh(ctx, "echo $$; exec sleep 60").kill_after(Duration::from_millis(20)).run()),
        );
        dojob.root_named("J");
        dojob.on_event(move |_, event| {
            if let EventKind::Output { line, .. } = &event.kind {
                number.send(line.clone()).unwrap();
                panic!("no more");
            }
        });
        // Whatever becomes of such a run.
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(dojob.checknrun())));
        await_reaped(&numbers.recv().unwrap());
    }

    mod futures {
        use std::pin::pin;
        use std::task::{Context as TaskContext, Poll, Wake, Waker};

        use super::*;

        struct Unpark(std::thread::Thread);

        impl Wake for Unpark {
            fn wake(self: Arc<Self>) {
                self.0.unpark();
            }
        }

        /// Drives a future in this thread until it is done, or `stop` says so.
        fn drive<F: Future>(future: F, mut stop: impl FnMut() -> bool) -> Option<F::Output> {
            let mut future = pin!(future);
            let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
            loop {
                if let Poll::Ready(output) = future.as_mut().poll(&mut TaskContext::from_waker(&waker)) {
                    return Some(output);
                }
                if stop() {
                    return None;
                }
                std::thread::park();
            }
        }

        fn block_on<F: Future>(future: F) -> F::Output {
            drive(future, || false).unwrap()
        }

        #[test]
        fn they_do_what_the_blocking_ones_do() {
            let told = passes(|ctx| -> Result {
                block_on(async {
                    ctx.command("true").run_async().await?;
                    ensure!(!ctx.command("false").status_async().await?.success());
                    let out = ctx.command("cat").stdin("a\nb").output_async().await?;
                    ensure!(out.stdout() == "a\nb");
                    let failed = sh(ctx, "echo no >&2; exit 4").run_async().await.unwrap_err();
                    ensure!(command_error(&failed).status().unwrap().code() == Some(4));
                    ctx.command("seq").arg("100000").run_async().await
                })
            });
            assert_eq!(lines(&told, Stream::Stdout).len(), 100_002);
            assert_eq!(lines(&told, Stream::Stderr), ["no"]);
        }

        #[test]
        fn a_future_can_go_to_another_thread() {
            fn is_send<T: Send>(future: T) -> T {
                future
            }
            passes(|ctx| block_on(is_send(ctx.command("true").run_async())));
        }

        #[test]
        fn dropping_one_ends_the_whole_group_and_waits_for_nothing() {
            for (script, kill_after) in [
                // Killed only in an hour: it ends since it is asked to.
                ("sleep 60 & echo $$ $!; wait", Duration::from_hours(1)),
                ("trap '' TERM; sleep 60 & echo $$ $!; wait", Duration::from_millis(20)),
            ] {
                let told = Told::default();
                let mut dojob = DoJobber::new();
                listen(&mut dojob, &told);
                let so_far = Arc::clone(&told);
                dojob.add(DynJob::new("J").run(move |ctx| {
                    let up = || !so_far.lock().unwrap().is_empty();
                    assert!(drive(sh(ctx, script).kill_after(kill_after).run_async(), up).is_none());
                }));
                assert!(dojob.root_named("J").checknrun().unwrap().success());
                let line = told.lock().unwrap()[0].2.clone();
                await_dead(&line);
                if kill_after < Duration::from_secs(1) {
                    await_reaped(words(&line).0);
                }
            }
        }

        #[test]
        fn a_run_ends_after_what_it_has_asked_to_end() {
            let place = tempfile::tempdir().unwrap();
            let here = place.path().to_owned();
            let told = Told::default();
            let mut dojob = DoJobber::new();
            listen(&mut dojob, &told);
            dojob.add(DynJob::new("J").run(move |ctx| {
                let script = "trap 'sleep 0.1; echo > done; exit' TERM; echo up; while :; do sleep 0.01; done";
                let command = sh(ctx, script).current_dir(&here).kill_after(Duration::from_hours(1));
                assert!(drive(command.run_async(), || !told.lock().unwrap().is_empty()).is_none());
            }));
            assert!(dojob.root_named("J").checknrun().unwrap().success());
            assert!(place.path().join("done").exists());
        }

        #[test]
        fn a_cancellation_ends_one_even_if_nobody_drops_it() {
            let mut dojob = DoJobber::new();
            let cancel = dojob.cancel_handle();
            let (number, numbers) = mpsc::channel();
            dojob.on_event(move |_, event| {
                if let EventKind::Output { line, .. } = &event.kind {
                    number.send(line.clone()).unwrap();
                }
            });
            dojob.add(DynJob::new("J").tries(1).run(|ctx| {
                let kill_after = Duration::from_millis(20);
                block_on(sh(ctx, "echo $$; exec sleep 60").kill_after(kill_after).run_async())
            }));
            let (report, number) = std::thread::scope(|scope| {
                let canceller = scope.spawn(move || {
                    let number = numbers.recv().unwrap();
                    cancel.cancel();
                    number
                });
                (dojob.root_named("J").checknrun().unwrap(), canceller.join().unwrap())
            });
            assert_eq!(report.error("J").unwrap().kind(), ErrorKind::Cancelled);
            await_reaped(&number);
        }
    }
}
