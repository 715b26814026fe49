use dojobber::prelude::*;

#[job(limit = ["db"])]
fn fluff_pillows() {}

fn main() {}
