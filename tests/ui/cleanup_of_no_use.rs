use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}

    fn cleanup(&mut self) -> Option<()> {
        None
    }
}

fn main() {}
