use dojobber::prelude::*;

#[job]
fn fluff_pillows(count: impl Into<u32>) {
    let _ = count.into();
}

fn main() {}
