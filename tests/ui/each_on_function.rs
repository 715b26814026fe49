use dojobber::prelude::*;

#[job(each = guests)]
fn send_invite() {}

fn guests() -> Vec<String> {
    Vec::new()
}

fn main() {}
