use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job(retry_jitter = 1.5)]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
