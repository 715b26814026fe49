use dojobber::prelude::*;

#[job]
fn fluff_pillows(#[cfg(unix)] global: &Global) {
    let _ = global;
}

fn main() {}
