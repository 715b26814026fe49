//! Extractors, in any order and number.

use super::*;

#[derive(serde::Deserialize)]
struct House {
    rooms: u8,
}

struct Pool(u8);

#[job]
fn count() -> Result<u8> {
    Ok(2)
}

#[derive(Clone)]
struct Door(u8);

#[job(each = doors, name = "Door {0}", run_only)]
impl Door {
    fn run(&self) -> Result<u8> {
        Ok(self.0)
    }
}

fn doors(Args(args): Args<House>) -> impl Iterator<Item = Door> {
    (0..args.rooms).map(Door)
}

/// One of the user's own.
struct Rooms(u8);

impl FromContext<'_> for Rooms {
    fn from_context(ctx: &Context) -> Result<Self> {
        Ok(Self(<Args<House>>::from_context(ctx)?.rooms))
    }

    fn requires(requires: &mut dojobber::Requires) {
        requires.args::<House>();
    }
}

use dojobber::FromContext;

#[derive(Default)]
struct Takes {
    seen: u8,
}

#[job]
impl Takes {
    #[allow(clippy::too_many_arguments)]
    fn run(
        &mut self,
        phase: Phase,
        Args(house): Args<House>,
        doors: Outputs<Door>,
        mut attempt: Try,
        count: Output<count>,
        State(pool): State<Pool>,
        changed: Changed<count>,
        global: &Global,
        Rooms(rooms): Rooms,
        ctx: &Context,
        maybe: Option<Output<count>>,
    ) -> Result {
        attempt.number += 1;
        ensure!(phase == Phase::Run && ctx.phase() == phase && attempt.number == 2);
        ensure!(house.rooms == rooms && changed.get() && maybe.is_some());
        self.seen = u8::try_from(doors.len())? + *count + pool.0;
        global.set("seen", self.seen)
    }

    fn check(&self, _: &Global, args: &Args<House>) -> bool {
        self.seen == args.rooms + 2 + 10
    }
}

#[job(check = is_told)]
fn told(global: &Global, count: Output<count>, args: Args<House>) -> Result {
    global.set("told", *count + args.rooms)
}

#[allow(clippy::needless_pass_by_value, reason = "that is how an extractor is taken")]
fn is_told(args: &Args<House>, phase: Phase, global: &Global, count: Output<count>) -> bool {
    phase != Phase::Run && global.get::<u8>("told").is_ok_and(|told| told == *count + args.rooms)
}

#[test]
fn are_extracted() {
    let mut dojob = root::<Takes>();
    let report = dojob.root::<told>().set_args(House { rooms: 3 }).state(Pool(10)).checknrun().unwrap();
    let error = report.error("Takes").or(report.error("told"));
    assert!(report.success(), "{error:?}");
    assert_eq!(report.global().get::<u8>("seen").unwrap(), 15);
}

#[test]
fn imply_dependencies_by_phase_and_parameter() {
    let mut dojob = root::<Takes>();
    dojob.set_args(House { rooms: 1 }).state(Pool(0));
    let plan = dojob.plan().unwrap();
    let needed: Vec<_> = plan.find("Takes").unwrap().dependencies().map(|job| job.name().to_owned()).collect();
    assert_eq!(needed, ["Door 0", "count"]);
}
