use dojobber::prelude::*;

struct Clean;

#[derive(Default)]
struct CleanCouch;

#[job]
impl CleanCouch {
    fn check(&self) -> Result<Clean> {
        Ok(Clean)
    }

    fn run(&mut self) {}
}

fn main() {}
