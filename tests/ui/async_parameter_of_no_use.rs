use dojobber::prelude::*;

#[job]
async fn knead(turns: u32) {
    println!("{turns}");
}

fn main() {}
