use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job(retry_max_delay = -60)]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
