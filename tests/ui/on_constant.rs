use dojobber::prelude::*;

#[job]
const ROOMS: u32 = 3;

fn main() {}
