use dojobber::prelude::*;

#[job]
extern "C" fn fluff_pillows() {}

fn main() {}
