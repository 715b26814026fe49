//! Families whose async `each` is called while the plan is made: where that is awaited, and what ends it.

use std::sync::Mutex;

use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use super::*;

/// Whom to tell how many there are.
type Question = oneshot::Sender<u32>;

/// An actor that answers, started by whoever asks first, on the runtime where that is.
#[derive(Default)]
struct Client(Mutex<Option<mpsc::Sender<Question>>>);

impl Client {
    async fn ask(&self) -> Result<u32> {
        let actor = {
            let mut actor = self.0.lock().unwrap();
            let started = actor.get_or_insert_with(|| {
                let (sender, mut questions) = mpsc::channel::<Question>(1);
                tokio::spawn(async move {
                    while let Some(question) = questions.recv().await {
                        let _ = question.send(3);
                    }
                });
                sender
            });
            started.clone()
        };
        let (question, answer) = oneshot::channel();
        actor.send(question).await?;
        Ok(answer.await?)
    }
}

#[derive(Clone)]
struct Guest {
    number: u32,
}

#[job(each = guests, name = "invite {number}", run_only, tries = 1)]
impl Guest {
    async fn run(&self, State(client): State<Client>) -> Result {
        ensure!(client.ask().await? == 3, "guest {} was not asked for", self.number);
        Ok(())
    }
}

async fn guests(State(client): State<Client>, State(lines): State<Lines>) -> Result<Vec<Guest>> {
    lines.push(format!("guests in {}", Handle::current().id()));
    Ok((0..client.ask().await?).map(|number| Guest { number }).collect())
}

/// Another one, which is met behind that, and blocking.
#[derive(Clone)]
struct Chair {
    number: u32,
}

#[job(each = chairs, name = "chair {number}", run_only, deps = [Guest])]
impl Chair {
    fn run(&self) {
        assert!(self.number < 2);
    }
}

fn chairs(State(lines): State<Lines>) -> [Chair; 2] {
    lines.push("chairs");
    [0, 1].map(|number| Chair { number })
}

/// And one that is async again.
#[derive(Clone)]
struct Cup {
    number: u32,
}

#[job(each = cups, name = "cup {number}", run_only, deps = [Chair])]
impl Cup {
    fn run(&self) {
        assert!(self.number < 1);
    }
}

async fn cups(State(lines): State<Lines>) -> [Cup; 1] {
    tokio::task::yield_now().await;
    lines.push("cups");
    [Cup { number: 0 }]
}

fn party(lines: &Lines) -> DoJobber {
    let mut dojob = DoJobber::new();
    dojob.root::<Cup>().state(Client::default()).state(lines.clone()).workers(3);
    // It needs a member by its name, and only the plan knows whose that is.
    dojob.add(DynJob::new("toast").deps(["cup 0"]).run(|_| ())).root_named("toast");
    dojob
}

const ORDER: [&str; 7] = ["invite 0", "invite 1", "invite 2", "chair 0", "chair 1", "cup 0", "toast"];

#[track_caller]
fn assert_ran(report: &Report) {
    assert!(report.success(), "{report:?}");
    assert_eq!(report.jobs().map(|job| job.name().to_owned()).collect::<Vec<_>>(), ORDER);
}

#[test]
fn each_is_awaited_on_the_runtime_of_whoever_awaits_the_run() {
    for runtime in runtimes() {
        within(20, move || {
            runtime.block_on(async {
                let (lines, here) = (Lines::new(), Handle::current().id());
                let report = party(&lines).checknrun_async().await.unwrap();
                assert_ran(&report);
                // Once each, in the order of the walk.
                assert_eq!(lines.take(), ["cups".to_owned(), "chairs".to_owned(), format!("guests in {here}")]);
            });
        });
    }
}

#[test]
fn what_each_has_started_goes_on_while_the_run_that_has_a_runtime_of_its_own_does() {
    within(20, || {
        let lines = Lines::new();
        let mut dojob = party(&lines);
        assert_ran(&dojob.checknrun().unwrap());
        assert_eq!(lines.take().len(), 3);
        // Also where there is a runtime already, and for clean-ups that come before the second run.
        let mut dojob = party(&lines);
        dojob
            .auto_cleanup(false)
            .add(DynJob::new("tidy").deps(["toast"]).run(|_| ()).cleanup_async(|_| Box::pin(async {})));
        dojob.root_named("tidy");
        let runtime = Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            assert!(dojob.checknrun().unwrap().success());
            // A new client, started by the second run's `each`.
            assert!(dojob.state(Client::default()).checknrun().unwrap().success());
        });
        // And from a plan that was made before.
        let plan = dojob.state(Client::default()).plan().unwrap();
        assert!(dojob.auto_cleanup(true).checknrun_plan(plan).unwrap().success());
    });
}

/// Its members are never known, but for the second time.
#[derive(Clone)]
struct Stranger {
    number: u32,
}

#[job(each = strangers, name = "stranger {number}", run_only)]
impl Stranger {
    fn run(&self) {
        assert!(self.number < 1);
    }
}

/// What is to be done meanwhile, once.
struct Meanwhile(Mutex<Option<Box<dyn FnOnce() + Send>>>, Lines);

impl Drop for Told {
    fn drop(&mut self) {
        self.0.push("dropped");
    }
}

struct Told(Lines);

async fn strangers(ctx: &Context, State(meanwhile): State<Meanwhile>) -> [Stranger; 1] {
    let act = meanwhile.0.lock().unwrap().take();
    if let Some(act) = act {
        let _told = Told(meanwhile.1.clone());
        let (cancellation, lines) = (ctx.cancellation(), meanwhile.1.clone());
        tokio::spawn(async move {
            cancellation.cancelled().await;
            lines.push("told");
        });
        act();
        // As one that is always ready, for a while: it is ended nonetheless.
        std::future::poll_fn(|cx| {
            cx.waker().wake_by_ref();
            thread::sleep(milliseconds(1));
            std::task::Poll::<()>::Pending
        })
        .await;
    }
    [Stranger { number: 0 }]
}

fn waiting(lines: &Lines, act: impl FnOnce() + Send + 'static) -> DoJobber {
    let mut dojob = DoJobber::new();
    dojob.root::<Stranger>().state(Meanwhile(Mutex::new(Some(Box::new(act))), lines.clone()));
    dojob
}

/// On the caller's runtimes, and on one of its own.
fn each_way(act: impl Fn(&mut dyn FnMut(&mut DoJobber) -> std::result::Result<Report, dojobber::PlanError>)) {
    act(&mut |dojob| dojob.checknrun());
    for runtime in runtimes() {
        act(&mut |dojob| runtime.block_on(dojob.checknrun_async()));
        act(&mut |dojob| runtime.block_on(async { dojob.checknrun() }));
    }
}

#[test]
fn a_cancellation_ends_it() {
    within(20, || {
        each_way(|run| {
            let lines = Lines::new();
            let (sender, receiver) = std::sync::mpsc::channel();
            let mut dojob = waiting(&lines, move || sender.send(()).unwrap());
            let cancel = dojob.cancel_handle();
            let cancels = thread::spawn(move || {
                receiver.recv().unwrap();
                cancel.cancel();
            });
            let error = run(&mut dojob).unwrap_err().to_string();
            cancels.join().unwrap();
            assert!(error.contains("the run was cancelled"), "{error}");
            assert!(lines.take().contains(&"dropped".to_owned()));
            assert!(dojob.report().is_none());
            assert!(run(&mut dojob).unwrap().success(), "the next one starts afresh");
        });
    });
}

#[test]
fn the_end_of_the_runs_time_ends_it() {
    within(20, || {
        each_way(|run| {
            let lines = Lines::new();
            let mut dojob = waiting(&lines, || ());
            let error = run(dojob.deadline(0.05)).unwrap_err().to_string();
            assert!(error.contains("its time is over"), "{error}");
            assert!(lines.take().contains(&"dropped".to_owned()));
            assert!(run(dojob.deadline(60)).unwrap().success());
        });
    });
}

#[test]
fn whoever_awaits_the_run_can_leave_it_and_others_go_on_meanwhile() {
    for runtime in runtimes() {
        within(20, move || {
            runtime.block_on(async {
                let lines = Lines::new();
                let mut dojob = waiting(&lines, || ());
                let other = tokio::spawn(sleep(milliseconds(5)));
                assert!(tokio::time::timeout(milliseconds(50), dojob.checknrun_async()).await.is_err());
                assert!(other.is_finished());
                sleep(milliseconds(5)).await;
                let mut heard = lines.take();
                heard.sort();
                assert_eq!(heard, ["dropped", "told"]);
                assert!(dojob.checknrun_async().await.unwrap().success());
            });
        });
    }
}

#[test]
fn a_panic_of_it_and_what_it_lacks_are_told() {
    within(20, || {
        each_way(|run| {
            let lines = Lines::new();
            let error = run(&mut waiting(&lines, || panic!("nobody knows"))).unwrap_err().to_string();
            assert!(error.contains("nobody knows"), "{error}");
            assert!(lines.take().contains(&"dropped".to_owned()));
            let error = run(DoJobber::new().root::<Stranger>()).unwrap_err().to_string();
            assert!(error.contains("Meanwhile"), "{error}");
        });
        let without_timers = Builder::new_current_thread().build().unwrap();
        let mut dojob = waiting(&Lines::new(), || panic!("it can't be ended"));
        let error = without_timers.block_on(dojob.deadline(1).checknrun_async()).unwrap_err();
        assert_eq!(error.problems(), [Problem::NoTimers]);
    });
}
