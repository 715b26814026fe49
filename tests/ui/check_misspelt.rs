use dojobber::prelude::*;

#[job(check = is_cleen)]
fn clean() {}

fn is_clean() -> bool {
    true
}

fn main() {}
