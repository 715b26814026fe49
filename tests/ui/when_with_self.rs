use dojobber::prelude::*;

#[derive(Default)]
struct Defrost;

#[job(when = Self::is_cold, run_only)]
impl Defrost {
    fn is_cold(&self) -> bool {
        true
    }

    fn run(&self) {}
}

fn main() {}
