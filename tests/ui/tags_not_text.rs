use dojobber::prelude::*;

#[job(tags = [nightly])]
fn fluff_pillows() {}

fn main() {}
