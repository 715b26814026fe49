use dojobber::prelude::*;

#[derive(Clone)]
struct SendInvite {
    guests: Vec<String>,
}

#[job(each = guests, name = "Invite {guests}")]
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
