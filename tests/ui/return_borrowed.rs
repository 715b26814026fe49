use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job]
impl CleanCouch {
    fn check(&self) -> Result<&str> {
        Ok("clean")
    }

    fn run(&mut self) {}
}

fn main() {}
