use dojobber::prelude::*;

#[derive(Default)]
struct Install<P>(std::marker::PhantomData<P>);

#[job(instances = [])]
impl<P> Install<P> {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
