use dojobber::prelude::*;

#[job(when = is_clod)]
fn defrost() {}

#[job(wen = is_cold)]
fn scrape() {}

fn is_cold() -> bool {
    true
}

fn main() {}
