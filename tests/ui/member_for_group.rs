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

#[job(deps = [Provision[host]])]
struct Fleet;

fn main() {}
