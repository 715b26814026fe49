use dojobber::prelude::*;

#[job]
struct LivingRoom;

#[job(deps = ["LivingRoom", 3])]
fn fluff_pillows() {}

fn main() {}
