//! Families that come into being during the run, two at once.

use super::*;

#[job(crate = crate)]
fn survey() -> Result<u32> {
    Ok(2)
}

macro_rules! family {
    ($Family:ident, $members:ident) => {
        #[derive(Clone)]
        struct $Family {
            number: u32,
        }

        #[job(crate = crate, each = $members, name = "{number} of them", run_only, tries = 2, retry_delay = 1)]
        impl $Family {
            fn run(&self, State(calls): State<Calls>, ctx: &Context) -> Result<u32> {
                calls.call(ctx, || ());
                ensure!(ctx.try_number().is_last(), "once more");
                Ok(self.number)
            }

            fn cleanup(&self, State(calls): State<Calls>, ctx: &Context) {
                calls.call(ctx, || ());
            }
        }
    };
}

family!(Left, lefts);
family!(Right, rights);

fn lefts(Output(count): Output<survey>) -> Vec<Left> {
    (0..*count).map(|number| Left { number }).collect()
}

fn rights(Output(count): Output<survey>) -> Vec<Right> {
    (0..*count).map(|number| Right { number: 10 + number }).collect()
}

#[job(crate = crate)]
fn list(lefts: Outputs<Left>, rights: Outputs<Right>) -> Result<Vec<u32>> {
    Ok(lefts.iter().chain(rights.iter()).map(|(_, number)| *number).collect())
}

#[test]
fn two_families_that_come_late() {
    for slots in [2, 3] {
        explore(move || {
            let calls = Calls::new();
            let mut dojob = dojobber();
            dojob.root::<list>().state(calls.clone());
            let report = in_threads(&mut dojob, slots);
            assert!(report.success(), "{:?}", statuses(&report));
            assert_eq!(*report.output::<list>().unwrap(), [0, 1, 10, 11]);
            assert_in_order(&calls.all(), slots, report.plan());
            assert_eq!(calls.all().iter().filter(|call| call.begins(Phase::Run)).count(), 8);
        });
    }
}

/// What jobs say themselves is told of while somebody else lets the graph grow.
#[test]
fn members_are_looked_up_at_the_moment_they_come_into_being() {
    explore(|| {
        let mut dojob = dojobber();
        dojob.root::<list>().state(Calls::new()).on_event(|plan, event| {
            if matches!(event.kind, EventKind::Output { .. }) {
                for name in ["0 of them", "1 of them"] {
                    assert!(plan.find(name).is_none_or(|job| job.name() == name));
                }
            }
        });
        let talks = |ctx: &Context| (0..50).for_each(|_| ctx.println("what is there?"));
        let report = in_threads(dojob.add(DynJob::new("talks").tries(1).run(talks)).root_named("talks"), 2);
        assert!(report.success(), "{:?}", statuses(&report));
    });
}
