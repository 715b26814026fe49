use dojobber::prelude::*;

#[job(when = is_clod)]
fn defrost() {}

fn is_cold() -> bool {
    true
}

fn main() {}
