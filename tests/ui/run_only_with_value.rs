use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job(run_only = true)]
impl CleanCouch {
    fn run(&mut self) {}
}

fn main() {}
