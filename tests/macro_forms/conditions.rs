//! `#[cfg]` on methods, and on the item below the attribute.

use super::*;

#[derive(Default)]
struct OneOfTwo;

#[job]
impl OneOfTwo {
    #[cfg(not(test))]
    fn check(&self) -> Result<NotThere> {
        Ok(not_there())
    }

    #[cfg(test)]
    fn check(&self) -> Result<u8> {
        Ok(1)
    }

    fn run(&self) {}

    #[cfg(not(test))]
    fn cleanup(&self, _: NotThere) {}
}

#[derive(Default)]
struct TheOther;

#[job]
impl TheOther {
    #[cfg(test)]
    fn check(&self) -> Result<u8> {
        Ok(2)
    }

    #[cfg(not(test))]
    fn check(&self) -> bool {
        false
    }

    fn run(&self) {}
}

#[derive(Default)]
struct MaybeNew(u8);

#[job]
impl MaybeNew {
    #[cfg(not(test))]
    fn new() -> Self {
        Self(9)
    }

    fn check(&self) -> Result<u8> {
        Ok(self.0)
    }

    fn run(&self) {}
}

#[job]
#[cfg(not(test))]
fn below() -> Result<NotThere> {}

#[job(deps = [OneOfTwo, TheOther, MaybeNew])]
#[cfg(test)]
fn below() -> Result<u8> {
    Ok(3)
}

#[test]
fn hold_for_what_calls_them() {
    let report = run::<below>();
    assert_eq!((report.output::<OneOfTwo>(), report.output::<TheOther>()), (Some(&1), Some(&2)));
    assert_eq!((report.output::<MaybeNew>(), report.output::<below>()), (Some(&0), Some(&3)));
}
