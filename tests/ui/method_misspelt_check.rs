use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job(run_only)]
impl CleanCouch {
    fn chek(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
