use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job]
impl CleanCouch {
    fn check(&self) -> u8 {
        1
    }

    fn run(&mut self) {}
}

fn main() {}
