use dojobber::prelude::*;

#[job(when = is_cold())]
fn defrost() {}

fn is_cold() -> bool {
    true
}

fn main() {}
