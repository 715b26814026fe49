use dojobber::prelude::*;

#[derive(Clone)]
struct Provision {
    host: String,
}

#[job(each = hosts, name = "Provision {host}", key = host)]
impl Provision {
    fn check(&self) -> bool {
        self.host.is_empty()
    }

    fn run(&mut self) {}
}

fn hosts() -> Vec<Provision> {
    Vec::new()
}

#[derive(Clone)]
struct SendInvite {
    guest: String,
}

#[job(each = guests, name = "Invite {guest}", deps = [Provision["guest"]])]
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
