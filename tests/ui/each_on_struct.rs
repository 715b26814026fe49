use dojobber::prelude::*;

#[job(each = guests)]
struct SendInvite;

fn guests() -> Vec<SendInvite> {
    Vec::new()
}

fn main() {}
