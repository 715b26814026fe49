use dojobber::prelude::*;

#[job]
struct LivingRoom;

#[job]
fn count(rooms: Outputs<LivingRoom>) {
    let _ = rooms.len();
}

fn main() {}
