//! Runs to tell of.

use std::time::Duration;

use dojobber::Transcript;
use dojobber::prelude::*;
use dojobber::testing::VirtualClock;
use dojobber_tests::{Dice, Lines};

/// What came of a run, and what was taken down of it.
pub(crate) struct Run {
    pub(crate) report: Report,
    pub(crate) transcript: Transcript,
}

impl Run {
    pub(crate) fn of(dojob: &mut DoJobber) -> Self {
        let transcript = Transcript::of(dojob.lines_to(Lines::new()));
        Self { report: dojob.checknrun().unwrap(), transcript }
    }

    pub(crate) fn page(&self) -> Vec<u8> {
        let mut page = Vec::new();
        self.report.html().title("A <b>party</b>").transcript(&self.transcript).write(&mut page).unwrap();
        page
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::to_value(&self.report).unwrap()
    }
}

#[derive(Clone)]
struct Invite {
    guest: usize,
}

#[job(each = guests, name = "Invite {guest}")]
impl Invite {
    fn check(&self) -> Result {
        ensure!(self.guest != 3, "nobody knows where he lives");
        Ok(())
    }

    fn run(&self) {}
}

fn guests() -> Vec<Invite> {
    (0..40).map(|guest| Invite { guest }).collect()
}

/// A party that takes a while, and fails: a job of every kind, and most ways to end.
pub(crate) fn party() -> Run {
    let clock = VirtualClock::new();
    let take = |millis| {
        let clock = clock.clone();
        move || clock.advance(Duration::from_millis(millis))
    };
    let (heat, knead, bake, search, settle) = (take(700), take(300), take(40), take(5), take(20));
    let mut dojob = DoJobber::new();
    dojob
        .clock(clock.clone())
        .default_tries(2)
        .default_retry_delay(3)
        .root::<Invite>()
        .add(DynJob::new("Oven").description("It is hot.").check(move |_| heat()))
        .add(
            DynJob::new("Dough")
                .storage(|_| false)
                .run(move |risen, ctx| {
                    knead();
                    ctx.println("kneading");
                    *risen = true;
                })
                .check(|risen, _| *risen),
        )
        .add(DynJob::new("Pizza").deps(["Oven", "Dough"]).run(move |ctx: &Context| -> Result {
            bake();
            ctx.println(format_args!("baking, try {}", ctx.try_number().number));
            ensure!(ctx.try_number().number > 1, "it is raw");
            Ok(())
        }))
        .add(
            DynJob::new("Wine")
                .deps(["Oven"])
                .check(move |_| -> Result {
                    search();
                    Err(Error::msg("the cellar is locked"))
                })
                .run(|_| -> Result { Err(Error::msg("no key").context("unlocking the cellar")) }),
        )
        .add(DynJob::new("Lamp").settle(1).settle_interval(0.4).storage(|_| 0).run(|_, _| ()).check(move |seen, _| {
            settle();
            *seen += 1;
            *seen > 3
        }))
        .add(DynJob::new("Balloons").when(|_| false).run(|_| ()))
        .add(DynJob::new("Party").deps(["Pizza", "Wine", "Lamp", "Balloons"]))
        .root_named("Party");
    Run::of(&mut dojob)
}

/// So many jobs that depend on one another; some are tried again, some fail, and all say something.
pub(crate) fn generated(jobs: usize) -> Run {
    let clock = VirtualClock::new();
    let mut dojob = DoJobber::new();
    dojob.clock(clock.clone()).default_retry_delay(0.5);
    let mut dice = Dice::new(7);
    let mut is_needed = vec![false; jobs];
    for job in 0..jobs {
        let clock = clock.clone();
        let lot = dice.small(100);
        let took = Duration::from_millis(u64::from(5 + dice.small(200)));
        let near =
            (0..=dice.below(3)).filter_map(|near| Some(job.checked_sub(40)? / 40 * 40 + (job * 7 + near * 11) % 40));
        let needs: Vec<_> = near.inspect(|need| is_needed[*need] = true).map(|need| format!("Job {need}")).collect();
        let passes = move |number: u32| job % 997 != 500 && (lot < 90 || number > 1);
        dojob.add(DynJob::new(format!("Job {job}")).deps(needs).storage(move |_| lot < 20).check(|done, _| *done).run(
            move |done, ctx| -> Result {
                clock.advance(took);
                let number = ctx.try_number().number;
                ctx.println(format_args!("working on it, try {number}"));
                ensure!(passes(number), "the disk is full");
                *done = true;
                Ok(())
            },
        ));
    }
    for job in (0..jobs).filter(|job| !is_needed[*job]) {
        dojob.root_named(format!("Job {job}"));
    }
    Run::of(&mut dojob)
}
