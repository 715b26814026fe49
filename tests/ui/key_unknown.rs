use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job(retries = 3)]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
