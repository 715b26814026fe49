use dojobber::prelude::*;

#[job]
fn fluff_pillows() {}

#[job]
fn report(pillows: Output<fluff_pillows>) {
    let _ = pillows;
}

fn main() {}
