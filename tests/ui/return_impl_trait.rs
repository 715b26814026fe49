use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job]
impl CleanCouch {
    fn check(&self) -> Result<impl Copy> {
        Ok(1)
    }

    fn run(&mut self) {}
}

fn main() {}
