use dojobber::prelude::*;

struct CleanCouch;

#[job(settle = 2)]
impl CleanCouch {
    fn run() {}
}

fn main() {}
