//! The futures of runs can be sent to other threads: spawned, put into a set, and awaited by jobs.

use super::*;

struct Unsent(std::rc::Rc<str>);

impl From<Unsent> for String {
    fn from(Unsent(name): Unsent) -> Self {
        name.to_string()
    }
}

fn can_be_sent<T: Send>(_: T) {}

#[job]
async fn rises(State(risen): State<AtomicUsize>) {
    sleep(milliseconds(1)).await;
    risen.fetch_add(1, Ordering::SeqCst);
}

/// A run within a run.
#[job(tries = 1)]
async fn bakes(State(risen): State<AtomicUsize>) -> Result {
    let mut dojob = DoJobber::new();
    let report = dojob.root::<rises>().state(AtomicUsize::new(0)).checknrun_async().await?;
    risen.fetch_add(1, Ordering::SeqCst);
    ensure!(report.success());
    Ok(())
}

#[test]
fn whatever_is_awaited_of_a_run_can_be_sent() {
    let mut dojob = DoJobber::new();
    can_be_sent(dojob.checknrun_async());
    can_be_sent(dojob.checknrun_from_async::<bakes>());
    // What a name is made from need not be.
    can_be_sent(dojob.checknrun_from_named_async(Unsent("bakes".into())));
    can_be_sent(dojob.cleanup_async());
    can_be_sent(dojob.plan_async());
    let plan = dojob.root::<bakes>().state(AtomicUsize::new(0)).plan().unwrap();
    can_be_sent(dojob.checknrun_plan_async(plan));
}

#[test]
fn a_run_is_a_task_like_any_other() {
    for runtime in runtimes() {
        runtime.block_on(async {
            let mut runs = tokio::task::JoinSet::new();
            for _ in 0..3 {
                runs.spawn(async {
                    let mut dojob = DoJobber::new();
                    dojob.root::<bakes>().state(AtomicUsize::new(0)).auto_cleanup(false);
                    let report = dojob.checknrun_async().await.unwrap();
                    dojob.cleanup_async().await.unwrap();
                    report.success()
                });
            }
            assert_eq!(runs.join_all().await, [true; 3]);
        });
    }
}
