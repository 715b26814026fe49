use dojobber::prelude::*;

#[job]
mod rooms {}

fn main() {}
