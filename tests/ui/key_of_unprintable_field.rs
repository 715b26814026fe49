use dojobber::prelude::*;

#[derive(Clone)]
struct SendInvite {
    name: String,
    friends: Vec<String>,
}

#[job(each = guests, name = "Invite {name}", key = friends)]
impl SendInvite {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn guests() -> Vec<SendInvite> {
    Vec::new()
}

fn main() {}
