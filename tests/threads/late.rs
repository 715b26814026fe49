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
