use dojobber::prelude::*;

#[job(limits = "db")]
fn fluff_pillows() {}

fn main() {}
