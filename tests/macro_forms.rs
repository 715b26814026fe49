//! The forms that `#[job]` accepts: that they compile, and what they do.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]
#![allow(unused_qualifications, reason = "paths of all kinds are what is tested")]
#![allow(clippy::unnecessary_wraps, reason = "what is returned is tested, not why")]

use dojobber::prelude::*;
use dojobber::testing::VirtualClock;
use dojobber::{Job, Kind, Status};

/// To run `J`, without waiting.
fn root<J: Job>() -> DoJobber {
    let mut dojob = DoJobber::new();
    dojob.root::<J>().clock(VirtualClock::new());
    dojob
}

/// Runs `J`, which must succeed.
#[track_caller]
fn run<J: Job>() -> Report {
    let report = root::<J>().checknrun().unwrap();
    let errors: Vec<_> = report.jobs().filter_map(|job| Some(format!("{}: {:#}", job.name(), job.error()?))).collect();
    assert!(report.success(), "{errors:?}");
    report
}

/// The names of the jobs below `J`, in the order of the plan.
#[track_caller]
fn names<J: Job>() -> Vec<String> {
    root::<J>().plan().unwrap().jobs().map(|job| job.name().to_owned()).collect()
}

/// The text of the error that `J` failed with.
#[track_caller]
fn error_of<J: Job>(name: &str) -> String {
    let report = root::<J>().checknrun().unwrap();
    report.error(name).unwrap().to_string()
}

mod items {
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
}

mod values {
    //! What each try starts with.

    use super::*;

    #[job(deps = [FromNew, FromResult, FromExtractors, NoValue, Mixed])]
    struct All;

    struct FromNew(u8);

    #[job]
    impl FromNew {
        fn new() -> Self {
            Self(3)
        }

        fn check(&self) -> Result<u8> {
            Ok(self.0)
        }

        fn run(&self) {}
    }

    struct FromResult(u8);

    #[job]
    impl FromResult {
        fn new() -> Result<FromResult, std::num::ParseIntError> {
            Ok(Self("4".parse()?))
        }

        #[allow(clippy::needless_arbitrary_self_type)]
        fn check(self: &Self) -> Result<u8> {
            Ok(self.0)
        }

        #[allow(clippy::needless_arbitrary_self_type)]
        fn run(self: &mut Self) {}
    }

    struct FromExtractors(u32, Phase);

    #[job]
    impl FromExtractors {
        fn new(attempt: Try, phase: Phase, ctx: &Context) -> Self {
            assert_eq!(ctx.phase(), phase);
            Self(attempt.number, phase)
        }

        fn check(&self) -> bool {
            self.0 == 1 && self.1 == Phase::Check
        }

        fn run(&self) {}
    }

    /// Without `self`, no value is needed: this one can't even be made.
    enum NoValue {}

    #[job]
    impl NoValue {
        fn check() -> Result {
            Ok(())
        }

        fn run() {}
    }

    /// One method with, one without.
    #[derive(Default)]
    struct Mixed {
        ran: bool,
    }

    #[job]
    impl Mixed {
        fn check(&self) -> bool {
            self.ran && Self::helper()
        }

        fn run(&mut self) {
            self.ran = true;
        }

        fn cleanup(global: &Global) -> Result {
            global.set("cleaned", true)
        }

        /// Methods besides are the user's own, also near misses that are called.
        fn helper() -> bool {
            Self::check_it() && Self::now() == 1
        }

        fn check_it() -> bool {
            true
        }

        fn now() -> u8 {
            1
        }
    }

    struct Refuses;

    #[job(tries = 1)]
    impl Refuses {
        fn new() -> Result<Self> {
            bail!("no value today")
        }

        fn check(&self) {}

        fn run(&self) {}
    }

    #[test]
    fn are_made_anew() {
        let report = run::<All>();
        assert_eq!((report.output::<FromNew>(), report.output::<FromResult>()), (Some(&3), Some(&4)));
        assert!(report.global().get::<bool>("cleaned").unwrap());
        assert_eq!(error_of::<Refuses>("Refuses"), "no value today");
    }
}

mod parameters {
    //! Extractors, in any order and number.

    use super::*;

    #[derive(serde::Deserialize)]
    struct House {
        rooms: u8,
    }

    struct Pool(u8);

    #[job]
    fn count() -> Result<u8> {
        Ok(2)
    }

    #[derive(Clone)]
    struct Door(u8);

    #[job(each = doors, name = "Door {0}", run_only)]
    impl Door {
        fn run(&self) -> Result<u8> {
            Ok(self.0)
        }
    }

    fn doors(Args(args): Args<House>) -> impl Iterator<Item = Door> {
        (0..args.rooms).map(Door)
    }

    /// One of the user's own.
    struct Rooms(u8);

    impl FromContext<'_> for Rooms {
        fn from_context(ctx: &Context) -> Result<Self> {
            Ok(Self(<Args<House>>::from_context(ctx)?.rooms))
        }

        fn requires(requires: &mut dojobber::Requires) {
            requires.args::<House>();
        }
    }

    use dojobber::FromContext;

    #[derive(Default)]
    struct Takes {
        seen: u8,
    }

    #[job]
    impl Takes {
        #[allow(clippy::too_many_arguments)]
        fn run(
            &mut self,
            phase: Phase,
            Args(house): Args<House>,
            doors: Outputs<Door>,
            mut attempt: Try,
            count: Output<count>,
            State(pool): State<Pool>,
            changed: Changed<count>,
            global: &Global,
            Rooms(rooms): Rooms,
            ctx: &Context,
            maybe: Option<Output<count>>,
        ) -> Result {
            attempt.number += 1;
            ensure!(phase == Phase::Run && ctx.phase() == phase && attempt.number == 2);
            ensure!(house.rooms == rooms && changed.get() && maybe.is_some());
            self.seen = u8::try_from(doors.len())? + *count + pool.0;
            global.set("seen", self.seen)
        }

        fn check(&self, _: &Global, args: &Args<House>) -> bool {
            self.seen == args.rooms + 2 + 10
        }
    }

    #[job(check = is_told)]
    fn told(global: &Global, count: Output<count>, args: Args<House>) -> Result {
        global.set("told", *count + args.rooms)
    }

    #[allow(clippy::needless_pass_by_value, reason = "that is how an extractor is taken")]
    fn is_told(args: &Args<House>, phase: Phase, global: &Global, count: Output<count>) -> bool {
        phase != Phase::Run && global.get::<u8>("told").is_ok_and(|told| told == *count + args.rooms)
    }

    #[test]
    fn are_extracted() {
        let mut dojob = root::<Takes>();
        let report = dojob.root::<told>().set_args(House { rooms: 3 }).state(Pool(10)).checknrun().unwrap();
        let error = report.error("Takes").or(report.error("told"));
        assert!(report.success(), "{error:?}");
        assert_eq!(report.global().get::<u8>("seen").unwrap(), 15);
    }

    #[test]
    fn imply_dependencies_by_phase_and_parameter() {
        let mut dojob = root::<Takes>();
        dojob.set_args(House { rooms: 1 }).state(Pool(0));
        let plan = dojob.plan().unwrap();
        let needed: Vec<_> = plan.find("Takes").unwrap().dependencies().map(|job| job.name().to_owned()).collect();
        assert_eq!(needed, ["Door 0", "count"]);
    }
}

mod returns {
    //! All that a function may return.

    use super::*;

    #[job(deps = [nothing, yes, ok_yes, io, text, any, aliased, given])]
    struct All;

    #[job]
    fn nothing() {}

    #[job]
    fn yes() -> bool {
        true
    }

    #[job]
    fn ok_yes() -> Result<bool> {
        Ok(true)
    }

    #[job]
    fn io() -> std::io::Result<u64> {
        Ok(std::fs::metadata(".")?.len())
    }

    #[job]
    fn text() -> Result<(), String> {
        Ok(())
    }

    #[job]
    fn any() -> anyhow::Result<Vec<u8>> {
        Ok(vec![1, 2])
    }

    type Aliased = std::result::Result<(u8, Option<char>), std::fmt::Error>;

    #[job]
    fn aliased() -> Aliased {
        Ok((1, Some('x')))
    }

    #[job]
    fn given(any: Output<any>, aliased: Output<aliased>) -> Result {
        ensure!(any.len() == 2 && aliased.1 == Some('x'));
        Ok(())
    }

    #[job(tries = 1, deps = [])]
    fn no() -> bool {
        false
    }

    #[job(tries = 1)]
    fn ok_no() -> Result<bool> {
        Ok(false)
    }

    #[job(tries = 1)]
    fn io_error() -> std::io::Result<()> {
        Err(std::io::Error::other("disk on fire"))
    }

    #[job(tries = 1)]
    fn text_error() -> Result<u8, String> {
        Err("no number".to_owned())
    }

    #[job(tries = 1)]
    fn any_error() -> anyhow::Result<()> {
        anyhow::bail!("anyhow")
    }

    #[test]
    fn pass() {
        let report = run::<All>();
        assert_eq!(report.output::<any>(), Some(&vec![1, 2]));
        assert_eq!(report.output::<aliased>(), Some(&(1, Some('x'))));
        assert!(report.output_json("ok_yes").is_none(), "a verdict is no result");
    }

    #[test]
    fn fail() {
        assert_eq!(error_of::<no>("no"), "run returned false");
        assert_eq!(error_of::<ok_no>("ok_no"), "run returned false");
        assert_eq!(error_of::<io_error>("io_error"), "disk on fire");
        assert_eq!(error_of::<text_error>("text_error"), "no number");
        assert_eq!(error_of::<any_error>("any_error"), "anyhow");
    }
}

mod constants {
    //! `tries` and `retry_delay`.

    use super::*;
    use std::time::Duration;

    const HALF: f64 = 0.5;
    const WHOLE: u64 = 2;
    const LONG: Duration = Duration::from_hours(1);

    const fn doubled(seconds: f64) -> f64 {
        seconds * 2.0
    }

    #[derive(Default)]
    struct Own;

    #[job(tries = Self::TRIES - 3, retry_delay = Self::DELAY)]
    impl Own {
        const TRIES: u32 = 8;
        const DELAY: Duration = Duration::from_millis(10);

        fn check(&self) {}

        fn run(&self) {}
    }

    #[job(tries = Own::TRIES, retry_delay = 1.001)]
    fn literal() {}

    #[job(retry_delay = 3, tries = 1_0)]
    fn whole() {}

    #[job(retry_delay = HALF / 2.0)]
    fn float() {}

    #[job(retry_delay = WHOLE + 1)]
    fn integer() {}

    #[job(retry_delay = 1 + 1)]
    fn sum() {}

    #[job(retry_delay = doubled(0.75), tries = if WHOLE > 1 { 4 } else { 5 })]
    fn computed() {}

    #[job(retry_delay = LONG, tries = u32::MAX)]
    fn long() {}

    #[job(retry_delay = 0)]
    fn none() {}

    #[job(deps = [Own, literal, whole, float, integer, sum, computed, long, none])]
    struct All;

    #[test]
    fn are_what_was_written() {
        let plan = root::<All>().plan().unwrap();
        let found: Vec<_> = plan.jobs().map(|job| (job.tries(), job.retry_delay())).take(9).collect();
        let millis = Duration::from_millis;
        let expected = [
            (5, millis(10)),
            (8, millis(1001)),
            (10, millis(3000)),
            (3, millis(250)),
            (3, millis(3000)),
            (3, millis(2000)),
            (4, millis(1500)),
            (u32::MAX, LONG),
            (3, millis(0)),
        ];
        assert_eq!(found, expected);
    }
}

mod conditions {
    //! `#[cfg]` on methods, and on the item below the attribute.

    use super::*;

    #[derive(Default)]
    struct OneOfTwo;

    #[job]
    impl OneOfTwo {
        #[cfg(not(test))]
        fn check(&self) -> Result<NotThere> {
            Ok(not_there())
        }

        #[cfg(test)]
        fn check(&self) -> Result<u8> {
            Ok(1)
        }

        fn run(&self) {}

        #[cfg(not(test))]
        fn cleanup(&self, _: NotThere) {}
    }

    #[derive(Default)]
    struct TheOther;

    #[job]
    impl TheOther {
        #[cfg(test)]
        fn check(&self) -> Result<u8> {
            Ok(2)
        }

        #[cfg(not(test))]
        fn check(&self) -> bool {
            false
        }

        fn run(&self) {}
    }

    #[derive(Default)]
    struct MaybeNew(u8);

    #[job]
    impl MaybeNew {
        #[cfg(not(test))]
        fn new() -> Self {
            Self(9)
        }

        fn check(&self) -> Result<u8> {
            Ok(self.0)
        }

        fn run(&self) {}
    }

    #[job]
    #[cfg(not(test))]
    fn below() -> Result<NotThere> {}

    #[job(deps = [OneOfTwo, TheOther, MaybeNew])]
    #[cfg(test)]
    fn below() -> Result<u8> {
        Ok(3)
    }

    #[test]
    fn hold_for_what_calls_them() {
        let report = run::<below>();
        assert_eq!((report.output::<OneOfTwo>(), report.output::<TheOther>()), (Some(&1), Some(&2)));
        assert_eq!((report.output::<MaybeNew>(), report.output::<below>()), (Some(&0), Some(&3)));
    }
}

mod places {
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
}

mod from_macros {
    //! Jobs that the user's own macros make.

    use super::*;

    macro_rules! steps {
        ($($name:ident: $label:literal needs [$($dep:path),*] tries $tries:expr, waits $delay:expr;)*) => {$(
            #[job(name = $label, deps = [$($dep),*], tries = $tries, retry_delay = $delay)]
            fn $name() {}
        )*};
    }

    const TRIES: u32 = 5;

    steps! {
        first: "the first" needs [] tries 1, waits 0.5;
        second: "the second" needs [first] tries TRIES - 1, waits -1.0 * -2.0;
        third: "the third" needs [first, self::second] tries 1 + 1, waits std::time::Duration::from_secs(3);
    }

    macro_rules! package {
        ($ty:ty, needs $dep:ty, result $result:ty, is $value:expr) => {
            #[job(deps = [$dep])]
            impl $ty {
                fn check(&self) -> Result<$result> {
                    Ok($value)
                }

                fn run(&mut self) {}
            }
        };
    }

    #[derive(Default)]
    struct Nginx;

    package!(Nginx, needs third, result String, is "nginx".into());

    #[derive(Default)]
    struct Redis;

    package!(Redis, needs Nginx, result u8, is 6);

    macro_rules! family {
        ($(#[$meta:meta])* $ty:ident, $each:path, $name:literal, $key:ident) => {
            #[derive(Clone)]
            struct $ty {
                $key: u8,
            }

            $(#[$meta])*
            #[job(each = $each, name = $name, key = $key, deps = [Redis])]
            impl $ty {
                fn check(&self) -> Result<u8> {
                    Ok(self.$key)
                }

                fn run(&self) {}
            }
        };
    }

    family!(
        /// Documented by the caller.
        Numbered,
        numbers,
        "number {number}",
        number
    );

    fn numbers() -> [Numbered; 2] {
        [1, 2].map(|number| Numbered { number })
    }

    macro_rules! group {
        ($name:ident = $($dep:tt)*) => {
            #[job(deps = [$($dep)*])]
            struct $name;
        };
    }

    group!(All = Redis, Numbered, water_roses);

    renamed_jobs::chore!(water_roses after third);

    #[test]
    fn are_jobs_like_others() {
        let report = run::<All>();
        assert_eq!(
            report.jobs().map(|job| job.name().to_owned()).collect::<Vec<_>>(),
            [
                "the first",
                "the second",
                "the third",
                "Nginx",
                "Redis",
                "number 1",
                "number 2",
                "water",
                "water_roses",
                "All"
            ]
        );
        assert_eq!(report.output::<Nginx>().map(String::as_str), Some("nginx"));
        let second = report.plan().find("the second").unwrap();
        assert_eq!((second.tries(), second.retry_delay()), (4, std::time::Duration::from_secs(2)));
        assert_eq!(report.plan().find("number 2").unwrap().description(), "Documented by the caller.");
    }
}

mod families {
    //! One job for each value.

    use super::*;
    use std::collections::BTreeMap;

    macro_rules! family {
        ($name:ident($($field:ty),*), $each:ident, $($keys:tt)*) => {
            #[derive(Clone)]
            struct $name($($field),*);

            #[job(each = $each, $($keys)*)]
            impl $name {
                fn check(&self) -> Result<String> {
                    Ok(self.0.to_string())
                }

                fn run(&self) {}
            }
        };
    }

    family!(Plain(&'static str), plain, name = "plain {0}", required_by = [All], tags = ["some", "words"]);
    family!(Fallible(u8), fallible, name = "fallible {0:>3} of {0:03}");
    family!(Braces(char, u8), iterated, name = "{{{0}}} {1:#x}", key = 1);
    family!(Tuple(u8, u8), mapped, name = "tuple {0} {1}", key = (1, 0));
    family!(Member(u8, u8), members, name = "member {0}", deps = [Tuple[0, 1], Braces[0], Plain]);
    family!(Empty(u8), empty, name = "empty {0}");

    #[job(deps = [Fallible, Member, Empty])]
    struct All;

    fn plain() -> Vec<Plain> {
        vec![Plain("b"), Plain("a")]
    }

    fn fallible(global: &Global, ctx: &Context) -> Result<Option<Fallible>, std::io::Error> {
        let taken = global.contains("taken") || ctx.arg::<bool>("taken").is_ok();
        Ok((!taken).then_some(Fallible(7)))
    }

    fn iterated() -> impl Iterator<Item = Braces> {
        [Braces('x', 255), Braces('y', 254)].into_iter()
    }

    fn mapped() -> anyhow::Result<impl IntoIterator<Item = Tuple>> {
        let pairs = BTreeMap::from([(1, 254), (2, 255)]);
        Ok(pairs.into_iter().map(|(one, two)| Tuple(one, two)))
    }

    fn members() -> [Member; 2] {
        [Member(254, 1), Member(255, 2)]
    }

    fn empty() -> Vec<Empty> {
        Vec::new()
    }

    #[test]
    fn have_members_that_are_jobs() {
        let report = run::<All>();
        let member = report.plan().find("member 254").unwrap();
        let needed: Vec<_> = member.dependencies().map(|job| job.name().to_owned()).collect();
        assert_eq!(needed, ["tuple 1 254", "{y} 0xfe", "plain b", "plain a"]);
        assert_eq!(
            report.outputs::<Member>().collect::<Vec<_>>(),
            [("member 254", &"254".to_owned()), ("member 255", &"255".to_owned())]
        );
    }

    #[test]
    fn are_named_by_their_template() {
        assert_eq!(names::<Plain>(), ["plain b", "plain a"]);
        assert_eq!(names::<Fallible>(), ["fallible   7 of 007"]);
        assert_eq!(names::<Braces>(), ["{x} 0xff", "{y} 0xfe"]);
        assert_eq!(names::<Tuple>(), ["tuple 1 254", "tuple 2 255"]);
    }

    #[derive(Clone)]
    struct Configure {
        host: String,
        port: u16,
    }

    #[job(each = hosts, name = "configure {host}", key = (host, port), tries = 2)]
    impl Configure {
        fn check(&self) -> Result<u16> {
            Ok(self.port)
        }

        fn run(&mut self) {}
    }

    fn hosts() -> Vec<Configure> {
        [("a", 80), ("b", 443)].map(|(host, port)| Configure { host: host.into(), port }).into()
    }

    #[derive(Clone)]
    struct Restart {
        host: String,
        port: u16,
    }

    #[job(each = restarts, name = "restart {host}", deps = [Configure[host, port]], run_only)]
    impl Restart {
        fn run(&self, port: Output<Configure>, changed: Changed<Configure>) -> Result<String> {
            ensure!(*port == self.port && !changed.get());
            Ok(format!("{}:{port}", self.host))
        }
    }

    fn restarts() -> impl DoubleEndedIterator<Item = Restart> {
        hosts().into_iter().map(|Configure { host, port }| Restart { host, port }).rev()
    }

    #[job]
    fn announce(all: Outputs<Restart>) -> Result<Vec<String>> {
        Ok(all.iter().map(|(name, place)| format!("{name} at {place}")).collect())
    }

    #[test]
    fn find_their_counterparts() {
        let report = run::<announce>();
        assert_eq!(report.output::<announce>().unwrap(), &["restart b at b:443", "restart a at a:80"]);
        let needed = report.plan().find("restart a").unwrap().dependencies().map(|job| job.name().to_owned());
        assert_eq!(needed.collect::<Vec<_>>(), ["configure a"]);
    }

    #[test]
    fn join_sets_and_what_they_are_required_by() {
        let mut dojob = DoJobber::new();
        let plan = dojob.tag("words").plan().unwrap();
        assert_eq!(plan.jobs().map(|job| job.name().to_owned()).collect::<Vec<_>>(), ["plain b", "plain a"]);
    }
}

mod instances {
    //! One job for each of some types.

    use super::*;
    use std::marker::PhantomData;

    trait Package {
        const NAME: &'static str;
    }

    #[derive(Default)]
    struct Nginx;

    impl Package for Nginx {
        const NAME: &'static str = "nginx";
    }

    struct Redis<'a>(PhantomData<&'a str>);

    impl Package for Redis<'_> {
        const NAME: &'static str = "redis";
    }

    struct Install<P, const TWICE: bool>(PhantomData<P>);

    impl<P, const TWICE: bool> Default for Install<P, TWICE> {
        fn default() -> Self {
            Self(PhantomData)
        }
    }

    /// A package is there.
    #[job(instances = [self::Install<Nginx, false>, Install<Redis<'static>, true>], tries = 1, tags = ["packages"])]
    impl<P: Package, const TWICE: bool> Install<P, TWICE> {
        fn check(&self) -> Result<&'static str> {
            Ok(P::NAME)
        }

        fn run(&mut self) {}
    }

    struct Start<P>(P);

    #[job(instances = [Start<Nginx>], deps = [Install<Nginx, false>])]
    impl<P> Start<P>
    where
        P: Default,
    {
        fn new() -> Self {
            Self(P::default())
        }

        fn check(&self) -> bool {
            let _ = &self.0;
            true
        }

        fn run(&self) {}
    }

    #[job(deps = [Start<Nginx>, Install<Redis<'static>, true>])]
    fn report(name: Output<Install<Nginx, false>>) -> Result {
        ensure!(*name == "nginx");
        Ok(())
    }

    #[test]
    fn are_jobs_each() {
        run::<report>();
        assert_eq!(
            names::<report>(),
            ["Install<Nginx, false>", "Start<Nginx>", "Install<Redis<'static>, true>", "report"]
        );
        let registered = dojobber::registered();
        let tagged = registered.iter().filter(|job| job.tags() == ["packages"]).count();
        assert_eq!(tagged, 2);
    }
}

mod others {
    //! Crates with other editions, lints and names for dojobber.

    use super::*;

    #[test]
    fn of_edition_2021_run() {
        let mut dojob = root::<jobs_2021::Ready>();
        dojob.root::<jobs_2021::shadowed::Member>();
        let house = jobs_2021::House { rooms: vec!["kitchen".into(), "hall".into()] };
        let report = dojob.set_args(house).checknrun().unwrap();
        assert!(report.success());
        assert_eq!(
            report.jobs().map(|job| job.name().to_owned()).collect::<Vec<_>>(),
            [
                "Swept",
                "Air the kitchen",
                "Air the hall",
                "light_up",
                "Job",
                "job",
                "run",
                "Rung",
                "ring",
                "Ready",
                "  0",
                "  1"
            ]
        );
        assert_eq!(report.output::<jobs_2021::Swept>(), Some(&2));
        assert!(report.global().get::<bool>("broom_returned").unwrap());
    }

    #[test]
    fn that_renamed_the_dependency_run() {
        let report = run::<renamed_jobs::Garden>();
        assert_eq!(
            report.jobs().map(|job| job.name().to_owned()).collect::<Vec<_>>(),
            ["Mown", "water", "Plant beans", "Plant peas", "Bought<Spade>", "weed", "Garden"]
        );
        let mown = report.plan().find("Mown").unwrap();
        assert_eq!((mown.tries(), mown.retry_delay()), (2, std::time::Duration::from_millis(1500)));
    }
}
