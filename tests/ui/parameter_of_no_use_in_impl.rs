use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self, ctx: &Context, rooms: &str) {
        let _ = (ctx, rooms);
    }
}

fn main() {}
