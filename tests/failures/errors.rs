//! What `?`, `Into` and the macros make errors of.

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
