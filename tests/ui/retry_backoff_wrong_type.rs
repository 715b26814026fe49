use dojobber::prelude::*;

const FACTOR: u32 = 2;

#[derive(Default)]
struct CleanCouch;

#[job(retry_backoff = FACTOR)]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
