//! Runs in which everything happens that can.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use dojobber::json::EventJson;
use dojobber::prelude::*;
use dojobber::testing::VirtualClock;
use dojobber_tests::{Gate, Lines};
use serde_json::Value;

/// The lines of events of this and all later runs, as JSON.
pub(crate) fn events(dojob: &mut DoJobber) -> Arc<Mutex<Vec<Value>>> {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&lines);
    dojob.on_event(move |plan, event| {
        let line = EventJson::new(plan, event).to_string();
        assert!(!line.contains('\n'), "{line}");
        seen.lock().unwrap().push(super::json(&line));
    });
    lines
}

#[derive(Default)]
struct Guests;

#[job]
impl Guests {
    fn check() -> Result<Vec<String>> {
        Ok(vec!["Ann".to_owned(), "Bob".to_owned()])
    }

    fn run() {}
}

#[derive(Clone)]
struct Invite {
    guest: String,
}

/// They know of it.
#[job(each = invited, name = "Invite {guest}")]
impl Invite {
    fn check(&self) -> bool {
        true
    }

    fn run(&self) {}
}

#[allow(clippy::needless_pass_by_value, reason = "`each` takes its parameters as extractors make them")]
fn invited(guests: Output<Guests>) -> Vec<Invite> {
    guests.iter().map(|guest| Invite { guest: guest.clone() }).collect()
}

#[job(deps = [Invite])]
struct Welcome;

/// Every way to end but the one of a cancelled run; retries, clean-ups, settling, output, races, and a family.
pub(crate) fn everything() -> DoJobber {
    let mut dojob = DoJobber::new();
    let (asked, hostile) = (Mutex::new(0), "a\u{1b}[31m\u{0}\n<b>&\"\u{ffff}]]>");
    dojob
        .root::<Welcome>()
        .default_tries(1)
        .default_retry_delay(0)
        .add(DynJob::new("ok").check(|_| -> Result<u8> { Ok(7) }))
        .add(DynJob::new("retried").tries(3).run(|ctx| -> Result {
            ctx.println("la la la");
            ctx.command("sh").args(["-c", "echo out; echo err >&2"]).run()?;
            ensure!(ctx.try_number().number == 3, "not yet");
            Ok(())
        }))
        .add(DynJob::new("broken").tries(2).run(|ctx| -> Result {
            let number = ctx.try_number().number;
            Err(Error::msg(format!("cause {number}\n\u{1b}[31mred")).context(format!("message {number}")))
        }))
        .add(DynJob::new("above").deps(["broken"]).run(|_| {}))
        .add(DynJob::new("far above").deps(["above", "ok"]).run(|_| {}))
        .add(
            DynJob::new("slow to show")
                .settle(10)
                .settle_interval(0.001)
                .check(move |ctx| {
                    ctx.println("is it there?");
                    let mut asked = asked.lock().unwrap();
                    *asked += 1;
                    *asked > 3
                })
                .run(|_| {}),
        )
        .add(DynJob::new("messy").run(|_| {}).cleanup(|ctx| -> Result {
            ctx.println("where is the broom?");
            bail!("no broom")
        }))
        .add(DynJob::new("setter").run(|ctx| ctx.global().set("key", 1)))
        .add(DynJob::new("getter").run(|ctx| ctx.global().get::<u8>("key").map(drop)))
        .add(DynJob::new("left out").run(|_| {}))
        .add(DynJob::new(hostile).run(|_| -> Result { bail!("it wasn't to be") }))
        .exclude("left out");
    for root in ["retried", "far above", "slow to show", "messy", "setter", "getter", "left out", hostile] {
        dojob.root_named(root);
    }
    dojob
}

/// Every way to fail that `everything` has no room for.
pub(crate) fn misfortunes() -> DoJobber {
    let clock = VirtualClock::new();
    let late = clock.clone();
    let mut dojob = DoJobber::new();
    dojob
        .clock(clock)
        .lines_to(Lines::new())
        .strict_globals(true)
        .default_tries(1)
        .add(DynJob::new("panics").run(|_| -> Result { panic!("the roof is on fire") }))
        .add(DynJob::new("gives up").tries(3).run(|_| -> Result { permanent!("nobody may do that") }))
        .add(DynJob::new("doesn't know").check(|_| -> Result { unsure!("nobody answers") }).run(|_| {}))
        .add(DynJob::new("says no").check(|_| false).run(|_| {}))
        .add(DynJob::new("is late").timeout(1).run(move |_| late.advance(Duration::from_secs(2))))
        .add(DynJob::new("setter").run(|ctx| ctx.global().set("key", 1)))
        .add(DynJob::new("overwriter").run(|ctx| ctx.global().set("key", 2)));
    for root in ["panics", "gives up", "doesn't know", "says no", "is late", "setter", "overwriter"] {
        dojob.root_named(root);
    }
    dojob
}

/// A run that is over before its code is.
pub(crate) fn overrun() -> DoJobber {
    let mut dojob = DoJobber::new();
    let gate = Gate::new();
    let handle = dojob.cancel_handle();
    let (stuck, asleep) = (gate.clone(), Gate::new());
    let falls_asleep = asleep.clone();
    dojob
        .workers(2)
        .grace(0.1)
        .add(DynJob::new("asleep").run_async(move |_| {
            let falls_asleep = falls_asleep.clone();
            Box::pin(async move {
                falls_asleep.open();
                std::future::pending::<()>().await;
            })
        }))
        .add(DynJob::new("stuck").tries(1).run(move |_| {
            asleep.wait();
            handle.cancel();
            stuck.wait();
        }))
        .add(DynJob::new("later").deps(["asleep", "stuck"]).run(|_| {}))
        .root_named("later");
    dojob.on_event(move |_, event| {
        if matches!(event.kind, dojobber::EventKind::Overrunning { .. }) {
            gate.open();
        }
    });
    dojob
}

/// One that would change something, and others of which nobody knows, though each has an answer of its own.
pub(crate) fn no_act() -> DoJobber {
    let mut dojob = DoJobber::new();
    dojob
        .no_act(true)
        .deep(true)
        .add(DynJob::new("first").check(|_| -> Result { Err(change("0 → 1")) }).run(|_| {}))
        .add(DynJob::new("second").deps(["first"]).check(|_| true).run(|_| {}))
        .add(DynJob::new("third").deps(["second"]).run(|_| {}))
        .add(DynJob::new("always").run(|_| {}))
        .add(DynJob::new("not today").deps(["first"]).when(|_| false).run(|_| {}))
        .add(DynJob::new("never").deps(["first"]).check(|_| -> Result { permanent!("no") }).run(|_| {}))
        .add(DynJob::new("perhaps").deps(["first"]).check(|_| -> Result { unsure!("who knows") }).run(|_| {}));
    for root in ["third", "always", "not today", "never", "perhaps"] {
        dojob.root_named(root);
    }
    dojob
}

/// Nothing takes longer than this.
pub(crate) const LONG: Duration = Duration::from_mins(1);
