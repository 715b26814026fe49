use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job(time_out = 30)]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
