use dojobber::prelude::*;

const DELAY: u32 = 2;

#[derive(Default)]
struct CleanCouch;

#[job(retry_delay = DELAY)]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
