use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job(timeout = 0)]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
