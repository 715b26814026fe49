//! Blocking and async jobs beside each other, and one behind the other.

use std::sync::Mutex;

use super::*;

/// Where each function was called.
type Places = Arc<Mutex<Vec<(String, bool)>>>;

/// Whether the calling thread is one of those for blocking code.
fn is_in_thread() -> bool {
    thread::current().name() == Some("dojobber")
}

mod chain {
    use super::*;

    #[job]
    fn grind(State(notes): State<Lines>, global: &Global) -> Result<u32> {
        notes.push(format!("grind {}", is_in_thread()));
        global.set("flour", 500)?;
        Ok(500)
    }

    struct Dough {
        grams: u32,
        has_risen: bool,
    }

    #[job]
    impl Dough {
        async fn new(flour: Output<grind>) -> Self {
            sleep(milliseconds(1)).await;
            Self { grams: *flour, has_risen: false }
        }

        async fn check(&self, State(notes): State<Lines>, global: &Global) -> Result<u32> {
            notes.push(format!("check {}", is_in_thread()));
            ensure!(global.get::<u32>("flour")? == self.grams);
            ensure!(self.has_risen, "flat");
            Ok(self.grams + 300)
        }

        // Of the same job, but in a thread.
        fn run(&mut self, State(notes): State<Lines>, global: &Global) -> Result {
            notes.push(format!("knead {}", is_in_thread()));
            self.has_risen = true;
            global.set("water", 300)
        }

        async fn cleanup(&mut self, State(notes): State<Lines>, global: &Global) -> Result {
            sleep(milliseconds(1)).await;
            notes.push(format!("clean {} {}", global.get::<u32>("water")?, self.has_risen));
            Ok(())
        }
    }

    #[job(deps = [Dough])]
    fn heat(State(notes): State<Lines>, dough: Output<Dough>, changed: Changed<Dough>) -> Result<u32> {
        notes.push(format!("heat {} {}", is_in_thread(), changed.get()));
        Ok(*dough / 4)
    }

    #[job]
    async fn bake(
        State(notes): State<Lines>,
        dough: Output<Dough>,
        degrees: Output<heat>,
        global: &Global,
    ) -> Result<u32> {
        sleep(milliseconds(1)).await;
        notes.push(format!("bake {}", is_in_thread()));
        ensure!(global.get::<u32>("water")? == 300);
        Ok(*dough + *degrees)
    }

    fn check(run: impl FnOnce(&mut DoJobber) -> Report) {
        let notes = Lines::new();
        let mut dojob = DoJobber::new();
        dojob.root::<bake>().state(notes.clone());
        let report = run(&mut dojob);
        assert!(report.success(), "{report:?}");
        assert_eq!(report.output::<bake>(), Some(&1000));
        let expected = [
            "grind true",
            "check false",
            "knead true",
            "check false",
            "heat true true",
            "bake false",
            "clean 300 true",
        ];
        assert_eq!(notes.take(), expected);
    }

    #[test]
    fn values_cross_from_blocking_code_to_async_code_and_back() {
        for slots in [1, 2, 4] {
            for runtime in runtimes() {
                check(|dojob| runtime.block_on(dojob.workers(slots).checknrun_async()).unwrap());
                // Somebody else's runtime is left alone.
                check(|dojob| runtime.block_on(async { dojob.workers(slots).checknrun() }).unwrap());
            }
            check(|dojob| dojob.workers(slots).checknrun().unwrap());
        }
    }
}

#[test]
fn a_long_chain_of_both_is_worked_up() {
    for runtime in runtimes() {
        for slots in [1, 3] {
            let places = Places::default();
            let mut dojob = DoJobber::new();
            for job in 0..300_u32 {
                let deps: Vec<_> = job.checked_sub(1).iter().map(ToString::to_string).collect();
                let one = DynJob::new(job.to_string()).deps(deps);
                let places = Arc::clone(&places);
                let note = move |ctx: &Context| places.lock().unwrap().push((ctx.job().to_owned(), is_in_thread()));
                dojob.add(match job % 3 {
                    0 => one.run(note),
                    1 => one.run_async(move |ctx| {
                        note(ctx);
                        Box::pin(tokio::task::yield_now())
                    }),
                    // Async, and yet its run is in a thread.
                    _ => one.check_async(|ctx| Box::pin(std::future::ready(ctx.phase() == Phase::Recheck))).run(note),
                });
            }
            let report = runtime.block_on(dojob.root_named("299").workers(slots).checknrun_async()).unwrap();
            assert!(report.success());
            let expected: Vec<_> = (0..300).map(|job| (job.to_string(), job % 3 != 1)).collect();
            assert_eq!(*places.lock().unwrap(), expected);
        }
    }
}

#[test]
fn a_blocking_plan_is_run_on_a_runtime_too() {
    for runtime in runtimes() {
        let (gate, opens) = (Gate::new(), Gate::new());
        let (waits, opened) = (gate.clone(), opens.clone());
        let mut dojob = DoJobber::new();
        dojob.add(DynJob::new("blocks").run(move |_| {
            opens.open();
            waits.wait();
        }));
        dojob.root_named("blocks");
        let report = within(20, move || {
            runtime.block_on(async {
                let run = dojob.checknrun_async();
                let others = async {
                    // The thread of the runtime is not held up.
                    for _ in 0..5 {
                        sleep(milliseconds(1)).await;
                    }
                    tokio::task::yield_now().await;
                    opened.wait();
                    gate.open();
                };
                tokio::join!(run, others).0.unwrap()
            })
        });
        assert!(report.success());
    }
}

#[test]
fn the_time_of_a_run_ends_async_code() {
    for runtime in runtimes() {
        let dropped = Arc::new(AtomicUsize::new(0));
        let in_job = Arc::clone(&dropped);
        let mut dojob = DoJobber::new();
        let lines = hear(&mut dojob);
        dojob
            .deadline(0.02)
            .add(DynJob::new("waits").run_async(move |_| {
                let guard = Counts(Arc::clone(&in_job));
                Box::pin(async move {
                    sleep(Duration::from_mins(1)).await;
                    drop(guard);
                })
            }))
            .root_named("waits");
        let report = within(20, move || runtime.block_on(dojob.checknrun_async()).unwrap());
        assert_eq!(report.status("waits"), Some(Status::Cancelled));
        assert_eq!(dropped.load(Ordering::SeqCst), 1);
        assert!(lines.take().contains(&"cancelled".to_owned()));
    }
}

/// Counts how many were dropped.
struct Counts(Arc<AtomicUsize>);

impl Drop for Counts {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}
