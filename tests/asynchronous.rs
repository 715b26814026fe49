//! Async functions, wherever a job has one, beside blocking ones.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]
#![allow(clippy::unnecessary_wraps, reason = "what is returned is tested, not why")]
#![allow(clippy::unused_async, reason = "that they are async is tested")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dojobber::prelude::*;
use dojobber::{AsyncFromContext, ErrorKind, EventKind, Kind, Requires, Status};
use dojobber_tests::{Lines, root, run};
use tokio::time::sleep;

/// Suspends once, so that a future is not ready at its first poll.
async fn a_moment() {
    sleep(Duration::from_millis(1)).await;
}

mod methods {
    use super::*;

    struct Oven {
        heat: u32,
        lit: bool,
    }

    #[job(tries = 1)]
    impl Oven {
        async fn new(ctx: &Context) -> Result<Self> {
            a_moment().await;
            Ok(Self { heat: ctx.arg("heat")?, lit: false })
        }

        async fn check(&self, global: &Global) -> Result<u32> {
            a_moment().await;
            ensure!(self.lit && global.contains("gas"), "the oven is cold");
            Ok(self.heat)
        }

        async fn run(&mut self, attempt: Try, global: &Global) -> Result {
            a_moment().await;
            self.lit = attempt.number == 1;
            global.set("gas", true)
        }

        async fn cleanup(&mut self, global: &Global) {
            a_moment().await;
            self.lit = false;
            global.remove("gas");
        }
    }

    #[test]
    fn all_can_be_async() {
        let report = DoJobber::new().root::<Oven>().arg("heat", 220).checknrun().unwrap();
        assert_eq!(report.status("Oven"), Some(Status::Changed), "{report:?}");
        assert_eq!(report.output::<Oven>(), Some(&220));
        assert!(!report.global().contains("gas"));
        let report = DoJobber::new().root::<Oven>().checknrun().unwrap();
        assert!(report.failure() && report.error("Oven").unwrap().to_string().contains("heat"));
    }

    #[derive(Default)]
    struct Dough {
        kneaded: std::cell::Cell<bool>,
    }

    /// A value that can't be shared between threads can be lent mutably to async functions, and otherwise to blocking
    /// ones.
    #[job]
    impl Dough {
        fn new() -> Self {
            Self::default()
        }

        fn check(&self) -> bool {
            self.kneaded.get()
        }

        async fn run(&mut self) -> std::io::Result<()> {
            a_moment().await;
            self.kneaded.set(true);
            Ok(())
        }

        async fn cleanup() {}
    }

    #[derive(Default)]
    struct Timer;

    #[job(run_only)]
    impl Timer {
        #[cfg(unix)]
        async fn run(&self) -> Result<u8> {
            Ok(7)
        }

        #[cfg(not(unix))]
        fn run(&self) -> Result<u8> {
            Ok(7)
        }
    }

    /// As many parameters as there can be.
    #[derive(Default)]
    struct Many(u32);

    #[job]
    impl Many {
        #[allow(clippy::too_many_arguments, reason = "their number is tested")]
        async fn check(
            &self,
            a: &Context,
            _: &Global,
            _: Try,
            _: Phase,
            _: &Context,
            _: &Context,
            _: &Context,
            _: &Context,
            _: &Context,
            _: &Context,
            _: &Context,
            z: &Context,
        ) -> Result<(u32, bool)> {
            a_moment().await;
            ensure!(self.0 > 0);
            Ok((self.0, std::ptr::eq(a, z)))
        }

        async fn run(&mut self, _: &Context, _: &Context, _: &Context, _: &Context, _: &Context, _: &Context) {
            self.0 += 1;
        }
    }

    /// A generic one, of which nothing else is known.
    struct Bowl<T>(u32, std::marker::PhantomData<T>);

    #[job(instances = [Bowl<u8>, Bowl<String>], when = Self::is_wanted)]
    impl<T: Default + Send + 'static> Bowl<T> {
        async fn new(_: &Context) -> Self {
            a_moment().await;
            Self(0, std::marker::PhantomData)
        }

        async fn check(&mut self) -> Result<usize> {
            let value = T::default();
            a_moment().await;
            ensure!(self.0 > 0);
            Ok(size_of_val(&value))
        }

        async fn run(&mut self, _: &Global) {
            a_moment().await;
            self.0 += 1;
        }

        async fn is_wanted(ctx: &Context) -> bool {
            a_moment().await;
            ctx.job() != "Bowl<String>"
        }
    }

    #[test]
    fn generic_ones_can_be_async() {
        assert_eq!(run::<Bowl<u8>>().output::<Bowl<u8>>(), Some(&1));
        assert_eq!(run::<Bowl<String>>().status("Bowl<String>"), Some(Status::Skipped));
    }

    #[test]
    fn some_can_be_async() {
        run::<Dough>();
        assert_eq!(run::<Timer>().output::<Timer>(), Some(&7));
        assert_eq!(run::<Many>().output::<Many>(), Some(&(1, true)));
    }
}

mod functions {
    use super::*;

    #[job]
    async fn preheat() -> Result<u32> {
        a_moment().await;
        Ok(180)
    }

    #[job(check = is_greased)]
    async fn grease(global: &Global, _: Phase, heat: Output<preheat>) -> Result {
        a_moment().await;
        global.set("greased", *heat)
    }

    async fn is_greased(ctx: &Context, heat: Output<preheat>) -> Result<bool> {
        a_moment().await;
        Ok(ctx.global().get::<u32>("greased").is_ok_and(|greased| greased == *heat))
    }

    #[job(check = is_floured, when = has_flour)]
    fn flour(global: &Global) -> Result {
        global.set("floured", true)
    }

    async fn is_floured(global: &Global) -> bool {
        a_moment().await;
        global.contains("floured")
    }

    async fn has_flour(_changed: Changed<grease>) -> bool {
        a_moment().await;
        true
    }

    #[job(check = is_done, deps = [flour, grease])]
    async fn bake(global: &Global) -> Result {
        a_moment().await;
        global.set("done", true)
    }

    fn is_done(global: &Global) -> bool {
        global.contains("done")
    }

    #[test]
    fn they_and_what_keys_name_can_be_async() {
        let report = run::<bake>();
        assert_eq!(report.output::<preheat>(), Some(&180));
        for job in ["preheat", "grease", "flour", "bake"] {
            assert_eq!(report.status(job), Some(Status::Changed), "{job}");
        }
    }

    #[job(tries = 2, retry_delay = 1)]
    async fn burns(attempt: Try) -> Result {
        a_moment().await;
        assert!(attempt.number > 1, "the oven is on fire");
        bail!("black")
    }

    #[test]
    fn their_panics_are_caught_and_they_are_retried() {
        let lines = Lines::new();
        let report = root::<burns>().verbose(true).lines_to(lines.clone()).checknrun().unwrap();
        assert_eq!(report.error("burns").unwrap().to_string(), "black");
        let lines = lines.take();
        let place = "burns.recheck: fail \"panicked at tests/asynchronous.rs:";
        assert!(lines.len() == 6 && lines[2].starts_with(place), "{lines:?}");
    }
}

mod extractors {
    use super::*;

    struct Connection {
        host: String,
    }

    impl<'c> AsyncFromContext<'c> for Connection {
        async fn from_context(ctx: &'c Context) -> Result<Self> {
            a_moment().await;
            Ok(Self { host: ctx.arg("host")? })
        }

        fn requires(requires: &mut Requires) {
            requires.changed::<dial>();
        }
    }

    #[job]
    fn dial() {}

    #[job(when = has_host)]
    async fn connect(first: Connection, State(names): State<Vec<String>>, second: Connection) -> Result<String> {
        Ok(format!("{} {} {}", first.host, second.host, names.len()))
    }

    async fn has_host(connection: Connection) -> Result<bool> {
        Ok(!connection.host.is_empty())
    }

    #[test]
    fn can_be_async() {
        let mut dojob = root::<connect>();
        dojob.state(vec!["a".to_owned()]);
        let report = dojob.arg("host", "ant").checknrun().unwrap();
        assert_eq!(report.output::<connect>().unwrap(), "ant ant 1");
        assert_eq!(report.status("dial"), Some(Status::Changed));
        // An error of an extractor fails what it was for.
        let mut dojob = root::<connect>();
        let report = dojob.state(Vec::<String>::new()).default_tries(1).checknrun().unwrap();
        assert!(report.error("connect").unwrap().to_string().contains("host"));
    }
}

mod families {
    use super::*;

    #[derive(Clone)]
    struct Bake {
        bread: String,
        done: bool,
    }

    #[job(each = breads, name = "Bake {bread}", when = is_open)]
    impl Bake {
        async fn check(&self) -> Result<usize> {
            a_moment().await;
            ensure!(self.done);
            Ok(self.bread.len())
        }

        async fn run(&mut self) {
            a_moment().await;
            self.done = true;
        }
    }

    async fn breads(ctx: &Context) -> Result<Vec<Bake>> {
        a_moment().await;
        let breads: Vec<String> = ctx.arg("breads")?;
        Ok(breads.into_iter().map(|bread| Bake { bread, done: false }).collect())
    }

    fn is_open(ctx: &Context) -> bool {
        ctx.job() != "Bake rye"
    }

    #[derive(Clone)]
    struct Sell {
        bread: usize,
    }

    #[job(each = baked, name = "Sell {bread}", run_only, when = is_wanted)]
    impl Sell {
        async fn run(&self) {
            a_moment().await;
        }
    }

    async fn baked(breads: Outputs<Bake>) -> impl Iterator<Item = Sell> {
        a_moment().await;
        (0..breads.iter().len()).map(|bread| Sell { bread })
    }

    async fn is_wanted(ctx: &Context) -> Result<bool> {
        ensure!(ctx.job() != "Sell 2", "nobody knows");
        Ok(ctx.job() != "Sell 1")
    }

    #[job(deps = [Sell])]
    struct Close;

    #[test]
    fn early_and_late_ones_can_be_made_by_async_functions() {
        let report = root::<Close>().arg("breads", ["spelt", "rye", "corn"]).checknrun().unwrap();
        assert!(report.success());
        assert_eq!(report.status("Bake spelt"), Some(Status::Changed));
        // Each member is asked, not the family.
        assert_eq!(report.status("Bake rye"), Some(Status::Skipped));
        assert_eq!(report.status("Sell 0"), Some(Status::Changed));
        assert_eq!(report.status("Sell 1"), Some(Status::Skipped));
        assert_eq!(report.status("Close"), Some(Status::Ok));
    }

    #[test]
    fn a_failing_each_is_told() {
        let error = root::<Close>().plan().unwrap_err();
        assert!(error.to_string().contains("breads"), "{error}");
    }

    #[test]
    fn inside_of_a_runtime_too() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let report = root::<Close>().arg("breads", ["spelt", "rye"]).checknrun().unwrap();
            assert_eq!(report.status("Bake spelt"), Some(Status::Changed));
            assert_eq!(report.status("Bake rye"), Some(Status::Skipped));
        });
    }
}

mod made_by_code {
    use super::*;

    #[test]
    fn closures_can_be_async() {
        let lit = DynJob::new("Light")
            .when(|_| true)
            .check_async(|ctx| {
                Box::pin(async move {
                    a_moment().await;
                    ctx.global().get::<u32>("light")
                })
            })
            .run_async(|ctx| {
                Box::pin(async move {
                    a_moment().await;
                    ctx.global().set("light", 60)
                })
            })
            .cleanup_async(|ctx| {
                Box::pin(async move {
                    a_moment().await;
                    ctx.global().remove("light");
                })
            });
        let counted = DynJob::new("Count")
            .deps(["Light"])
            .storage(|_| 0)
            .when(|ctx| ctx.global().contains("light"))
            .check_async(|count, _| {
                Box::pin(async move {
                    a_moment().await;
                    *count == 1
                })
            })
            .run_async(|count, _| {
                Box::pin(async move {
                    a_moment().await;
                    *count += 1;
                })
            })
            .cleanup_async(|count, ctx| Box::pin(async move { ctx.global().set("count", *count) }));
        let report = DoJobber::new().add(lit).add(counted).root_named("Count").checknrun().unwrap();
        assert!(report.success(), "{report:?}");
        assert_eq!(report.output_json("Light").unwrap().unwrap(), 60);
        assert_eq!(report.global().get::<i32>("count").unwrap(), 1);
        assert!(!report.global().contains("light"));
    }
}

mod when {
    use super::*;

    #[derive(Default)]
    struct Defrost;

    #[job(when = is_cold)]
    impl Defrost {
        fn new(global: &Global) -> Result<Self> {
            global.set("constructed", true)?;
            Ok(Self)
        }

        fn check(&self, global: &Global) -> Result<bool> {
            global.get("defrosted")
        }

        fn run(&self, global: &Global) -> Result {
            global.set("defrosted", true)
        }

        fn cleanup(&self, global: &Global) -> Result {
            global.set("cleaned", true)
        }
    }

    fn is_cold(ctx: &Context) -> Result<bool> {
        Ok(ctx.arg::<i32>("degrees")? < 0)
    }

    #[job(deps = [Defrost])]
    fn drive() {}

    #[test]
    fn what_is_not_due_is_skipped_and_what_needs_it_goes_on() {
        let lines = Lines::new();
        let mut dojob = root::<drive>();
        dojob.verbose(true).lines_to(lines.clone());
        let report = dojob.arg("degrees", 20).checknrun().unwrap();
        assert!(report.success());
        assert_eq!(report.status("Defrost"), Some(Status::Skipped));
        let error = report.error("Defrost").unwrap();
        assert_eq!((error.kind(), error.to_string()), (ErrorKind::Skipped, "`is_cold` returned false".to_owned()));
        assert!(!report.global().contains("constructed") && !report.global().contains("cleaned"));
        assert_eq!(report.status("drive"), Some(Status::Changed));
        let skipped = "Defrost: skipped, `is_cold` returned false";
        assert_eq!(lines.take(), [skipped, "drive.check: fail", "drive.run: pass", "drive.recheck: pass"]);
        let job = report.job("Defrost").unwrap();
        assert_eq!((job.tries().len(), job.tries()[0].phases().count()), (1, 0));
    }

    #[test]
    fn what_is_due_is_done() {
        let report = root::<drive>().arg("degrees", -5).checknrun().unwrap();
        assert_eq!(report.status("Defrost"), Some(Status::Changed));
        assert!(report.global().contains("cleaned"));
    }

    #[test]
    fn no_act_asks_too() {
        let report = root::<drive>().no_act(true).arg("degrees", 20).checknrun().unwrap();
        assert_eq!(report.status("Defrost"), Some(Status::Skipped));
        assert_eq!(report.status("drive"), Some(Status::WouldRun));
        let report = root::<drive>().no_act(true).arg("degrees", -5).checknrun().unwrap();
        assert_eq!(report.status("Defrost"), Some(Status::WouldRun));
        assert_eq!(report.status("drive"), Some(Status::Unknown));
    }

    #[test]
    fn a_failure_of_it_is_a_failed_try() {
        let lines = Lines::new();
        let report = root::<drive>().default_tries(2).verbose(true).lines_to(lines.clone()).checknrun().unwrap();
        assert_eq!(report.status("Defrost"), Some(Status::Failed));
        assert_eq!(report.job("Defrost").unwrap().tries().len(), 2);
        assert_eq!(report.status("drive"), Some(Status::Blocked));
        assert_eq!(lines.take(), ["Defrost.check: fail"; 2]);
    }

    #[job(deps = [drive], when = never)]
    struct Trip;

    #[job(deps = [drive], when = never)]
    async fn park() -> Result<u32> {
        Ok(3)
    }

    #[job(when = only_second)]
    fn honk() {}

    fn never() -> bool {
        false
    }

    fn only_second(attempt: Try) -> Result<bool> {
        ensure!(attempt.number == 2, "not yet");
        Ok(false)
    }

    #[job]
    fn count(place: Option<Output<park>>) -> Result<bool> {
        Ok(place.is_none())
    }

    #[job(tries = 1)]
    fn look(_place: Output<park>) {}

    #[test]
    fn groups_and_functions_are_asked() {
        let report = root::<Trip>().arg("degrees", 20).checknrun().unwrap();
        assert_eq!(report.status("Trip"), Some(Status::Skipped));
        assert_eq!(report.get::<Trip>().unwrap().planned().kind(), Kind::Group);
        let report = root::<honk>().checknrun().unwrap();
        assert_eq!(report.status("honk"), Some(Status::Skipped));
        assert_eq!(report.job("honk").unwrap().tries().len(), 2);
    }

    #[test]
    fn a_skipped_job_has_no_result() {
        let mut dojob = root::<count>();
        let report = dojob.root::<look>().arg("degrees", 20).checknrun().unwrap();
        assert_eq!(report.status("count"), Some(Status::Changed));
        assert_eq!(report.error("park").unwrap().to_string(), "`never` returned false");
        assert_eq!(report.error("look").unwrap().to_string(), "park is skipped, so it has no result");
    }

    #[test]
    fn jobs_made_by_code_are_asked() {
        let job = |name: &str| DynJob::new(name.to_owned()).when(|ctx| !ctx.job().starts_with('A')).run(|_| ());
        let mut dojob = DoJobber::new();
        dojob.add(job("A")).add(job("B").deps(["A"])).add(DynJob::new("C").deps(["B"]).when(|_| false));
        let report = dojob.root_named("C").checknrun().unwrap();
        let statuses = ["A", "B", "C"].map(|name| report.status(name).unwrap());
        assert_eq!(statuses, [Status::Skipped, Status::Changed, Status::Skipped]);
        assert_eq!(report.error("A").unwrap().to_string(), "its `when` returned false");
    }

    mod order {
        use super::*;

        #[job]
        fn for_new() {}
        #[job]
        fn for_when() {}
        #[job]
        fn for_check() {}
        #[job]
        fn for_run() {}

        struct All;

        #[job(when = due)]
        impl All {
            fn new(_: Changed<for_new>) -> Self {
                Self
            }

            async fn run(&self, _: Changed<for_run>) {}

            fn check(&self, _: Changed<for_check>) -> bool {
                true
            }
        }

        async fn due(_: Changed<for_when>) -> bool {
            true
        }

        #[test]
        fn what_it_asks_for_comes_behind_new() {
            let plan = root::<All>().plan().unwrap();
            let names: Vec<_> = plan.jobs().map(|job| job.name().to_owned()).collect();
            assert_eq!(names, ["for_new", "for_when", "for_check", "for_run", "All"]);
        }
    }
}

#[test]
fn when_the_time_of_the_run_is_over_what_awaits_is_dropped() {
    let mut dojob = DoJobber::new();
    dojob.add(DynJob::new("job").run_async(|_| Box::pin(std::future::pending::<()>()))).root_named("job");
    // Nobody waits for the grace period, or this would take as long as that.
    let report = dojob.deadline(0.02).grace(3600).checknrun().unwrap();
    assert_eq!(report.status("job"), Some(Status::Cancelled));
    assert_eq!(report.error("job").unwrap().kind(), ErrorKind::Cancelled);
}

#[test]
fn what_a_dropped_run_leaves_behind_ends_though_another_run_follows_at_once() {
    static DROPPED: AtomicBool = AtomicBool::new(false);
    struct Guard;
    impl Drop for Guard {
        fn drop(&mut self) {
            DROPPED.store(true, Ordering::SeqCst);
        }
    }
    let mut dojob = DoJobber::new();
    let job = DynJob::new("job").run_async(|_| {
        Box::pin(async {
            let _guard = Guard;
            std::future::pending::<()>().await;
        })
    });
    dojob.add(job).root_named("job").add(DynJob::new("other").run(|_| ()));
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
        assert!(tokio::time::timeout(Duration::from_millis(20), dojob.checknrun_async()).await.is_err());
        // This blocks the only thread: none of the tasks has heard of its end yet.
        assert!(dojob.checknrun_from_named("other").unwrap().success());
        while !DROPPED.load(Ordering::SeqCst) {
            tokio::task::yield_now().await;
        }
    });
}

#[test]
fn a_listener_that_panics_ends_the_run() {
    let mut dojob = DoJobber::new();
    dojob.add(DynJob::new("job").run_async(|_| Box::pin(std::future::pending::<()>())));
    dojob.root_named("job").on_event(|_, event| {
        if let EventKind::PhaseStarted { .. } = event.kind {
            panic!("what a job");
        }
    });
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| dojob.checknrun())).unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&"what a job"));
}

/// A thread that has called one function of a job may find that it is to call the next one already.
#[test]
fn blocking_functions_of_async_jobs_follow_each_other_without_end() {
    for _ in 0..2000 {
        let job = DynJob::new("job").storage(|_| false).check(|done, _| *done).run_async(|done, _| {
            Box::pin(async {
                *done = true;
            })
        });
        assert!(DoJobber::new().add(job).root_named("job").checknrun().unwrap().success());
    }
}
