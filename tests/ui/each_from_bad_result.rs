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

fn guests() -> Result<Vec<SendInvite>, u32> {
    Err(3)
}

fn main() {}
