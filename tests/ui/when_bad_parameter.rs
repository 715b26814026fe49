use dojobber::prelude::*;

#[job(when = is_cold)]
struct Winter;

fn is_cold(degrees: i32) -> bool {
    degrees < 0
}

fn main() {}
