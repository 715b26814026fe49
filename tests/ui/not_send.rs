use dojobber::prelude::*;

#[derive(Default)]
struct CleanCouch(std::rc::Rc<u32>);

#[job]
impl CleanCouch {
    fn check(&self) -> bool {
        *self.0 == 0
    }

    fn run(&mut self) {}
}

fn main() {}
