use dojobber::prelude::*;

#[job(settle = 30)]
struct LivingRoom;

fn main() {}
