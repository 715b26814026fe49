//! On an impl, a struct and a function.

use super::*;

/// Gathers.
///
/// In two paragraphs.
#[job(deps = [Whole, OnlyRuns, runs, checks_first])]
struct Group;

/// A whole job.
#[derive(Default)]
struct Whole {
    done: bool,
}

/// What the impl is for.
#[job]
impl Whole {
    fn check(&self) -> bool {
        self.done
    }

    fn run(&mut self) {
        self.done = true;
    }
}

#[derive(Default)]
struct OnlyRuns;

#[job(run_only, name = "only runs")]
impl OnlyRuns {
    fn run(&self) -> Result<u8> {
        Ok(7)
    }
}

#[job]
fn runs() -> Result<&'static str> {
    Ok("ran")
}

#[job(check = was_run)]
fn checks_first(global: &Global) -> Result {
    global.set("was run", true)
}

fn was_run(global: &Global) -> Result<bool> {
    global.set("was asked", true)?;
    Ok(global.contains("was run"))
}

/// Saying what a function is anyway does no harm.
#[job(run_only)]
fn says_so() {}

#[test]
fn are_of_their_kinds() {
    let plan = root::<Group>().plan().unwrap();
    let kinds: Vec<_> = plan.jobs().map(|job| (job.name().to_owned(), job.kind())).collect();
    let expected = [
        ("Whole", Kind::Job),
        ("only runs", Kind::RunOnly),
        ("runs", Kind::RunOnly),
        ("checks_first", Kind::Job),
        ("Group", Kind::Group),
    ];
    assert_eq!(kinds, expected.map(|(name, kind)| (name.to_owned(), kind)));
    assert_eq!(plan.find("Group").unwrap().description(), "Gathers.\n\nIn two paragraphs.");
    assert_eq!(plan.find("Whole").unwrap().description(), "What the impl is for.");
}

#[test]
fn run() {
    let report = super::run::<Group>();
    assert_eq!(report.status("Whole"), Some(Status::Changed));
    assert_eq!(report.status("checks_first"), Some(Status::Changed));
    assert_eq!(report.output::<OnlyRuns>(), Some(&7));
    assert_eq!(report.output::<runs>(), Some(&"ran"));
    super::run::<says_so>();
}

#[test]
fn leave_the_function_as_it_was() {
    assert_eq!(runs().unwrap(), "ran");
}
