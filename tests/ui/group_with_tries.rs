use dojobber::prelude::*;

#[job(tries = 3)]
struct LivingRoom;

fn main() {}
