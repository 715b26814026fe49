use dojobber::prelude::*;

#[job]
fn bake() -> impl Future<Output = Result> {
    async { Ok(()) }
}

fn main() {}
