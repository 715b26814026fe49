//! Where jobs and their names come from.

use super::*;

mod kitchen {
    pub(super) mod cupboard {
        use dojobber::prelude::*;

        #[job]
        pub(in crate::places) fn open() -> Result<u8> {
            Ok(1)
        }

        #[job(deps = [super::Sweep, open])]
        pub(crate) struct Tidy;
    }

    #[dojobber::job(deps = [self::cupboard::open])]
    pub(super) struct Sweep;

    pub(super) use cupboard::open as unlock;
}

use kitchen::cupboard::Tidy;
use kitchen::unlock as unlocked;
use ui_jobs::count_pillows as pillows;

#[job(deps = [Tidy, unlocked, crate::places::kitchen::Sweep, pillows, ui_jobs::fluff_pillows, ui_jobs::Install<ui_jobs::Nginx>])]
fn use_all(opened: Output<unlocked>, pillows: Output<pillows>) -> Result<u32> {
    Ok(u32::from(*opened) + *pillows)
}

#[job]
fn r#match() {}

#[derive(Default)]
struct r#Type {
    r#in: bool,
}

#[job(deps = [r#match])]
impl r#Type {
    fn check(&self) -> bool {
        self.r#in
    }

    fn run(&mut self) {
        self.r#in = true;
    }
}

#[derive(Clone)]
struct Raw {
    r#type: u8,
}

#[job(each = raws, name = "raw {type}", key = r#type, run_only)]
impl Raw {
    fn run(&self) {}
}

fn raws() -> [Raw; 1] {
    [Raw { r#type: 4 }]
}

#[test]
fn are_imported_and_renamed() {
    let report = run::<use_all>();
    assert_eq!(report.output::<use_all>(), Some(&4));
    assert_eq!(
        report.jobs().map(|job| job.name().to_owned()).collect::<Vec<_>>(),
        ["open", "Sweep", "Tidy", "count_pillows", "fluff_pillows", "Install<Nginx>", "use_all"]
    );
}

#[test]
fn are_raw() {
    assert_eq!(names::<Type>(), ["match", "Type"]);
    assert_eq!(names::<Raw>(), ["raw 4", "Raw"].map(str::to_owned)[..1]);
}

#[test]
fn are_the_bodies_of_functions() {
    const TRIES: u32 = 2;

    #[job(tries = TRIES)]
    fn inner() {}

    #[derive(Default)]
    struct Local;

    #[job(deps = [inner])]
    impl Local {
        fn check(&self) {}

        fn run(&self) {}
    }

    #[derive(Clone)]
    struct Each(u8);

    #[job(each = each, name = "local {0}", deps = [Local])]
    impl Each {
        fn check(&self) {}

        fn run(&self) {}
    }

    fn each() -> Vec<Each> {
        vec![Each(1)]
    }

    assert_eq!(names::<Each>(), ["inner", "Local", "local 1"]);
    super::run::<Each>();
}
