use dojobber::prelude::*;

#[job]
fn fluff_pillows<'a>(ctx: &'a Context) {
    let _ = ctx;
}

fn main() {}
