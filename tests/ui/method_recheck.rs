use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}

    fn recheck(&self) -> bool {
        true
    }
}

fn main() {}
