use dojobber::prelude::*;

#[job]
async fn fluff_pillows() {}

fn main() {}
