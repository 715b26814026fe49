use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job]
impl CleanCouch {
    fn run(&mut self) {}
}

fn main() {}
