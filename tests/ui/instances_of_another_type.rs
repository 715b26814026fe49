use dojobber::prelude::*;

#[derive(Default)]
struct Nginx;

#[derive(Default)]
struct Remove<P>(std::marker::PhantomData<P>);

#[derive(Default)]
struct Install<P>(std::marker::PhantomData<P>);

#[job(instances = [Remove<Nginx>])]
impl<P> Install<P> {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

fn main() {}
