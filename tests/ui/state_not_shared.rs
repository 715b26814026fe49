use dojobber::prelude::*;

#[job]
fn fluff_pillows(state: State<std::rc::Rc<u32>>) {
    let _ = state;
}

fn main() {}
