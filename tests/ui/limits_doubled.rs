use dojobber::prelude::*;

#[job(limits = ["db", "db"])]
fn fluff_pillows() {}

fn main() {}
