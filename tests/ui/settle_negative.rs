use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job(settle = -1)]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
