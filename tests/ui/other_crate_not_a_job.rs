use dojobber::prelude::*;

#[job(deps = [ui_jobs::Sofa])]
struct LivingRoom;

fn main() {}
