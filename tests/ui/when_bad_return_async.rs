use dojobber::prelude::*;

#[job(when = degrees)]
fn defrost() {}

async fn degrees() -> Result<String> {
    Ok("-5".into())
}

fn main() {}
