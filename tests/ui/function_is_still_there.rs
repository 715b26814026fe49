use dojobber::prelude::*;

#[job(colour = "red")]
fn pick_time() -> Result<String> {
    Ok("16:57".into())
}

/// Neither the function nor its result is missed.
#[job(deps = [pick_time])]
fn announce(start: Output<pick_time>) -> Result {
    let length = start.len();
    ensure!(pick_time()?.len() == length);
    Ok(())
}

fn main() {}
