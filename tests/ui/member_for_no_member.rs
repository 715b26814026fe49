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

#[derive(Default)]
struct CleanCouch;

#[job(deps = [Provision[host]])]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
