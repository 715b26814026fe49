use dojobber::prelude::*;

#[job(deps = [ui_jobs::fluff_pilows])]
struct LivingRoom;

fn main() {}
