use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job(settle = 30, settle_interval = 0.0)]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
