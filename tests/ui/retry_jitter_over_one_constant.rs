use dojobber::prelude::*;

const PERCENT: f64 = 10.0;

#[derive(Default)]
struct CleanCouch;

#[job(retry_jitter = PERCENT)]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
