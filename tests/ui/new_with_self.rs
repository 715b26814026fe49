use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job]
impl CleanCouch {
    fn new(&self) -> Self {
        CleanCouch
    }

    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
