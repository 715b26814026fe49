use dojobber::prelude::*;

#[job]
struct LivingRoom;

#[job(required_by = ["LivingRoom"])]
fn fluff_pillows() {}

fn main() {}
