use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job]
impl CleanCouch {
    fn new() -> String {
        String::new()
    }

    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
