use dojobber::prelude::*;

#[job(instances = [fluff_pillows])]
fn fluff_pillows() {}

fn main() {}
