use dojobber::prelude::*;

#[job(tags = [""])]
fn fluff_pillows() {}

fn main() {}
