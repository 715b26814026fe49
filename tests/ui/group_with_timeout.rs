use dojobber::prelude::*;

#[job(timeout = 30)]
struct LivingRoom;

fn main() {}
