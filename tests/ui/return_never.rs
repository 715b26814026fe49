use dojobber::prelude::*;

#[job]
fn wait_for_ever() -> ! {
    loop {}
}

fn main() {}
