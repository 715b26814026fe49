use dojobber::prelude::*;

#[job]
struct LivingRoom<const ROOMS: usize>;

fn main() {}
