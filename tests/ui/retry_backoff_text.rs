use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job(retry_backoff = "2")]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
