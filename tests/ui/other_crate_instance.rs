use dojobber::prelude::*;

struct Redis;

#[job(deps = [ui_jobs::Install<Redis>])]
struct Server;

fn main() {}
