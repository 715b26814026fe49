use dojobber::prelude::*;

#[job]
enum Room {
    Living,
}

fn main() {}
