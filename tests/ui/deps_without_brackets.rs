use dojobber::prelude::*;

#[job]
fn fluff_pillows() {}

#[job(deps = fluff_pillows)]
struct LivingRoom;

fn main() {}
