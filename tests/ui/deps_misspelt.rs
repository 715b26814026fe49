use dojobber::prelude::*;

#[job]
fn fluff_pillows() {}

#[job(deps = [fluff_pilows])]
struct LivingRoom;

fn main() {}
