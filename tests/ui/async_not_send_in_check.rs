use std::rc::Rc;

use dojobber::prelude::*;

#[job(check = is_kneaded)]
fn knead() {}

async fn is_kneaded() -> bool {
    let dough = Rc::new(3);
    std::future::ready(()).await;
    *dough > 2
}

fn main() {}
