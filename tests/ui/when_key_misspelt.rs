use dojobber::prelude::*;

#[job(wen = is_cold)]
fn scrape() {}

fn is_cold() -> bool {
    true
}

fn main() {}
