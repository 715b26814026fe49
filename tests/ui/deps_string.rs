use dojobber::prelude::*;

#[job(deps = ["Couch"])]
struct LivingRoom;

fn main() {}
