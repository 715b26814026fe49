use dojobber::prelude::*;

#[job]
unsafe fn fluff_pillows() {}

fn main() {}
