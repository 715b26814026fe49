use dojobber::prelude::*;

struct Couch;

impl Couch {
    #[job]
    fn clean(&self) {}
}

fn main() {}
