use dojobber::prelude::*;

#[job(check = is_clean)]
struct LivingRoom;

fn is_clean() -> bool {
    true
}

fn main() {}
