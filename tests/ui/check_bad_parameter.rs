use dojobber::prelude::*;

#[job(check = is_clean)]
fn clean() {}

fn is_clean(rooms: u32) -> bool {
    rooms > 0
}

fn main() {}
