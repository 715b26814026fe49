use dojobber::prelude::*;

struct Rooms;

#[job]
fn fluff_pillows(rooms: Args<Rooms>) {
    let _ = rooms;
}

fn main() {}
