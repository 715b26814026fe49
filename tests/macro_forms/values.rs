//! What each try starts with.

use super::*;

#[job(deps = [FromNew, FromResult, FromExtractors, NoValue, Mixed])]
struct All;

struct FromNew(u8);

#[job]
impl FromNew {
    fn new() -> Self {
        Self(3)
    }

    fn check(&self) -> Result<u8> {
        Ok(self.0)
    }

    fn run(&self) {}
}

struct FromResult(u8);

#[job]
impl FromResult {
    fn new() -> Result<FromResult, std::num::ParseIntError> {
        Ok(Self("4".parse()?))
    }

    #[allow(clippy::needless_arbitrary_self_type)]
    fn check(self: &Self) -> Result<u8> {
        Ok(self.0)
    }

    #[allow(clippy::needless_arbitrary_self_type)]
    fn run(self: &mut Self) {}
}

struct FromExtractors(u32, Phase);

#[job]
impl FromExtractors {
    fn new(attempt: Try, phase: Phase, ctx: &Context) -> Self {
        assert_eq!(ctx.phase(), phase);
        Self(attempt.number, phase)
    }

    fn check(&self) -> bool {
        self.0 == 1 && self.1 == Phase::Check
    }

    fn run(&self) {}
}

/// Without `self`, no value is needed: this one can't even be made.
enum NoValue {}

#[job]
impl NoValue {
    fn check() -> Result {
        Ok(())
    }

    fn run() {}
}

/// One method with, one without.
#[derive(Default)]
struct Mixed {
    ran: bool,
}

#[job]
impl Mixed {
    fn check(&self) -> bool {
        self.ran && Self::helper()
    }

    fn run(&mut self) {
        self.ran = true;
    }

    fn cleanup(global: &Global) -> Result {
        global.set("cleaned", true)
    }

    /// Methods besides are the user's own, also near misses that are called.
    fn helper() -> bool {
        Self::check_it() && Self::now() == 1
    }

    fn check_it() -> bool {
        true
    }

    fn now() -> u8 {
        1
    }
}

struct Refuses;

#[job(tries = 1)]
impl Refuses {
    fn new() -> Result<Self> {
        bail!("no value today")
    }

    fn check(&self) {}

    fn run(&self) {}
}

#[test]
fn are_made_anew() {
    let report = run::<All>();
    assert_eq!((report.output::<FromNew>(), report.output::<FromResult>()), (Some(&3), Some(&4)));
    assert!(report.global().get::<bool>("cleaned").unwrap());
    assert_eq!(error_of::<Refuses>("Refuses"), "no value today");
}
