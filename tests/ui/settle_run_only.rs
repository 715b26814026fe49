use dojobber::prelude::*;

struct OrderPizza;

#[job(run_only, settle_interval = 2)]
impl OrderPizza {
    fn run() {}
}

fn main() {}
