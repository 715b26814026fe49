//! What goes wrong: panics, errors of all types, graphs that can't be run, arguments that are missing.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]

use std::io;

use dojobber::prelude::*;
use dojobber::{AnyJob, ErrorKind, FromContext, Job, JobReport, PlannedJob, Problem, Status};
use dojobber_tests::Lines;
use serde::{Deserialize, Serialize};

/// R16: a panic in any code of a user's is that job's failure, with message and place.
mod panics {
    use super::*;

    /// Says in its message on which line it is.
    macro_rules! boom {
        () => {
            panic!("boom on line {}", line!())
        };
    }

    /// Whether it is a panic, after what came in front of it, and its place is that of its [`boom!`].
    #[track_caller]
    fn boomed(error: &Error) {
        assert_eq!(error.kind(), ErrorKind::Panicked);
        let chain = error.chain();
        let text = chain.last().unwrap();
        let line = text.rsplit(' ').next().unwrap();
        assert!(text.starts_with(&format!("panicked at {}:{line}:", file!())), "{text}");
        assert!(text.ends_with(&format!(": boom on line {line}")), "{text}");
    }

    /// Runs the job beside a sound one, and another one that needs both; the sound one has to pass, clean-up included.
    fn beside_a_sound_one<J: Job>(lines: &Lines) -> Report {
        let sound = DynJob::new("sound").run(|_| ()).cleanup(|ctx| ctx.global().set("sound", "cleaned up"));
        let name = std::any::type_name::<J>().rsplit("::").next().unwrap();
        let mut dojob = DoJobber::new();
        dojob
            .default_tries(1)
            .verbose(true)
            .lines_to(lines.clone())
            .add(sound)
            .add(DynJob::new("above").deps([name, "sound"]).run(|_| ()))
            .root_named("above");
        let report = dojob.checknrun().unwrap();
        assert_eq!(report.status("sound"), Some(Status::Changed));
        assert_eq!(report.global().get::<String>("sound").unwrap(), "cleaned up");
        report
    }

    /// What became of the job: its status and error, and its own lines.
    fn panicking<J: Job>() -> (Status, Option<Error>, Vec<String>) {
        let lines = Lines::new();
        let report = beside_a_sound_one::<J>(&lines);
        let job = report.get::<J>().unwrap();
        let own = |line: &String| line.starts_with(&format!("{}.", job.name()));
        let lines = lines.take().into_iter().filter(own).map(|line| line.split(" \"").next().unwrap().to_owned());
        (job.status().unwrap(), job.error().cloned(), lines.collect())
    }

    #[derive(Default)]
    struct InCheck;

    #[job]
    impl InCheck {
        fn check(&self) {
            boom!()
        }
        fn run(&self) {}
    }

    #[test]
    fn in_check() {
        let (status, error, lines) = panicking::<InCheck>();
        assert_eq!(status, Status::Failed);
        boomed(&error.unwrap());
        assert_eq!(lines, ["InCheck.check: fail", "InCheck.run: pass", "InCheck.recheck: fail"]);
    }

    #[derive(Default)]
    struct InRun {
        ran: bool,
    }

    #[job]
    impl InRun {
        fn check(&self) -> bool {
            self.ran
        }
        fn run(&mut self) {
            self.ran = true;
            boom!()
        }
    }

    #[test]
    fn in_run_after_which_recheck_decides() {
        let (status, error, lines) = panicking::<InRun>();
        assert_eq!((status, error.is_none()), (Status::Changed, true));
        assert_eq!(lines, ["InRun.check: fail", "InRun.run: fail", "InRun.recheck: pass"]);
    }

    #[job]
    fn in_run_only() {
        boom!()
    }

    #[test]
    fn in_run_of_a_run_only_job() {
        let (status, error, lines) = panicking::<in_run_only>();
        assert_eq!(status, Status::Failed);
        boomed(&error.unwrap());
        assert_eq!(lines, ["in_run_only.check: fail", "in_run_only.run: fail", "in_run_only.recheck: fail"]);
    }

    struct InNew;

    #[job]
    impl InNew {
        fn new() -> Self {
            boom!()
        }
        fn check(&self) {}
        fn run(&self) {}
        fn cleanup(&self) {}
    }

    #[test]
    fn in_new_which_is_a_failed_check() {
        let (status, error, lines) = panicking::<InNew>();
        assert_eq!(status, Status::Failed);
        boomed(&error.unwrap());
        assert_eq!(lines, ["InNew.check: fail"]);
    }

    #[derive(Default)]
    struct InCleanup;

    #[job(run_only)]
    impl InCleanup {
        fn run(&self) {}
        fn cleanup(&self) {
            boom!()
        }
    }

    #[test]
    fn in_cleanup() {
        let lines = Lines::new();
        let report = beside_a_sound_one::<InCleanup>(&lines);
        assert!(report.failure(), "although all jobs passed");
        assert!(report.jobs().all(|job| job.status() == Some(Status::Changed)));
        let failed = report.cleanups().find(|cleanup| cleanup.job.name() == "InCleanup").unwrap();
        boomed(failed.error.unwrap());
        assert!(lines.take().iter().any(|line| line.starts_with("InCleanup.cleanup: fail \"panicked at ")));
    }

    /// An extractor that panics, or fails, in a given phase.
    struct Trap;

    impl FromContext<'_> for Trap {
        fn from_context(ctx: &Context) -> Result<Self> {
            match (ctx.job(), ctx.phase()) {
                ("InExtractor", Phase::Check | Phase::Recheck) => boom!(),
                ("FailingExtractor", Phase::Run) => bail!("nothing to extract"),
                _ => Ok(Self),
            }
        }
    }

    #[derive(Default)]
    struct InExtractor;

    #[job]
    impl InExtractor {
        fn check(&self, _: Trap) {}
        fn run(&self, _: Trap) {}
    }

    #[test]
    fn in_an_extractor_which_fails_the_phase_that_it_was_for() {
        let (status, error, lines) = panicking::<InExtractor>();
        assert_eq!(status, Status::Failed);
        boomed(&error.unwrap());
        assert_eq!(lines, ["InExtractor.check: fail", "InExtractor.run: pass", "InExtractor.recheck: fail"]);
    }

    #[derive(Default)]
    struct FailingExtractor;

    #[job(run_only)]
    impl FailingExtractor {
        fn run(&self, _: Trap) {}
        fn cleanup(&self) {}
    }

    #[test]
    fn an_extractor_of_run_that_fails_counts_as_run_for_the_clean_up() {
        let report = beside_a_sound_one::<FailingExtractor>(&Lines::new());
        let job = report.get::<FailingExtractor>().unwrap();
        assert_eq!(job.status(), Some(Status::Failed));
        assert_eq!(job.error().unwrap().to_string(), "nothing to extract");
        assert!(report.cleanups().any(|cleanup| cleanup.job.name() == "FailingExtractor" && cleanup.error.is_none()));
    }

    #[derive(Default)]
    struct InDrop;

    impl Drop for InDrop {
        fn drop(&mut self) {
            boom!()
        }
    }

    #[job]
    impl InDrop {
        fn check(&self) -> Result<u32> {
            Ok(42)
        }
        fn run(&self) {}
    }

    #[test]
    fn in_drop_which_fails_the_try() {
        let lines = Lines::new();
        let report = beside_a_sound_one::<InDrop>(&lines);
        let job = report.get::<InDrop>().unwrap();
        assert_eq!(job.status(), Some(Status::Failed));
        boomed(job.error().unwrap());
        assert_eq!(job.error().unwrap().to_string(), "dropping the job's value");
        assert_eq!(report.output::<InDrop>(), None, "a job that failed has no result");
        assert_eq!(report.status("above"), Some(Status::Blocked));
    }

    #[derive(Default)]
    struct InDropAfterCleanup;

    impl Drop for InDropAfterCleanup {
        fn drop(&mut self) {
            boom!()
        }
    }

    #[job(run_only)]
    impl InDropAfterCleanup {
        fn run(&self) {}
        fn cleanup(&self) {}
    }

    #[test]
    fn in_drop_after_a_clean_up_which_fails_that() {
        let report = beside_a_sound_one::<InDropAfterCleanup>(&Lines::new());
        assert_eq!(report.get::<InDropAfterCleanup>().unwrap().status(), Some(Status::Changed));
        let failed = report.cleanups().find(|cleanup| cleanup.job.name() == "InDropAfterCleanup").unwrap();
        boomed(failed.error.unwrap());
    }

    #[test]
    fn with_something_that_is_no_text() {
        let job = DynJob::new("odd").tries(1).run(|_| -> Result { std::panic::panic_any(42) });
        let report = DoJobber::new().add(job).root_named("odd").checknrun().unwrap();
        assert!(report.error("odd").unwrap().to_string().ends_with(": a value that is no text"));
    }

    #[test]
    fn are_retried_as_other_failures_are() {
        let job = DynJob::new("flaky").retry_delay(0).run(|ctx| {
            if !ctx.try_number().is_last() {
                boom!()
            }
        });
        let report = DoJobber::new().add(job).root_named("flaky").checknrun().unwrap();
        assert_eq!((report.status("flaky"), report.job("flaky").unwrap().tries().len()), (Some(Status::Changed), 3));
        boomed(report.error("flaky").unwrap());
    }
}

/// R16: what a user's code leaves to others to show and to drop, anywhere in a run.
mod left_to_others {
    use std::fmt;
    use std::time::Duration;

    use dojobber::testing::VirtualClock;

    use super::*;

    /// Panics when it is dropped.
    #[derive(Debug, Serialize)]
    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("the bomb went off")
        }
    }

    impl fmt::Display for Bomb {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("tick")
        }
    }

    impl std::error::Error for Bomb {}

    /// Panics when it is displayed.
    #[derive(Debug)]
    struct Mute;

    impl fmt::Display for Mute {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("no word")
        }
    }

    impl std::error::Error for Mute {}

    /// Runs a job named "odd" with one slot and with two, beside a sound one, which has to pass.
    fn each_way(odd: impl Fn(&VirtualClock) -> AnyJob, check: impl Fn(&Report, &[String])) {
        for slots in [1, 2] {
            let (lines, clock) = (Lines::new(), VirtualClock::new());
            let mut dojob = DoJobber::new();
            dojob.default_tries(1).default_retry_delay(0).workers(slots).verbose(true);
            dojob.lines_to(lines.clone()).clock(clock.clone());
            dojob.add(odd(&clock)).add(DynJob::new("sound").run(|_| ()));
            let report = dojob.root_named("odd").root_named("sound").checknrun().unwrap();
            assert_eq!(report.status("sound"), Some(Status::Changed));
            check(&report, &lines.take());
        }
    }

    fn failed(report: &Report) -> &Error {
        assert_eq!(report.status("odd"), Some(Status::Failed));
        report.error("odd").unwrap()
    }

    #[test]
    fn what_a_panic_carries() {
        let odd = |_: &VirtualClock| DynJob::new("odd").run(|_| -> Result { std::panic::panic_any(Bomb) }).into();
        each_way(odd, |report, _| {
            assert!(failed(report).to_string().ends_with(": a value that is no text"));
        });
    }

    #[test]
    fn an_error_that_cannot_be_displayed() {
        let told = |text: &str| {
            assert!(text.starts_with("an error that can't be displayed: panicked at "), "{text}");
            assert!(text.ends_with(": no word"), "{text}");
        };
        let odd = |_: &VirtualClock| DynJob::new("odd").run(|_| Err::<(), _>(Mute)).into();
        each_way(odd, |report, lines| {
            let error = failed(report);
            assert!(error.downcast_ref::<Mute>().is_some());
            told(&error.to_string());
            told(&format!("{error:#}"));
            told(format!("{error:?}").lines().next().unwrap());
            assert!(
                lines.iter().any(|line| line.starts_with("odd.recheck: fail \"an error that can't be displayed: "))
            );
        });
        let odd = |_: &VirtualClock| DynJob::new("odd").run(|_| ()).cleanup(|_| Err::<(), _>(Mute)).into();
        each_way(odd, |report, _| told(&report.cleanups().next().unwrap().error.unwrap().to_string()));
    }

    #[test]
    fn an_error_that_panics_when_it_is_dropped() {
        let odd = |_: &VirtualClock| DynJob::new("odd").tries(2).check(|_| Err::<(), _>(Bomb)).run(|_| ()).into();
        each_way(odd, |report, _| assert_eq!(failed(report).to_string(), "tick"));
    }

    #[test]
    fn a_result_that_panics_when_it_is_dropped() {
        let odd = |clock: &VirtualClock| {
            let clock = clock.clone();
            let job = DynJob::new("odd").timeout(1).check(move |_| -> Result<Bomb> {
                clock.advance(Duration::from_secs(2));
                Ok(Bomb)
            });
            job.into()
        };
        each_way(odd, |report, _| assert_eq!(failed(report).kind(), ErrorKind::TimedOut));
    }

    #[test]
    fn a_value_that_panics_when_it_is_dropped_behind_a_clean_up_that_did() {
        let odd = |_: &VirtualClock| {
            let cleanup = |_: &mut Bomb, _: &Context| -> Result { panic!("no way to clean up") };
            DynJob::new("odd").storage(|_| Bomb).run(|_, _| ()).cleanup(cleanup).into()
        };
        each_way(odd, |report, _| {
            assert_eq!(report.status("odd"), Some(Status::Changed));
            let error = report.cleanups().next().unwrap().error.unwrap();
            assert!(error.to_string().ends_with(": no way to clean up"), "{error}");
        });
    }

    #[test]
    fn a_value_that_panics_when_it_is_dropped_changes_nothing_of_how_its_try_failed() {
        let odd = |_: &VirtualClock| {
            let check = |_: &mut Bomb, _: &Context| -> Result { permanent!("never") };
            DynJob::new("odd").tries(3).storage(|_| Bomb).check(check).into()
        };
        each_way(odd, |report, _| {
            assert_eq!((failed(report).kind(), failed(report).to_string()), (ErrorKind::Permanent, "never".into()));
            let [only] = report.job("odd").unwrap().tries()[..] else { panic!("one try") };
            let told: Vec<_> = only.phases().map(|phase| phase.error.unwrap().to_string()).collect();
            assert_eq!(told, ["dropping the job's value"]);
        });
    }

    #[test]
    fn a_value_that_panics_when_it_is_dropped_of_a_try_that_was_ended() {
        for slots in [1, 2] {
            let mut dojob = DoJobber::new();
            let cancel = dojob.cancel_handle();
            let job = DynJob::new("odd").storage(|_| Bomb);
            dojob.workers(slots).add(job.check(move |_, _| {
                cancel.cancel();
                false
            }));
            let report = dojob.root_named("odd").checknrun().unwrap();
            assert_eq!(report.status("odd"), Some(Status::Cancelled));
        }
    }

    #[test]
    fn the_place_is_not_that_of_a_panic_which_a_job_caught_itself() {
        let mut dojob = DoJobber::new();
        dojob
            .default_tries(1)
            .add(DynJob::new("careful").check(|_| drop(std::panic::catch_unwind(|| panic!("its own")))))
            .add(
                DynJob::new("odd")
                    .deps(["careful"])
                    .run(|_| -> Result { std::panic::resume_unwind(Box::new("of a thread that it joined")) }),
            )
            .root_named("odd");
        let report = dojob.checknrun().unwrap();
        assert_eq!(report.error("odd").unwrap().to_string(), "panicked: of a thread that it joined");
    }
}

/// What `?`, `Into` and the macros make errors of.
mod errors {
    use dojobber::testing::VirtualClock;

    use super::*;

    /// The error of a run-only job that returns this.
    fn error_of<E: Into<Error> + 'static>(fail: impl Fn() -> E + Send + Sync + 'static) -> Error {
        let job = DynJob::new("job").tries(1).run(move |_| Err::<(), E>(fail()));
        let report = DoJobber::new().add(job).root_named("job").checknrun().unwrap();
        let error = report.error("job").unwrap();
        assert_eq!(error.kind(), ErrorKind::Failed);
        error.clone()
    }

    #[test]
    fn of_text() {
        assert_eq!(error_of(|| "borrowed").to_string(), "borrowed");
        assert_eq!(error_of(|| format!("{} owned", "is")).to_string(), "is owned");
    }

    #[test]
    fn of_the_standard_library() {
        let error = error_of(|| io::Error::new(io::ErrorKind::NotFound, "no cellar"));
        assert_eq!(error.downcast_ref::<io::Error>().unwrap().kind(), io::ErrorKind::NotFound);
        assert_eq!(error_of(|| Box::<dyn std::error::Error + Send + Sync>::from("boxed")).to_string(), "boxed");
    }

    #[test]
    fn of_anyhow_with_their_chain() {
        let error = error_of(|| anyhow::anyhow!("the cork broke").context("opening the wine"));
        assert_eq!(error.chain(), ["opening the wine", "the cork broke"]);
        assert_eq!(format!("{error:#}"), "opening the wine: the cork broke");
    }

    /// Neither an error of the standard library's nor displayable.
    #[derive(Clone, Copy)]
    struct ExitStatus(i32);

    impl From<ExitStatus> for Error {
        fn from(status: ExitStatus) -> Self {
            Error::msg(format_args!("exited with {}", status.0))
        }
    }

    #[test]
    fn of_a_type_that_only_converts() {
        assert_eq!(error_of(|| ExitStatus(3)).to_string(), "exited with 3");
        let question_mark = || -> Result { Err(ExitStatus(4))? };
        assert_eq!(error_of(move || question_mark().unwrap_err()).to_string(), "exited with 4");
    }

    #[test]
    fn of_bool() {
        let job = DynJob::new("job").tries(1).check(|_| Ok::<_, Error>(false)).run(|_| false);
        let report = DoJobber::new().add(job).root_named("job").checknrun().unwrap();
        assert_eq!(report.error("job").unwrap().kind(), ErrorKind::ReturnedFalse);
        let phases = |one: dojobber::TryReport<'_>| -> Vec<_> {
            one.phases().map(|phase| phase.error.unwrap().to_string()).collect()
        };
        let [only] = report.job("job").unwrap().tries()[..] else { panic!("one try") };
        assert_eq!(phases(only), ["check returned false", "run returned false", "check returned false"]);
    }

    /// The error of a job of another run, of this kind.
    fn of_another_run(kind: ErrorKind) -> Error {
        let clock = VirtualClock::new();
        let mut dojob = DoJobber::new();
        let cancel = dojob.cancel_handle();
        let job = DynJob::new("inner").tries(1);
        let job = match kind {
            ErrorKind::ReturnedFalse => job.check(|_| false),
            ErrorKind::Skipped => job.when(|_| false),
            ErrorKind::TimedOut => {
                let clock = clock.clone();
                job.timeout(1).check(move |_| clock.advance(std::time::Duration::from_secs(2)))
            }
            ErrorKind::Cancelled => job.settle(10).check(|_| false).run(move |_| cancel.cancel()),
            kind => panic!("{kind:?}"),
        };
        let report = dojob.clock(clock).add(job).root_named("inner").checknrun().unwrap();
        let error = report.error("inner").unwrap().clone();
        assert_eq!(error.kind(), kind);
        error
    }

    const OTHERS: [ErrorKind; 4] =
        [ErrorKind::ReturnedFalse, ErrorKind::Skipped, ErrorKind::TimedOut, ErrorKind::Cancelled];

    #[test]
    fn of_another_run_say_nothing_of_this_one() {
        for kind in OTHERS {
            let error = error_of(move || of_another_run(kind).context("asking others"));
            assert_eq!(error.chain(), of_another_run(kind).context("asking others").chain());
        }
    }

    #[test]
    fn of_another_run_are_no_no() {
        for kind in OTHERS {
            let mut dojob = DoJobber::new();
            dojob.add(DynJob::new("job").tries(1).when(move |_| Err::<bool, _>(of_another_run(kind))).run(|_| ()));
            let report = dojob.root_named("job").checknrun().unwrap();
            assert_eq!(report.status("job"), Some(Status::Failed), "{kind:?}");
        }
    }

    #[test]
    fn of_another_run_end_no_try() {
        for kind in OTHERS {
            let mut dojob = DoJobber::new();
            let check = move |ctx: &Context| match (ctx.try_number().number, ctx.phase()) {
                (2, Phase::Recheck) => Ok(()),
                _ => Err(of_another_run(kind)),
            };
            let job = DynJob::new("job").tries(2).retry_delay(0).check(check);
            dojob.add(job.run(move |_| Err::<(), _>(of_another_run(kind))));
            dojob.add(DynJob::new("above").deps(["job"]));
            let report = dojob.root_named("above").checknrun().unwrap();
            let phases = report.job("job").unwrap().tries().iter().map(|one| one.phases().count()).collect::<Vec<_>>();
            assert_eq!((report.status("job"), phases), (Some(Status::Changed), vec![3, 3]), "{kind:?}");
            assert_eq!(report.status("above"), Some(Status::Ok));
        }
    }

    /// An extractor that asks others.
    struct OfOthers;

    impl FromContext<'_> for OfOthers {
        fn from_context(ctx: &Context) -> Result<Self> {
            let kind = OTHERS[ctx.arg::<usize>("kind")?];
            Err(of_another_run(kind))
        }
    }

    /// The same, asked by async code.
    struct OfOthersLater;

    impl<'c> dojobber::AsyncFromContext<'c> for OfOthersLater {
        async fn from_context(ctx: &'c Context) -> Result<Self> {
            <OfOthers as FromContext>::from_context(ctx).map(|_| Self)
        }
    }

    /// Each of them asks in another function; the first ones in their runs, behind which comes a recheck.
    mod ask_others {
        use super::*;

        #[derive(Default)]
        pub(super) struct AsksInRun;
        #[job(tries = 1)]
        impl AsksInRun {
            fn check(phase: Phase) -> bool {
                phase == Phase::Recheck
            }
            fn run(&self, _: OfOthers) {}
        }

        #[derive(Default)]
        pub(super) struct AsksInAsyncRun;
        #[job(tries = 1)]
        impl AsksInAsyncRun {
            async fn check(phase: Phase) -> bool {
                phase == Phase::Recheck
            }
            async fn run(&self, _: OfOthersLater) {}
        }

        pub(super) struct AsksInNew;
        #[job(tries = 1, run_only)]
        impl AsksInNew {
            fn new(_: OfOthers) -> Self {
                Self
            }
            fn run(&self) {}
        }

        pub(super) struct AsksInAsyncNew;
        #[job(tries = 1, run_only)]
        impl AsksInAsyncNew {
            async fn new(_: OfOthersLater) -> Self {
                Self
            }
            fn run(&self) {}
        }

        fn due(_: OfOthers) -> bool {
            true
        }
        #[job(tries = 1, when = due)]
        pub(super) fn asks_in_when() {}

        async fn due_later(_: OfOthersLater) -> bool {
            true
        }
        #[job(tries = 1, when = due_later)]
        pub(super) fn asks_in_async_when() {}

        fn holds(_: OfOthers) -> bool {
            true
        }
        #[job(tries = 1, check = holds)]
        pub(super) fn asks_in_check() {}
    }

    #[test]
    fn of_another_run_that_an_extractor_met_say_nothing_of_this_one() {
        use ask_others::*;
        fn status_of<J: Job>(kind: usize) -> (Option<Status>, Option<Error>) {
            let mut dojob = DoJobber::new();
            let report = dojob.root::<J>().arg("kind", kind).checknrun().unwrap();
            let job = report.jobs().next().unwrap();
            (job.status(), job.error().cloned())
        }
        for (index, kind) in OTHERS.into_iter().enumerate() {
            for status in [status_of::<AsksInRun>(index).0, status_of::<AsksInAsyncRun>(index).0] {
                assert_eq!(status, Some(Status::Changed), "{kind:?}: a recheck follows");
            }
            let all = [
                status_of::<AsksInNew>(index),
                status_of::<AsksInAsyncNew>(index),
                status_of::<asks_in_when>(index),
                status_of::<asks_in_async_when>(index),
            ];
            for (status, error) in all {
                assert_eq!((status, error.unwrap().kind()), (Some(Status::Failed), ErrorKind::Failed), "{kind:?}");
            }
            assert_eq!(status_of::<asks_in_check>(index).0, Some(Status::Failed), "{kind:?}");
        }
    }

    #[test]
    fn are_the_last_check_s_not_run_s() {
        let job = DynJob::new("job")
            .tries(1)
            .check(|ctx| -> Result { bail!("the {} failed", ctx.phase()) })
            .run(|_| -> Result { bail!("run failed") });
        let report = DoJobber::new().add(job).root_named("job").checknrun().unwrap();
        assert_eq!(report.error("job").unwrap().to_string(), "the recheck failed");
    }

    #[test]
    fn are_those_of_the_jobs_that_failed_for_all_above() {
        let fails = |name: &str| DynJob::new(name).tries(1).run(|_| false);
        let mut dojob = DoJobber::new();
        dojob
            .add(fails("left"))
            .add(fails("right"))
            .add(DynJob::new("above left").deps(["left"]))
            .add(DynJob::new("between").deps(["above left"]))
            .add(DynJob::new("top").deps(["right", "between"]))
            .root_named("top");
        let report = dojob.checknrun().unwrap();
        let blocked_by = |job| report.job(job).unwrap().blocked_by().map(PlannedJob::name).collect::<Vec<_>>();
        assert_eq!(blocked_by("between"), ["left"]);
        assert_eq!(blocked_by("top"), ["right", "left"]);
        assert!(report.failure() && !report.partial_success());
    }
}

/// R13 and R14: graphs that can't be run are an error, and nothing of them is run.
mod graphs {
    use super::*;

    /// A job that must not be run. Its place in the source is the caller's.
    #[track_caller]
    fn job(name: &str, deps: &[&str]) -> DynJob {
        DynJob::new(name).deps(deps.iter().copied()).run(|_| -> Result { panic!("a graph that can't be run was") })
    }

    fn problems(dojob: &mut DoJobber) -> Vec<Problem> {
        let error = dojob.checknrun().unwrap_err();
        assert!(dojob.report().is_none(), "nothing was run");
        error.problems().to_vec()
    }

    fn only(dojob: &mut DoJobber) -> String {
        match &problems(dojob)[..] {
            [only] => only.to_string(),
            many => panic!("{many:#?}"),
        }
    }

    #[test]
    fn an_unknown_name_comes_with_the_nearest() {
        let mut dojob = DoJobber::new();
        let line = line!() + 1;
        dojob.add(job("Popcorn", &["PopcornBowl"])).add(job("PopcornBowls", &[])).root_named("Popcorn");
        assert_eq!(
            only(&mut dojob),
            format!(
                "no job is named `PopcornBowl`, which Popcorn ({file}:{line}) needs; \
                 did you mean PopcornBowls ({file}:{line})?",
                file = file!()
            )
        );
        let mut dojob = DoJobber::new();
        dojob.add(job("Popcorn", &[])).root_named("popcorn");
        assert!(only(&mut dojob).starts_with("no job is named `popcorn`; did you mean Popcorn ("));
    }

    #[test]
    fn an_unknown_name_without_a_near_one_comes_with_what_there_is() {
        let mut dojob = DoJobber::new();
        dojob.add(job("Popcorn", &[])).root_named("Champagne");
        let text = only(&mut dojob);
        assert!(text.starts_with("no job is named `Champagne`; there are "), "{text}");
        assert!(text.contains("linked in (failures "), "{text}");
        assert!(
            text.contains(" and 1 made by code, and a crate that nothing names is not linked: `use its_name as _;`"),
            "{text}"
        );
    }

    #[test]
    fn a_cycle_is_shown_whole() {
        let (a, a_line) = (job("A", &["B"]), line!());
        let (b, b_line) = (job("B", &["C"]), line!());
        let (c, c_line) = (job("C", &["other", "A"]), line!());
        let mut dojob = DoJobber::new();
        dojob.add(a).add(b).add(c).add(job("other", &[])).add(job("root", &["A"])).root_named("root");
        let golden = format!(
            "a cycle of dependencies: A → B → C → A\n    A at {file}:{a_line}\n    B at {file}:{b_line}\n    \
             C at {file}:{c_line}",
            file = file!()
        );
        assert_eq!(only(&mut dojob), golden);
        let mut dojob = DoJobber::new();
        dojob.add(job("narcissist", &["narcissist"])).root_named("narcissist");
        assert!(only(&mut dojob).starts_with("a cycle of dependencies: narcissist → narcissist\n"));
    }

    #[job(deps = [Egg])]
    struct Hen;

    #[job(deps = [Hen])]
    struct Egg;

    #[test]
    fn a_cycle_of_types_is_too() {
        let text = only(DoJobber::new().root::<Egg>());
        assert!(text.starts_with("a cycle of dependencies: Egg → Hen → Egg\n    Egg at "), "{text}");
    }

    #[test]
    fn cycles_that_no_root_leads_to_are_found_by_discover() {
        let mut dojob = DoJobber::new();
        dojob.add(job("yin", &["yang"])).add(job("yang", &["yin"])).discover();
        let cycles: Vec<_> = problems(&mut dojob)
            .into_iter()
            .filter_map(|problem| match problem {
                Problem::Cycle { jobs } => Some(jobs.into_iter().map(|job| job.name).collect::<Vec<_>>()),
                _ => None,
            })
            .collect();
        assert_eq!(cycles, [["Hen", "Egg"], ["yin", "yang"]]);
    }

    mod north {
        use super::*;

        #[job]
        pub(super) struct Oven;
    }

    mod south {
        use super::*;

        #[job]
        pub(super) struct Oven;
    }

    #[test]
    fn two_jobs_of_one_name_are_shown_with_their_places_and_can_be_renamed() {
        let mut dojob = DoJobber::new();
        dojob.root::<north::Oven>().root::<south::Oven>();
        let [Problem::DuplicateName { name, first, second }] = &problems(&mut dojob)[..] else { panic!() };
        assert_eq!((name.as_str(), &first.file[..], &second.file[..]), ("Oven", file!(), file!()));
        assert!(first.line < second.line);

        let report = dojob.rename::<south::Oven>("South Oven").checknrun().unwrap();
        let names: Vec<_> = report.jobs().map(JobReport::name).collect();
        assert_eq!(names, ["Oven", "South Oven"]);
        assert_eq!(report.get::<south::Oven>().unwrap().name(), "South Oven");
        assert_eq!(report.status("South Oven"), Some(Status::Ok));
    }

    #[test]
    fn two_jobs_made_by_code_must_have_two_names_if_both_are_needed() {
        let mut dojob = DoJobber::new();
        dojob.add(job("twin", &[])).add(job("twin", &[])).root_named("twin");
        assert!(only(&mut dojob).starts_with("two jobs are named `twin`: "));
    }

    #[test]
    fn jobs_outside_the_plan_are_not_looked_at() {
        let mut dojob = DoJobber::new();
        dojob
            .add(DynJob::new("fine"))
            .add(job("twin", &["nowhere"]))
            .add(job("twin", &["twin"]).tries(0))
            .root::<north::Oven>()
            .root_named("fine");
        let report = dojob.checknrun().unwrap();
        assert!(report.success());
        assert_eq!(report.jobs().len(), 2);
    }

    #[test]
    fn tries_and_delays_that_mean_nothing() {
        let mut dojob = DoJobber::new();
        let line = line!() + 1;
        dojob.add(job("never", &[]).tries(0)).add(job("backwards", &["never"]).retry_delay(-1)).root_named("backwards");
        dojob.default_tries(0).default_retry_delay(f64::NAN);
        let problems = problems(&mut dojob);
        let [
            Problem::NoTries { job: None },
            Problem::BadTerm { job: None, value: not_a_number, .. },
            Problem::NoTries { job: Some(never) },
            Problem::BadTerm { job: Some(backwards), value: negative, .. },
        ] = &problems[..]
        else {
            panic!("{problems:#?}")
        };
        assert_eq!((&not_a_number[..], &negative[..]), ("NaN s", "-1 s"));
        assert_eq!((&never.name[..], &backwards.name[..]), ("never", "backwards"));
        let text = format!("the number of tries of never ({}:{line}) is 0; at least 1 is needed", file!());
        assert_eq!(problems[2].to_string(), text);
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let mut dojob = DoJobber::new();
        dojob.add(job("A", &["A", "nowhere"]).tries(0)).root_named("A").root_named("nobody");
        let error = dojob.checknrun().unwrap_err();
        assert_eq!(error.problems().len(), 4, "{error}");
        let text = error.to_string();
        assert!(text.starts_with("the jobs can't be run, for 4 reasons:\n- "), "{text}");
        let _: &dyn std::error::Error = &error;
    }

    #[test]
    fn nothing_to_run() {
        let text = only(&mut DoJobber::new());
        assert!(text.starts_with("there is no root: name one with `root::<J>()` or `root_named(\"…\")`"), "{text}");
    }

    #[test]
    fn a_dependency_that_is_named_twice_counts_once() {
        let mut dojob = DoJobber::new();
        dojob.add(DynJob::new("A").run(|_| ())).add(DynJob::new("B").deps(["A", "A"])).root_named("B").root_named("B");
        let report = dojob.checknrun().unwrap();
        assert_eq!(report.jobs().len(), 2);
        assert_eq!(report.job("B").unwrap().planned().dependencies().count(), 1);
    }
}

/// R18.
mod arguments {
    use super::*;

    #[derive(Deserialize, Debug, PartialEq)]
    struct Dinner {
        guests: u32,
        #[serde(default)]
        vegan: bool,
    }

    #[derive(Deserialize)]
    struct Place {
        city: String,
    }

    #[derive(Default)]
    struct LayTable;

    #[job]
    impl LayTable {
        fn check(&self, Args(dinner): Args<Dinner>) -> Result<String> {
            Ok(format!("{} plates, vegan: {}", dinner.guests, dinner.vegan))
        }
        fn run(&self) {}
    }

    #[derive(Default)]
    struct FindPlace;

    #[job(deps = [LayTable])]
    impl FindPlace {
        fn check(&self, dinner: Args<Dinner>, place: &Args<Place>) -> Result<String> {
            Ok(format!("{} in {}", dinner.guests, place.city))
        }
        fn run(&self) {}
    }

    #[test]
    fn that_are_missing_are_an_error_that_names_the_job_before_anything_is_run() {
        let mut dojob = DoJobber::new();
        dojob.add_to::<LayTable>(DynJob::new("first").run(|_| -> Result { panic!("it was run") })).root::<FindPlace>();
        let error = dojob.arg("guests", 4).checknrun().unwrap_err();
        assert!(dojob.report().is_none());
        let [Problem::MissingArgs { job, type_name, reason }] = error.problems() else { panic!("{error}") };
        assert_eq!((job.name.as_str(), &job.file[..]), ("FindPlace", file!()));
        assert!(type_name.ends_with("::Place"), "{type_name}");
        assert!(reason.contains("missing field `city`"), "{reason}");
    }

    struct Bell;

    #[job(deps = [FindPlace])]
    fn knock(_bell: State<Bell>) {}

    #[test]
    fn that_are_missing_are_told_with_all_else_that_is_wrong() {
        let mut dojob = DoJobber::new();
        dojob.add_to::<LayTable>(DynJob::new("hen").deps(["egg"]).limit("nest").run(|_| -> Result { Ok(()) }));
        dojob.add(DynJob::new("egg").deps(["hen"])).root::<knock>().arg("guests", 4).arg("vegan", true);
        let error = dojob.checknrun().unwrap_err();
        let [cycle, limit, args, state] = error.problems() else { panic!("{error}") };
        assert!(matches!(cycle, Problem::Cycle { .. }) && matches!(limit, Problem::UnknownLimit { .. }), "{error}");
        assert!(matches!(args, Problem::MissingArgs { type_name, .. } if type_name.ends_with("::Place")), "{error}");
        assert!(matches!(state, Problem::MissingState { job, .. } if job.name == "knock"), "{error}");
        // A graph that is only looked at needs none of them.
        assert_eq!(dojob.plan().unwrap_err().problems().len(), 2);
    }

    #[derive(Clone)]
    struct Course {
        number: u32,
    }

    #[job(each = courses, name = "course {number}", limit = "kitchen")]
    impl Course {
        fn check(&self, _dinner: Args<Dinner>) {}
        fn run(&self) {}
    }

    fn courses(Args(dinner): Args<Dinner>) -> Vec<Course> {
        vec![Course { number: dinner.guests }]
    }

    #[test]
    fn that_are_missing_are_told_once() {
        let error = DoJobber::new().root::<Course>().root::<LayTable>().checknrun().unwrap_err();
        let [Problem::MissingArgs { type_name, .. }] = error.problems() else { panic!("{error}") };
        assert!(type_name.ends_with("::Dinner"), "{error}");
    }

    #[test]
    fn can_be_given_by_name_and_arrive_typed() {
        let mut dojob = DoJobber::new();
        dojob.root::<LayTable>().arg("guests", 4).arg("vegan", true).arg("unknown", "ignored");
        assert_eq!(dojob.checknrun().unwrap().output::<LayTable>().unwrap(), "4 plates, vegan: true");
        let error = DoJobber::new().root::<LayTable>().arg("guests", "four").checknrun().unwrap_err();
        assert!(error.to_string().contains("invalid type: string \"four\", expected u32"), "{error}");
    }

    #[test]
    fn of_two_types_stand_side_by_side() {
        let mut dojob = DoJobber::new();
        dojob.root::<FindPlace>().set_args(Dinner { guests: 2, vegan: false }).set_args(Place { city: "Ankh".into() });
        assert_eq!(dojob.checknrun().unwrap().output::<FindPlace>().unwrap(), "2 in Ankh");
        dojob.set_args(Dinner { guests: 3, vegan: false });
        assert_eq!(dojob.checknrun().unwrap().output::<FindPlace>().unwrap(), "3 in Ankh");
    }

    #[test]
    fn typed_and_named_never_mix() {
        let mut dojob = DoJobber::new();
        dojob.root::<LayTable>().set_args(Dinner { guests: 2, vegan: false }).arg("guests", 9).arg("vegan", true);
        assert_eq!(dojob.checknrun().unwrap().output::<LayTable>().unwrap(), "2 plates, vegan: false");
    }

    /// Refuses to come out of any data.
    struct Live {
        dial: fn() -> u32,
    }

    impl<'de> Deserialize<'de> for Live {
        fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
            Err(serde::de::Error::custom("not made of data"))
        }
    }

    #[derive(Default)]
    struct Dial;

    #[job]
    impl Dial {
        fn check(&self, Args(live): Args<Live>) -> Result<u32> {
            Ok((live.dial)())
        }
        fn run(&self) {}
    }

    #[test]
    fn that_are_typed_never_go_through_serde() {
        let mut dojob = DoJobber::new();
        dojob.root::<Dial>().set_args(Live { dial: || 112 });
        assert_eq!(dojob.checknrun().unwrap().output::<Dial>(), Some(&112));
    }

    #[test]
    fn can_be_read_by_name_and_by_place() {
        let job = DynJob::new("reads").tries(1).check(|ctx| -> Result<(String, u32, Vec<u8>)> {
            Ok((ctx.arg("city")?, ctx.positional(0)?, ctx.positional(1)?))
        });
        let mut dojob = DoJobber::new();
        dojob.add(job).root_named("reads").arg("city", "Ankh").positional(7).positional([1, 2]);
        let report = dojob.checknrun().unwrap();
        let json = report.output_json("reads").unwrap().unwrap();
        assert_eq!(json, serde_json::json!(["Ankh", 7, [1, 2]]));
    }

    #[test]
    fn that_are_not_there_fail_the_phase_that_reads_them() {
        let reads = |name: &str, check: fn(&Context) -> Result<u32>| DynJob::new(name).tries(1).check(check);
        let mut dojob = DoJobber::new();
        dojob
            .arg("guests", 4)
            .arg("city", "Ankh")
            .positional(7)
            .add(reads("misspelt", |ctx| ctx.arg("guest")))
            .add(reads("unknown", |ctx| ctx.arg("budget")))
            .add(reads("mistyped", |ctx| ctx.arg("city")))
            .add(reads("beyond", |ctx| ctx.positional(1)))
            .add(DynJob::new("all").deps(["misspelt", "unknown", "mistyped", "beyond"]))
            .root_named("all");
        let report = dojob.checknrun().unwrap();
        let error = |job| format!("{:#}", report.error(job).unwrap());
        assert_eq!(error("misspelt"), "no argument named `guest`; there is `guests`");
        assert_eq!(error("unknown"), "no argument named `budget`");
        assert_eq!(error("mistyped"), "argument `city`: invalid type: string \"Ankh\", expected u32");
        assert_eq!(error("beyond"), "no positional argument 1: there are 1 (counted from 0)");
    }

    #[test]
    fn that_can_t_be_stored_are_an_error_of_the_plan() {
        struct Unserialisable;
        impl Serialize for Unserialisable {
            fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
                Err(serde::ser::Error::custom("refused"))
            }
        }
        let mut dojob = DoJobber::new();
        dojob.add(DynJob::new("job")).root_named("job").arg("odd", Unserialisable);
        assert_eq!(
            dojob.checknrun().unwrap_err().to_string(),
            "the jobs can't be run: the argument `odd` can't be stored: refused"
        );
    }
}

/// A job in a crate that nothing here names: it is not linked, and that is told.
#[test]
fn a_job_that_is_not_linked_in() {
    let error = DoJobber::new().root_named("linked_job").checknrun().unwrap_err().to_string();
    assert!(error.contains("a crate that nothing names is not linked: `use its_name as _;` links it"), "{error}");
}
