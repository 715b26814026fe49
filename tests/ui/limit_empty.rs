use dojobber::prelude::*;

#[job(limit = "")]
fn fluff_pillows() {}

fn main() {}
