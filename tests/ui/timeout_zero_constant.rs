use dojobber::prelude::*;

const LIMIT: std::time::Duration = std::time::Duration::ZERO;

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
