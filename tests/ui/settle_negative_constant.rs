use dojobber::prelude::*;

const TIME: f64 = 2.0;

#[derive(Default)]
struct CleanCouch;

#[job(settle = TIME - 3.0)]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
