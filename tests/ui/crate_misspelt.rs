use dojobber::prelude::*;

#[job(crate = ::dojober)]
fn fluff_pillows() {}

fn main() {}
