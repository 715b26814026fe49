use dojobber::prelude::*;

const TRIES: &str = "three";

#[derive(Default)]
struct CleanCouch;

#[job(tries = TRIES)]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
