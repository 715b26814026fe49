use dojobber::prelude::*;

#[job(limit = "db", limits = ["api"])]
fn fluff_pillows() {}

fn main() {}
