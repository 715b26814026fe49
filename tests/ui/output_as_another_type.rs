use dojobber::prelude::*;

#[job]
fn pick_time() -> Result<String> {
    Ok("16:57".into())
}

#[job]
fn announce(start: Output<pick_time>) {
    let _: u32 = *start;
}

fn main() {}
