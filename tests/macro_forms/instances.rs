//! One job for each of some types.

use super::*;
use std::marker::PhantomData;

trait Package {
    const NAME: &'static str;
}

#[derive(Default)]
struct Nginx;

impl Package for Nginx {
    const NAME: &'static str = "nginx";
}

struct Redis<'a>(PhantomData<&'a str>);

impl Package for Redis<'_> {
    const NAME: &'static str = "redis";
}

struct Install<P, const TWICE: bool>(PhantomData<P>);

impl<P, const TWICE: bool> Default for Install<P, TWICE> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

/// A package is there.
#[job(instances = [self::Install<Nginx, false>, Install<Redis<'static>, true>], tries = 1, tags = ["packages"])]
impl<P: Package, const TWICE: bool> Install<P, TWICE> {
    fn check(&self) -> Result<&'static str> {
        Ok(P::NAME)
    }

    fn run(&mut self) {}
}

struct Start<P>(P);

#[job(instances = [Start<Nginx>], deps = [Install<Nginx, false>])]
impl<P> Start<P>
where
    P: Default,
{
    fn new() -> Self {
        Self(P::default())
    }

    fn check(&self) -> bool {
        let _ = &self.0;
        true
    }

    fn run(&self) {}
}

#[job(deps = [Start<Nginx>, Install<Redis<'static>, true>])]
fn report(name: Output<Install<Nginx, false>>) -> Result {
    ensure!(*name == "nginx");
    Ok(())
}

#[test]
fn are_jobs_each() {
    run::<report>();
    assert_eq!(names::<report>(), ["Install<Nginx, false>", "Start<Nginx>", "Install<Redis<'static>, true>", "report"]);
    let registered = dojobber::registered();
    let tagged = registered.iter().filter(|job| job.tags() == ["packages"]).count();
    assert_eq!(tagged, 2);
}
