use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job(check = is_clean)]
impl CleanCouch {
    fn run(&mut self) {}
}

fn is_clean() -> bool {
    true
}

fn main() {}
