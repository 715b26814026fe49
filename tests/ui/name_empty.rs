use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job(name = "")]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
