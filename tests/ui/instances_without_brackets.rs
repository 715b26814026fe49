use dojobber::prelude::*;

struct Nginx;

#[derive(Default)]
struct Install<P>(std::marker::PhantomData<P>);

#[job(instances = Install<Nginx>)]
impl<P> Install<P> {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
