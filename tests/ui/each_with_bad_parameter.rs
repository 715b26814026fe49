use dojobber::prelude::*;

#[derive(Clone)]
struct SendInvite {
    guest: String,
}

#[job(each = guests, name = "Invite {guest}")]
impl SendInvite {
    fn check(&self) -> bool {
        self.guest.is_empty()
    }

    fn run(&mut self) {}
}

fn guests(count: usize) -> Vec<SendInvite> {
    vec![SendInvite { guest: String::new() }; count]
}

fn main() {}
