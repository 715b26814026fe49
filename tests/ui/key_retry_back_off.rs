use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job(retry_back_off = 2.0)]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
