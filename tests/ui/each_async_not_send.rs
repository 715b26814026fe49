use std::rc::Rc;

use dojobber::prelude::*;

#[derive(Clone)]
struct SendInvite {
    guest: String,
}

#[job(each = guests, name = "Invite {guest}", run_only)]
impl SendInvite {
    fn run() {}
}

async fn guests() -> Vec<SendInvite> {
    let guest = Rc::new("Ted".to_owned());
    std::future::ready(()).await;
    vec![SendInvite { guest: guest.to_string() }]
}

fn main() {}
