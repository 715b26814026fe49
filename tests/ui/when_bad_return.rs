use dojobber::prelude::*;

#[job(when = degrees)]
fn defrost() {}

fn degrees() -> i32 {
    -5
}

fn main() {}
