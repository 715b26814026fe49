use dojobber::prelude::*;

trait Clean {
    fn check(&self) -> bool;
    fn run(&mut self);
}

#[derive(Default)]
struct CleanCouch;

#[job]
impl Clean for CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
