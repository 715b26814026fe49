use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job(tries = 2.5)]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
