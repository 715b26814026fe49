use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run<T>(&mut self) {}
}

fn main() {}
