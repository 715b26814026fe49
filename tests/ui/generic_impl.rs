use dojobber::prelude::*;

struct CleanCouch<T>(T);

#[job]
impl<T> CleanCouch<T> {
    fn check() -> bool {
        true
    }

    fn run() {}
}

/// What is no job for that reason alone is no second mistake.
#[job(deps = [CleanCouch<u8>])]
struct LivingRoom;

fn main() {}
