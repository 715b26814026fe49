use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) -> u8 {
        1
    }
}

fn main() {}
