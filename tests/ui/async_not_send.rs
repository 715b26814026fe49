use std::rc::Rc;

use dojobber::prelude::*;

#[derive(Default)]
struct Knead;

#[job(run_only)]
impl Knead {
    async fn run(&mut self) {
        let dough = Rc::new(3);
        std::future::ready(()).await;
        println!("{dough}");
    }
}

fn main() {}
