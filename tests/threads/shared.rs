//! What jobs in different threads see of each other.

use dojobber::Access;

use super::*;

#[test]
fn races_for_global_storage_are_found_whichever_thread_is_first() {
    let (mut told, mut all) = (0, 0);
    for _ in 0..50 {
        let both = Arc::new(Barrier::new(2));
        let races = Arc::new(AtomicU32::new(0));
        let mut dojob = DoJobber::new();
        let heard = Arc::clone(&races);
        dojob.lines_to(Lines::new()).on_event(move |plan, event| {
            if let EventKind::Race { job, key, set_by, .. } = &event.kind {
                assert_eq!(key, "oven");
                assert_ne!(plan.job(*job).name(), plan.job(*set_by).name());
                heard.fetch_add(1, Ordering::SeqCst);
            }
        });
        for name in ["left", "right"] {
            let both = Arc::clone(&both);
            dojob.add(DynJob::new(name).run(move |ctx| {
                both.wait();
                ctx.global().set("oven", name)
            }));
        }
        dojob.add(DynJob::new("all").deps(["left", "right"]));
        let report = within(20, move || Way::Threads(2).run(dojob.root_named("all")));
        assert!(report.success(), "it is told, and no more");
        assert_eq!(report.races().len(), 1, "whoever comes second overwrites");
        told += races.load(Ordering::SeqCst);
        all += 1;
    }
    assert_eq!(told, all);
}

#[test]
fn a_race_fails_the_try_where_that_is_asked_for() {
    let set = Gate::new();
    let is_set = set.clone();
    let mut dojob = DoJobber::new();
    let accesses: Arc<Mutex<Vec<Access>>> = Arc::default();
    let heard = Arc::clone(&accesses);
    dojob
        .strict_globals(true)
        .lines_to(Lines::new())
        .on_event(move |_, event| {
            if let EventKind::Race { access, .. } = event.kind {
                heard.lock().unwrap().push(access);
            }
        })
        .add(DynJob::new("sets").run(move |ctx| -> Result {
            ctx.global().set("oven", "hot")?;
            set.open();
            Ok(())
        }))
        .add(DynJob::new("reads").tries(1).run(move |ctx| {
            is_set.wait();
            ctx.global().get::<String>("oven").map(drop)
        }))
        .add(DynJob::new("all").deps(["sets", "reads"]));
    let report = within(20, move || Way::Threads(2).run(dojob.root_named("all")));
    assert_eq!(report.status("sets"), Some(Status::Changed));
    assert_eq!(report.error("reads").unwrap().kind(), ErrorKind::Raced);
    assert_eq!(accesses.lock().unwrap().len(), 1);
}

#[test]
fn what_jobs_count_together_is_counted_once_each() {
    let mut dojob = DoJobber::new();
    dojob.lines_to(Lines::new());
    for job in 0..200 {
        dojob.add(
            DynJob::new(job.to_string()).run(|ctx| ctx.global().update("count", |count: u32| count + 1).map(drop)),
        );
    }
    dojob.add(DynJob::new("all").deps((0..200).map(|job| job.to_string())));
    let report = Way::Threads(8).run(dojob.root_named("all"));
    assert_eq!(report.global().get::<u32>("count").unwrap(), 200);
}

/// Says where it was made.
#[derive(Default)]
struct Source;

#[job]
impl Source {
    fn check(&self, global: &Global) -> Result<(u32, String)> {
        Ok((global.get("made")?, format!("{:?}", thread::current().id())))
    }

    fn run(&self, global: &Global) -> Result {
        global.set("made", 7)
    }
}

#[derive(Clone)]
struct Sink {
    number: usize,
}

#[job(each = sinks, name = "sink {number}", key = number, run_only, tries = 1)]
impl Sink {
    fn run(
        &self,
        Output(source): Output<Source>,
        changed: Changed<Source>,
        State(all): State<Barrier>,
    ) -> Result<usize> {
        all.wait();
        ensure!(source.0 == 7 && changed.get(), "something else: {source:?}");
        Ok(usize::from(source.1 != format!("{:?}", thread::current().id())))
    }
}

fn sinks() -> Vec<Sink> {
    (0..4).map(|number| Sink { number }).collect()
}

#[job]
fn count_strangers(sinks: Outputs<Sink>) -> Result<usize> {
    Ok(sinks.iter().map(|(_, strangers)| *strangers).sum())
}

#[test]
fn results_reach_dependents_in_other_threads() {
    for _ in 0..50 {
        let mut dojob = DoJobber::new();
        dojob.root::<count_strangers>().state(Barrier::new(4));
        let report = within(20, move || Way::Threads(4).run(&mut dojob));
        assert!(report.success(), "{:?}", report.error("sink 0"));
        // Four at once, of which at most one is in the thread that the result was made in.
        assert!(*report.output::<count_strangers>().unwrap() >= 3);
    }
}

#[test]
fn local_storage_stays_in_its_try() {
    let mut dojob = DoJobber::new();
    dojob.default_retry_delay(0).lines_to(Lines::new());
    for job in 0..40 {
        let own = move |ctx: &Context| (job, ctx.try_number().number, 0);
        dojob.add(
            DynJob::new(job.to_string())
                .storage(own)
                .check(move |storage: &mut (u32, u32, u32), ctx: &Context| -> Result<u32> {
                    storage.2 += 1;
                    let expected = if ctx.phase() == Phase::Check { 1 } else { 11 };
                    assert_eq!(*storage, (job, ctx.try_number().number, expected));
                    ensure!(ctx.phase() == Phase::Recheck && ctx.try_number().is_last(), "once more");
                    Ok(storage.2)
                })
                .run(|storage, _| {
                    storage.2 += 9;
                    thread::yield_now();
                })
                .cleanup(move |storage, ctx: &Context| {
                    // What the recheck counted is in it.
                    let expected = (job, ctx.try_number().number, 11);
                    if *storage == expected { Ok(()) } else { Err(Error::msg(format!("{storage:?}"))) }
                }),
        );
    }
    dojob.add(DynJob::new("all").deps((0..40).map(|job| job.to_string())));
    let report = Way::Threads(8).run(dojob.root_named("all"));
    let failed: Vec<_> = report.cleanups().filter_map(|cleanup| cleanup.error).collect();
    assert!(report.success(), "{failed:?}, {:?}", report.error("0"));
    assert_eq!(report.cleanups().len(), 120);
}
