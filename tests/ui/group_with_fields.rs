use dojobber::prelude::*;

#[job]
struct LivingRoom {
    dusted: bool,
}

fn main() {}
