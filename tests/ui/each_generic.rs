use dojobber::prelude::*;

#[derive(Clone)]
struct SendInvite<P> {
    guest: P,
}

#[job(each = guests, name = "Invite {guest}")]
impl<P> SendInvite<P> {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn guests() -> Vec<SendInvite<String>> {
    vec![SendInvite { guest: String::new() }]
}

fn main() {}
