//! R13 and R14: graphs that can't be run are an error, and nothing of them is run.

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
