use dojobber::prelude::*;

#[derive(Default)]
struct Nginx;

#[derive(Default)]
struct Redis;

#[derive(Default)]
struct Install<P>(std::marker::PhantomData<P>);

#[job(instances = [Install<Nginx>])]
impl<P> Install<P> {
    fn check(&self) -> bool {
        true
    }

    fn run(&mut self) {}
}

#[job(deps = [Install<Redis>])]
struct Server;

fn main() {}
