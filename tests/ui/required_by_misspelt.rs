use dojobber::prelude::*;

#[job]
struct LivingRoom;

#[job(required_by = [LivingRom])]
fn fluff_pillows() {}

fn main() {}
