//! What families cost, beside the same graph built by hand from `DynJob`s: from nothing to the plan, and the run.

#![expect(clippy::unwrap_used, reason = "a benchmark")]

use std::cell::RefCell;

use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher};
use dojobber::prelude::*;

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

const MEMBERS: usize = 100_000;
const HOSTS: usize = 1_000;

fn main() {
    divan::main();
}

/// One family of many members, and a group that needs all of them.
#[derive(Clone)]
struct Member {
    number: usize,
}

#[job(each = members, name = "Member {number}")]
impl Member {
    fn check(&self) -> bool {
        self.number < usize::MAX
    }
    fn run(&self) {}
}

fn members() -> impl Iterator<Item = Member> {
    (0..MEMBERS).map(|number| Member { number })
}

#[job(deps = [Member])]
struct AllMembers;

/// A step on every host, behind the step before on the same host.
macro_rules! steps {
    ($first:ident $($rest:ident)*) => {
        #[derive(Clone)]
        struct $first { host: usize }

        #[job(each = $first::on_all, name = "first step on {host}", key = host)]
        impl $first {
            fn check(&self) -> bool { self.host < usize::MAX }
            fn run(&self) {}
        }
        impl $first {
            fn on_all() -> impl Iterator<Item = Self> { (0..HOSTS).map(|host| Self { host }) }
        }
        steps!(@ $first $($rest)*);
    };
    (@ $before:ident $step:ident $($rest:ident)*) => {
        #[derive(Clone)]
        struct $step { host: usize, name: &'static str }

        #[job(each = $step::on_all, name = "{name} on {host}", key = host, deps = [$before[host]])]
        impl $step {
            fn check(&self) -> bool { self.host < usize::MAX }
            fn run(&self) {}
        }
        impl $step {
            fn on_all() -> impl Iterator<Item = Self> {
                (0..HOSTS).map(|host| Self { host, name: stringify!($step) })
            }
        }
        steps!(@ $step $($rest)*);
    };
    (@ $last:ident) => {
        #[job(deps = [$last])]
        struct AllHosts;
    };
}

steps!(Step01 Step02 Step03 Step04 Step05 Step06 Step07 Step08 Step09 Step10
       Step11 Step12 Step13 Step14 Step15 Step16 Step17 Step18 Step19 Step20);

const STEPS: usize = 20;

fn members_by_hand() -> DoJobber {
    let mut dojob = DoJobber::new();
    let mut names = Vec::with_capacity(MEMBERS);
    for number in 0..MEMBERS {
        let name = format!("Member {number}");
        names.push(name.clone());
        dojob.add(DynJob::new(name).check(move |_| number < usize::MAX).run(|_| ()));
    }
    dojob.add(DynJob::new("all").deps(names)).root_named("all");
    dojob
}

fn hosts_by_hand() -> DoJobber {
    let mut dojob = DoJobber::new();
    let mut last = Vec::with_capacity(HOSTS);
    for host in 0..HOSTS {
        for step in 1..=STEPS {
            let mut job = DynJob::new(format!("step {step} on {host}"));
            if step > 1 {
                job = job.deps([format!("step {} on {host}", step - 1)]);
            }
            dojob.add(job.check(move |_| host < usize::MAX).run(|_| ()));
        }
        last.push(format!("step {STEPS} on {host}"));
    }
    dojob.add(DynJob::new("all").deps(last)).root_named("all");
    dojob
}

fn of_family<J: dojobber::Job>() -> DoJobber {
    let mut dojob = DoJobber::new();
    dojob.root::<J>();
    dojob
}

/// From nothing to the plan: where the members come from is part of it.
fn plan(bencher: Bencher<'_, '_>, jobs: usize, dojob: impl Fn() -> DoJobber) {
    bencher.counter(ItemsCount::new(jobs)).bench_local(|| {
        let dojob = dojob();
        let plan = dojob.plan().unwrap();
        assert_eq!(plan.len(), jobs + 1);
        (dojob, plan)
    });
}

fn run(bencher: Bencher<'_, '_>, jobs: usize, dojob: DoJobber) {
    let dojob = RefCell::new(dojob);
    bencher.counter(ItemsCount::new(jobs)).with_inputs(|| dojob.borrow().plan().unwrap()).bench_local_values(|plan| {
        let report = dojob.borrow_mut().checknrun_plan(plan).unwrap();
        assert!(report.success());
        report
    });
}

mod members_100_000 {
    use super::{AllMembers, Bencher, MEMBERS, members_by_hand, of_family, plan, run};

    #[divan::bench]
    fn plan_family(bencher: Bencher<'_, '_>) {
        plan(bencher, MEMBERS, of_family::<AllMembers>);
    }

    #[divan::bench]
    fn plan_by_hand(bencher: Bencher<'_, '_>) {
        plan(bencher, MEMBERS, members_by_hand);
    }

    #[divan::bench]
    fn run_family(bencher: Bencher<'_, '_>) {
        run(bencher, MEMBERS, of_family::<AllMembers>());
    }

    #[divan::bench]
    fn run_by_hand(bencher: Bencher<'_, '_>) {
        run(bencher, MEMBERS, members_by_hand());
    }
}

mod hosts_1_000_by_20 {
    use super::{AllHosts, Bencher, HOSTS, STEPS, hosts_by_hand, of_family, plan, run};

    #[divan::bench]
    fn plan_family(bencher: Bencher<'_, '_>) {
        plan(bencher, HOSTS * STEPS, of_family::<AllHosts>);
    }

    #[divan::bench]
    fn plan_by_hand(bencher: Bencher<'_, '_>) {
        plan(bencher, HOSTS * STEPS, hosts_by_hand);
    }

    #[divan::bench]
    fn run_family(bencher: Bencher<'_, '_>) {
        run(bencher, HOSTS * STEPS, of_family::<AllHosts>());
    }

    #[divan::bench]
    fn run_by_hand(bencher: Bencher<'_, '_>) {
        run(bencher, HOSTS * STEPS, hosts_by_hand());
    }
}
