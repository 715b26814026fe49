use dojobber::prelude::*;

#[derive(Clone)]
struct SendInvite {
    guest: String,
}

#[job(each = guests, name = "Invite {guest}", key = "guest")]
impl SendInvite {
    fn check(&self) -> bool {
        self.guest.is_empty()
    }

    fn run(&mut self) {}
}

fn guests() -> Vec<SendInvite> {
    Vec::new()
}

fn main() {}
