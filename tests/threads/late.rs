//! Families that come into being during the run, several at once.

use super::*;

/// Where the `each` of all families meet, so that they are called at once.
struct Meeting(Barrier);

#[derive(Clone)]
struct Names(Vec<(&'static str, Vec<String>)>);

#[job]
fn survey(State(names): State<Names>) -> Result<Vec<(String, Vec<String>)>> {
    Ok(names.0.iter().map(|(family, names)| ((*family).to_owned(), names.clone())).collect())
}

fn of(survey: &[(String, Vec<String>)], family: &str) -> Vec<String> {
    survey.iter().find(|(name, _)| name == family).map(|(_, names)| names.clone()).unwrap_or_default()
}

macro_rules! family {
    ($Family:ident, $members:ident) => {
        #[derive(Clone)]
        struct $Family {
            name: String,
        }

        #[job(each = $members, name = "make {name}", run_only, tries = 1, retry_delay = 0)]
        impl $Family {
            fn run(&self, global: &Global) -> Result<String> {
                global.set(&self.name, stringify!($Family))?;
                Ok(self.name.clone())
            }
        }

        fn $members(survey: Output<survey>, State(meeting): State<Meeting>) -> Vec<$Family> {
            meeting.0.wait();
            of(&survey, stringify!($Family)).into_iter().map(|name| $Family { name }).collect()
        }
    };
}

family!(Left, lefts);
family!(Right, rights);

#[job]
fn list(lefts: Outputs<Left>, rights: Outputs<Right>) -> Result<Vec<String>> {
    Ok(lefts.iter().chain(rights.iter()).map(|(_, name)| name.clone()).collect())
}

fn names(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|index| format!("{prefix}{index}")).collect()
}

fn run(names: Names) -> Report {
    let mut dojob = DoJobber::new();
    dojob.root::<list>().state(names).state(Meeting(Barrier::new(2)));
    within(20, move || Way::Threads(4).run(&mut dojob))
}

#[test]
fn two_families_come_into_being_at_once() {
    for _ in 0..100 {
        let report = run(Names(vec![("Left", names("l", 20)), ("Right", names("r", 20))]));
        assert!(report.success());
        let mut expected = names("l", 20);
        expected.extend(names("r", 20));
        assert_eq!(*report.output::<list>().unwrap(), expected, "in the order of the families and of their members");
        assert_eq!(report.jobs().len(), 44);
        assert!(report.jobs().all(|job| job.tries().len() == 1));
    }
}

#[test]
fn of_two_members_of_one_name_one_family_fails_clearly() {
    let (mut left_failed, mut right_failed) = (0, 0);
    for _ in 0..100 {
        // The same name in both; whoever comes second is told. Its further tries meet nobody.
        let names = Names(vec![("Left", vec!["x".into(), "l".into()]), ("Right", vec!["x".into(), "r".into()])]);
        let mut dojob = DoJobber::new();
        dojob.root::<list>().state(names).state(Meeting(Barrier::new(2))).default_tries(1);
        let report = within(20, move || Way::Threads(4).run(&mut dojob));
        let failed: Vec<_> = report.jobs().filter(|job| job.status() == Some(Status::Failed)).collect();
        assert_eq!(failed.len(), 1, "{failed:?}");
        let (family, text) = (failed[0].name(), format!("{:#}", failed[0].error().unwrap()));
        assert!(text.contains("named `make x`") && text.contains("late.rs:"), "{text}");
        assert_eq!(report.status("make x"), Some(Status::Changed), "the other one's");
        match family {
            "Left" => left_failed += 1,
            "Right" => right_failed += 1,
            other => panic!("{other} failed"),
        }
        assert_eq!(report.status("list"), Some(Status::Blocked));
    }
    assert_eq!(left_failed + right_failed, 100);
}

/// What is to be part of a name or a key, and asks somebody else first.
#[derive(Clone)]
struct Slow {
    waits: Option<(Gate, Gate)>,
}

impl std::fmt::Display for Slow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some((begun, goes_on)) = &self.waits {
            begun.open();
            goes_on.wait();
        }
        f.write_str("slow")
    }
}

#[derive(Clone)]
struct Sluggish {
    number: u32,
    key: Slow,
    needs: Slow,
}

#[job(each = sluggish, key = key, name = "sluggish {number}", deps = [Sluggish[needs]], run_only, tries = 1)]
impl Sluggish {
    fn run(&self) {}
}

fn sluggish(_: Output<survey>, State(slow): State<(Slow, Slow)>) -> [Sluggish; 1] {
    [Sluggish { number: 7, key: slow.0.clone(), needs: slow.1.clone() }]
}

/// It waits until somebody has begun, and lets them go on.
fn beside(begun: Gate, goes_on: Gate) -> DynJob {
    let check = move |_: &Context| {
        begun.wait();
        false
    };
    DynJob::new("beside").check(check).tries(1).run(move |_| goes_on.open())
}

/// The session's lock isn't held while a user's code is called: others go on meanwhile, and what it waits for may be one
/// of them.
#[test]
fn a_key_may_wait_for_another_job_while_it_is_displayed() {
    let plain = Slow { waits: None };
    for is_own in [true, false] {
        let (begun, goes_on) = (Gate::new(), Gate::new());
        let slow = Slow { waits: Some((begun.clone(), goes_on.clone())) };
        // The member needs itself, if its key is right; one that isn't is no matter here.
        let keys = if is_own { (slow, plain.clone()) } else { (plain.clone(), slow) };
        let mut dojob = DoJobber::new();
        let lines = hear(&mut dojob);
        dojob.root::<Sluggish>().state(keys).state(Names(Vec::new())).root_named("beside").add(beside(begun, goes_on));
        let report = within(15, move || Way::Threads(2).run(&mut dojob));
        let error = report.error("Sluggish").unwrap().to_string();
        assert!(error.contains("a cycle of dependencies: sluggish"), "{error}");
        assert!(!lines.take().is_empty());
    }
}

/// A member that asks somebody else first when it is dropped.
#[derive(Clone)]
struct Clinging {
    number: u32,
    begun: Gate,
    goes_on: Gate,
}

impl Drop for Clinging {
    fn drop(&mut self) {
        self.begun.open();
        self.goes_on.wait();
    }
}

#[job(each = clinging, name = "clinging {number}", run_only, tries = 1)]
impl Clinging {
    fn run(&self) {}
}

/// Two of one name, which are refused.
fn clinging(_: Output<survey>, State(gates): State<(Gate, Gate)>) -> Vec<Clinging> {
    let (begun, goes_on) = (*gates).clone();
    let one = || Clinging { number: 1, begun: begun.clone(), goes_on: goes_on.clone() };
    vec![one(), one()]
}

/// Nor is it held while what is a user's is dropped.
#[test]
fn members_that_are_refused_may_wait_for_another_job_while_they_are_dropped() {
    let (begun, goes_on) = (Gate::new(), Gate::new());
    let mut dojob = DoJobber::new();
    dojob
        .lines_to(std::io::sink())
        .root::<Clinging>()
        .state((begun.clone(), goes_on.clone()))
        .state(Names(Vec::new()))
        .root_named("beside")
        .add(beside(begun, goes_on));
    let report = within(15, move || Way::Threads(2).run(&mut dojob));
    let error = report.error("Clinging").unwrap().to_string();
    assert!(error.contains("two members are named `clinging 1`"), "{error}");
}

/// As many as to be looked for while they come into being.
const MANY: usize = 50_000;

#[derive(Clone)]
struct Crowd {
    number: usize,
}

#[job(each = crowd, name = "one {number}", run_only, tries = 1)]
impl Crowd {
    fn run(&self) {}
}

fn crowd(_: Output<survey>, State(begun): State<Gate>) -> Vec<Crowd> {
    begun.wait();
    (0..MANY).map(|number| Crowd { number }).collect()
}

/// Listeners of what jobs say are called while the graph grows.
#[test]
fn members_can_be_looked_up_at_the_moment_they_come_into_being() {
    let begun = Gate::new();
    let talks = begun.clone();
    let found = Arc::new(AtomicUsize::new(0));
    let next = Arc::clone(&found);
    let mut dojob = DoJobber::new();
    dojob.lines_to(Lines::new()).on_event(move |plan, event| {
        if matches!(event.kind, EventKind::Output { .. }) {
            // One that comes soon, as often as there is time for before it comes. Then it has to let go: others want to
            // tell of something, too.
            let number = next.load(Ordering::SeqCst);
            let name = format!("one {number}");
            for _ in 0..10_000 {
                if let Some(job) = plan.find(&name) {
                    assert_eq!((job.name(), job.dependencies().count()), (&*name, 0));
                    assert!(job.id().index() < plan.len());
                    next.store(number + 100, Ordering::SeqCst);
                    break;
                }
            }
        }
    });
    let seen = Arc::clone(&found);
    dojob.root::<Crowd>().state(Names(Vec::new())).state(begun).root_named("talks").add(
        DynJob::new("talks").tries(1).run(move |ctx| {
            talks.open();
            while seen.load(Ordering::SeqCst) < MANY {
                ctx.println("and now");
            }
        }),
    );
    let report = within(60, move || dojob.workers(2).checknrun().unwrap());
    assert!(report.success(), "{:?}", report.error("talks"));
    assert_eq!(report.jobs().len(), MANY + 3);
}
