use dojobber::prelude::*;

#[derive(Default)]
struct Knead;

#[job(run_only)]
impl Knead {
    async fn run() -> u32 {
        3
    }
}

fn main() {}
