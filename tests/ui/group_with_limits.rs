use dojobber::prelude::*;

#[job(limits = ["db"])]
struct LivingRoom;

fn main() {}
