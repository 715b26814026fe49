use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job(tries = 3, tries = 4)]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
