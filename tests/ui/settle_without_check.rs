use dojobber::prelude::*;

#[job(settle = 30)]
fn fluff_pillows() {}

fn main() {}
