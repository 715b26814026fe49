use dojobber::prelude::*;

struct Party;

#[job(required_by = [Party])]
fn fluff_pillows() {}

fn main() {}
