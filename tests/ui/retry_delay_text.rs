use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job(retry_delay = "1 s")]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
