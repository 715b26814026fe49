use dojobber::prelude::*;

struct Dusty;

#[derive(Default)]
struct CleanCouch;

#[job]
impl CleanCouch {
    fn check(&self) -> Result<(), Dusty> {
        Err(Dusty)
    }

    fn run(&mut self) {}
}

fn main() {}
