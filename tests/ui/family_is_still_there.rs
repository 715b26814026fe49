use dojobber::prelude::*;

#[derive(Clone)]
struct SendInvite {
    guest: String,
}

#[job(each = guests, name = "Invite {guest", key = guest)]
impl SendInvite {
    fn check(&self) -> Result<usize> {
        Ok(self.guest.len())
    }

    fn run(&mut self) {}
}

fn guests() -> Vec<SendInvite> {
    Vec::new()
}

#[derive(Clone)]
struct Expect {
    guest: String,
}

/// Neither the family nor its results are missed.
#[job(each = expected, name = "Expect {guest}", deps = [SendInvite[guest]], run_only)]
impl Expect {
    fn run(&self, length: Output<SendInvite>) -> bool {
        *length == self.guest.len()
    }
}

fn expected() -> Vec<Expect> {
    Vec::new()
}

#[job]
fn count(invites: Outputs<SendInvite>) -> Result<usize> {
    Ok(invites.iter().map(|(_, length)| *length).sum())
}

fn main() {
    DoJobber::new().root::<count>().add_to::<Expect>(SendInvite { guest: "Wendell".into() });
}
