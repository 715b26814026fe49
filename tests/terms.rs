//! On what terms jobs are tried: from attributes, code and the run's defaults into the plan.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]
#![allow(clippy::needless_pass_by_value, reason = "`each` takes its parameters as extractors make them")]
#![allow(clippy::float_cmp, reason = "what was written is what arrives")]

use std::time::Duration;

use dojobber::prelude::*;
use dojobber::{DynJobWith, Plan, PlannedJob, Problem};

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// All that a planned job says of its tries, in seconds.
#[derive(Debug, PartialEq)]
struct Terms {
    retry_delay: Duration,
    retry_backoff: f64,
    retry_max_delay: Option<Duration>,
    retry_jitter: f64,
    timeout: Option<Duration>,
    settle: Duration,
    settle_interval: Duration,
    limits: Vec<String>,
}

impl Terms {
    /// Where neither the job nor the run says anything.
    fn plain() -> Self {
        Self {
            retry_delay: seconds(1.0),
            retry_backoff: 1.0,
            retry_max_delay: None,
            retry_jitter: 0.0,
            timeout: None,
            settle: Duration::ZERO,
            settle_interval: seconds(1.0),
            limits: Vec::new(),
        }
    }

    fn of(job: PlannedJob<'_>) -> Self {
        Self {
            retry_delay: job.retry_delay(),
            retry_backoff: job.retry_backoff(),
            retry_max_delay: job.retry_max_delay(),
            retry_jitter: job.retry_jitter(),
            timeout: job.timeout(),
            settle: job.settle(),
            settle_interval: job.settle_interval(),
            limits: job.limits().map(str::to_owned).collect(),
        }
    }
}

fn terms(plan: &Plan, job: &str) -> Terms {
    Terms::of(plan.find(job).unwrap())
}

const PATIENCE: Duration = Duration::from_millis(1500);

#[derive(Default)]
struct Said;

#[job(
    retry_delay = 2,
    retry_backoff = 1.5,
    retry_max_delay = 60,
    retry_jitter = 1,
    timeout = 0.25,
    settle = 30,
    settle_interval = 0.5,
    limits = ["db", "api"]
)]
impl Said {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

#[derive(Default)]
struct SaidInConstants;

#[job(
    retry_backoff = Self::FACTOR,
    retry_max_delay = PATIENCE,
    retry_jitter = 1.0 / 4.0,
    timeout = Self::LIMIT,
    settle = 2.0 * 1.5,
    settle_interval = Duration::from_millis(100),
    limit = "api",
    deps = [Said]
)]
impl SaidInConstants {
    const FACTOR: f64 = 3.0;
    const LIMIT: u64 = 90;

    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

#[job]
fn unsaid() {}

#[job(timeout = 5, retry_backoff = 2)]
fn by_function() {}

#[job(deps = [SaidInConstants, unsaid, by_function])]
struct All;

#[test]
fn keys_arrive_in_the_plan() {
    let mut dojob = DoJobber::new();
    let plan = dojob.root::<All>().limit("api", 3).limit("unused", 9).limit("db", 1).plan().unwrap();
    let said = Terms {
        retry_delay: seconds(2.0),
        retry_backoff: 1.5,
        retry_max_delay: Some(seconds(60.0)),
        retry_jitter: 1.0,
        timeout: Some(seconds(0.25)),
        settle: seconds(30.0),
        settle_interval: seconds(0.5),
        // As the run declares them.
        limits: vec!["api".to_owned(), "db".to_owned()],
    };
    assert_eq!(terms(&plan, "Said"), said);
    let constants = Terms {
        retry_delay: seconds(1.0),
        retry_backoff: 3.0,
        retry_max_delay: Some(PATIENCE),
        retry_jitter: 0.25,
        timeout: Some(seconds(90.0)),
        settle: seconds(3.0),
        settle_interval: seconds(0.1),
        limits: vec!["api".to_owned()],
    };
    assert_eq!(terms(&plan, "SaidInConstants"), constants);
    assert_eq!(terms(&plan, "unsaid"), Terms::plain());
    assert_eq!(terms(&plan, "All"), Terms::plain());
    let function = Terms { timeout: Some(seconds(5.0)), retry_backoff: 2.0, ..Terms::plain() };
    assert_eq!(terms(&plan, "by_function"), function);
    assert_eq!(plan.limits().collect::<Vec<_>>(), [("api", 3), ("unused", 9), ("db", 1)]);
}

#[test]
fn what_code_says_arrives_in_the_plan() {
    let mut dojob = DoJobber::new();
    let job = DynJob::new("said")
        .retry_delay(0.5)
        .retry_backoff(2.0)
        .retry_max_delay(Duration::from_secs(9))
        .retry_jitter(0.5)
        .timeout(30)
        .settle(0.5)
        .settle_interval(2)
        .limit("b")
        .limits(["a", "b"])
        .deps(["unsaid", "with storage"]);
    let with_storage: DynJobWith<u8> = DynJob::new("with storage").timeout(1).storage(|_| 0);
    dojob.add(job).add(DynJob::new("unsaid")).add(with_storage).root_named("said").limit("a", 1).limit("b", 1);
    let plan = dojob.plan().unwrap();
    let said = Terms {
        retry_delay: seconds(0.5),
        retry_backoff: 2.0,
        retry_max_delay: Some(seconds(9.0)),
        retry_jitter: 0.5,
        timeout: Some(seconds(30.0)),
        settle: seconds(0.5),
        settle_interval: seconds(2.0),
        limits: vec!["a".to_owned(), "b".to_owned()],
    };
    assert_eq!(terms(&plan, "said"), said);
    assert_eq!(terms(&plan, "unsaid"), Terms::plain());
    assert_eq!(terms(&plan, "with storage").timeout, Some(seconds(1.0)));
}

#[test]
fn the_runs_defaults_are_filled_in() {
    let mut dojob = DoJobber::new();
    dojob
        .default_retry_delay(3)
        .default_retry_backoff(1.25)
        .default_retry_max_delay(10)
        .default_retry_jitter(0.1)
        .retry_seed(7)
        .default_timeout(20)
        .default_settle(4)
        .default_settle_interval(0.2)
        .limit("db", 1)
        .limit("api", 1)
        .add(DynJob::new("without").timeout(Duration::MAX))
        .add(DynJob::new("some").retry_backoff(1.0).limit("db"))
        .root::<All>()
        .root_named("without")
        .root_named("some");
    let plan = dojob.plan().unwrap();
    let defaults = || Terms {
        retry_delay: seconds(3.0),
        retry_backoff: 1.25,
        retry_max_delay: Some(seconds(10.0)),
        retry_jitter: 0.1,
        timeout: Some(seconds(20.0)),
        settle: seconds(4.0),
        settle_interval: seconds(0.2),
        limits: Vec::new(),
    };
    assert_eq!(terms(&plan, "unsaid"), defaults());
    assert_eq!(terms(&plan, "All"), defaults());
    assert_eq!(terms(&plan, "without"), Terms { timeout: None, ..defaults() });
    let some = Terms { retry_backoff: 1.0, limits: vec!["db".to_owned()], ..defaults() };
    assert_eq!(terms(&plan, "some"), some);
    let said = terms(&plan, "Said");
    assert_eq!((said.retry_backoff, said.timeout), (1.5, Some(seconds(0.25))));
    assert!(format!("{dojob:?}").contains("retry_seed: 7"));
}

#[derive(Clone)]
struct Member {
    host: &'static str,
}

#[job(each = hosts, name = "member {host}", timeout = 7, limit = "db")]
impl Member {
    fn check(&self) -> bool {
        !self.host.is_empty()
    }

    fn run(&mut self) {}
}

fn hosts() -> [Member; 2] {
    ["ant", "bee"].map(|host| Member { host })
}

#[derive(Clone)]
struct LateMember {
    host: String,
}

#[job(each = late_hosts, name = "late {host}", settle = 8, limit = "db")]
impl LateMember {
    fn check(&self) -> bool {
        !self.host.is_empty()
    }

    fn run(&mut self) {}
}

#[job]
fn find_hosts() -> Result<Vec<String>> {
    Ok(vec!["cat".to_owned(), "dog".to_owned()])
}

fn late_hosts(found: Output<find_hosts>) -> Vec<LateMember> {
    found.iter().map(|host| LateMember { host: host.clone() }).collect()
}

#[test]
fn members_have_what_their_family_says() {
    let mut dojob = DoJobber::new();
    let report = dojob.root::<Member>().root::<LateMember>().limit("db", 1).checknrun().unwrap();
    assert!(report.success());
    let plan = report.plan();
    let limits = || vec!["db".to_owned()];
    for member in ["member ant", "member bee"] {
        let wanted = Terms { timeout: Some(seconds(7.0)), limits: limits(), ..Terms::plain() };
        assert_eq!(terms(plan, member), wanted);
    }
    for member in ["late cat", "late dog"] {
        assert_eq!(terms(plan, member), Terms { settle: seconds(8.0), limits: limits(), ..Terms::plain() });
    }
}

/// What is wrong with one job, or with the run.
mod mistakes {
    use super::*;

    fn texts(dojob: &mut DoJobber) -> Vec<String> {
        dojob.plan().unwrap_err().problems().iter().map(ToString::to_string).collect()
    }

    #[track_caller]
    fn said_of(job: impl Fn(DynJob) -> DynJob) -> Vec<String> {
        let job = job(DynJob::new("job"));
        let mut dojob = DoJobber::new();
        let texts = texts(dojob.add(job).root_named("job").limit("db", 2).limit("search", 2));
        // Where the job was made: in this function.
        let place = format!("job ({}:", file!());
        texts
            .into_iter()
            .map(|text| {
                let (before, after) = text.split_once(&place).expect("names the job");
                let (_, after) = after.split_once(')').expect("names the line");
                format!("{before}JOB{after}")
            })
            .collect()
    }

    #[test]
    fn of_one_job() {
        let some = "it must be a finite number of seconds, more than 0";
        let any = "it must be a finite number of seconds, 0 or more";
        assert_eq!(said_of(|job| job.timeout(0)), [format!("the timeout of JOB is 0 s; {some}")]);
        assert_eq!(said_of(|job| job.timeout(-1)), [format!("the timeout of JOB is -1 s; {some}")]);
        assert_eq!(said_of(|job| job.settle(-0.5)), [format!("the time to settle of JOB is -0.5 s; {any}")]);
        let interval = said_of(|job| job.settle_interval(Duration::ZERO));
        assert_eq!(interval, [format!("the settle interval of JOB is 0 s; {some}")]);
        let longest = said_of(|job| job.retry_max_delay(f64::INFINITY));
        assert_eq!(longest, [format!("the longest retry delay of JOB is inf s; {any}")]);
        let backoff = said_of(|job| job.retry_backoff(0.5));
        assert_eq!(backoff, ["the retry backoff of JOB is 0.5; it must be a finite number, 1 or more"]);
        let jitter = said_of(|job| job.retry_jitter(1.5));
        assert_eq!(jitter, ["the retry jitter of JOB is 1.5; it must be a number from 0 to 1"]);
        assert_eq!(said_of(|job| job.retry_delay(-1).timeout(0).retry_jitter(-1.0).limit("x")).len(), 4);
    }

    #[test]
    fn of_its_limits() {
        let unknown = said_of(|job| job.limit("cache"));
        let declare = r#"declare it, as in `dojob.limit("cache", 2)`"#;
        assert_eq!(unknown, [format!("JOB holds the limit `cache`, which nobody declared; {declare}")]);
        let misspelt = said_of(|job| job.limits(["db", "serach"]));
        assert_eq!(misspelt, ["JOB holds the limit `serach`, which nobody declared; did you mean `search`?"]);
        assert_eq!(said_of(|job| job.limit("")), ["the name of a limit of JOB is empty"]);
    }

    #[test]
    fn names_the_place() {
        let line = line!() + 1;
        let job = DynJob::new("slow").timeout(0).limit("gone");
        let texts = texts(DoJobber::new().add(job).root_named("slow"));
        let place = format!("slow ({}:{line})", file!());
        let expected = [
            format!("the timeout of {place} is 0 s; it must be a finite number of seconds, more than 0"),
            format!(
                "{place} holds the limit `gone`, which nobody declared; declare it, as in `dojob.limit(\"gone\", 2)`"
            ),
        ];
        assert_eq!(texts, expected);
    }

    #[test]
    fn of_the_run() {
        let mut dojob = DoJobber::new();
        dojob
            .root::<unsaid>()
            .default_retry_backoff(f64::NAN)
            .default_retry_max_delay(-1)
            .default_retry_jitter(2.0)
            .default_timeout(0)
            .default_settle(f64::NEG_INFINITY)
            .default_settle_interval(0)
            .limit("db", 0)
            .limit(" ", 1);
        let expected = [
            "the default timeout is 0 s; it must be a finite number of seconds, more than 0",
            "the default longest retry delay is -1 s; it must be a finite number of seconds, 0 or more",
            "the default time to settle is -inf s; it must be a finite number of seconds, 0 or more",
            "the default settle interval is 0 s; it must be a finite number of seconds, more than 0",
            "the default retry backoff is NaN; it must be a finite number, 1 or more",
            "the default retry jitter is 2; it must be a number from 0 to 1",
            "the limit `db` is 0; at least 1 is needed",
            "the name of a limit is empty",
        ];
        assert_eq!(texts(&mut dojob), expected);
    }

    #[test]
    fn a_second_call_changes_the_number() {
        let mut dojob = DoJobber::new();
        let plan = dojob.root::<unsaid>().limit("db", 0).limit("db", 4).plan().unwrap();
        assert_eq!(plan.limits().collect::<Vec<_>>(), [("db", 4)]);
    }

    #[test]
    fn a_family_is_told_once() {
        let problems = DoJobber::new().root::<Member>().plan().unwrap_err();
        let [Problem::UnknownLimit { limit, job, nearest: None }] = problems.problems() else { panic!("{problems}") };
        assert_eq!((&limit[..], &job.name[..], &job.file[..]), ("db", "member ant", file!()));
    }

    #[test]
    fn jobs_outside_the_plan_are_not_looked_at() {
        let mut dojob = DoJobber::new();
        dojob.add(DynJob::new("bad").timeout(0).limit("gone")).add(DynJob::new("fine")).root_named("fine");
        assert_eq!(dojob.plan().unwrap().len(), 1);
    }
}
