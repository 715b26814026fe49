use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job(colour = "red")]
impl CleanCouch {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

/// Neither the type nor the job that it would be is missed.
#[job(deps = [CleanCouch])]
fn sit(clean: Changed<CleanCouch>) {
    let mut couch = CleanCouch;
    couch.run();
    let _ = (couch.check(), clean.get());
}

fn main() {}
