use dojobber::prelude::*;

#[job]
trait Room {}

fn main() {}
