use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job(instances = [CleanCouch])]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
