use dojobber::prelude::*;

#[job(run_only)]
struct LivingRoom;

fn main() {}
