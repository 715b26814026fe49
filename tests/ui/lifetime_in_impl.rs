use dojobber::prelude::*;

struct CleanCouch<'a>(&'a str);

#[job]
impl CleanCouch<'_> {
    fn check(&self) -> bool {
        self.0.is_empty()
    }

    fn run(&mut self) {}
}

fn main() {}
