use dojobber::prelude::*;

struct Config;

#[job]
fn restart(changed: Changed<Config>) {
    let _ = changed.get();
}

fn main() {}
