use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job(timeout = f64::NAN)]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
