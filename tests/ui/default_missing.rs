use dojobber::prelude::*;

struct CleanCouch;

#[job]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
