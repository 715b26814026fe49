use dojobber::prelude::*;

const LIMIT: u32 = 30;

#[derive(Default)]
struct CleanCouch;

#[job(timeout = LIMIT)]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
