use dojobber::prelude::*;

const TRIES: u32 = 3;

#[derive(Default)]
struct CleanCouch;

#[job(tries = TRIES - 3)]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
