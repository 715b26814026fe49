//! R16: a panic in any code of a user's is that job's failure, with message and place.

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
