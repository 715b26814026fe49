use dojobber::prelude::*;

#[job(deps = [ui_jobs::hide_presents])]
struct LivingRoom;

fn main() {}
