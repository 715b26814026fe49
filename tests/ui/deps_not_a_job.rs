use dojobber::prelude::*;

struct Couch;

#[job(deps = [Couch])]
struct LivingRoom;

fn main() {}
