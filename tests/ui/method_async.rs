use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch;

#[job]
impl CleanCouch {
    async fn check(&self) -> Result<String> {
        Ok("clean".into())
    }

    fn run(&mut self) {}
}

fn main() {}
