use std::cell::Cell;

use dojobber::prelude::*;

#[derive(Default)]
struct Knead {
    turns: Cell<u32>,
}

#[job]
impl Knead {
    async fn check(&self) -> bool {
        self.turns.get() > 3
    }

    fn run(&mut self) {}
}

fn main() {}
