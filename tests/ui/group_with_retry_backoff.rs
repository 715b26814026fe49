use dojobber::prelude::*;

#[job(retry_backoff = 2)]
struct LivingRoom;

fn main() {}
