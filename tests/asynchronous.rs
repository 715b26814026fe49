//! Async functions, wherever a job has one, beside blocking ones.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use dojobber::prelude::*;
use dojobber::{AsyncFromContext, Context, Status};
use tokio::time::sleep;

/// Suspends once, so that a future is not ready at its first poll.
async fn a_moment() {
    sleep(Duration::from_millis(1)).await;
}

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
fn every_method_can_be_async() {
    let report = DoJobber::new().root::<Oven>().arg("heat", 220).checknrun().unwrap();
    assert_eq!(report.status("Oven"), Some(Status::Changed), "{report:?}");
    assert_eq!(report.output::<Oven>(), Some(&220));
    assert!(!report.global().contains("gas"));
    let report = DoJobber::new().root::<Oven>().checknrun().unwrap();
    assert!(report.failure() && report.error("Oven").unwrap().to_string().contains("heat"));
}
