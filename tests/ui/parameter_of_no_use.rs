use dojobber::prelude::*;

#[job]
fn fluff_pillows(count: u32) {
    let _ = count;
}

fn main() {}
