use dojobber::prelude::*;

#[job]
fn report(pillows: Output<ui_jobs::fluff_pillows>) {
    let _ = pillows;
}

fn main() {}
