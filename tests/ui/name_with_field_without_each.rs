use dojobber::prelude::*;

#[derive(Default)]
struct SendInvite {
    guest: String,
}

#[job(name = "Invite {guest}")]
impl SendInvite {
    fn check(&self) -> bool {
        self.guest.is_empty()
    }

    fn run(&mut self) {}
}

fn main() {}
