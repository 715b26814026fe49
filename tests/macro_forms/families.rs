//! One job for each value.

use super::*;
use std::collections::BTreeMap;

macro_rules! family {
        ($name:ident($($field:ty),*), $each:ident, $($keys:tt)*) => {
            #[derive(Clone)]
            struct $name($($field),*);

            #[job(each = $each, $($keys)*)]
            impl $name {
                fn check(&self) -> Result<String> {
                    Ok(self.0.to_string())
                }

                fn run(&self) {}
            }
        };
    }

family!(Plain(&'static str), plain, name = "plain {0}", required_by = [All], tags = ["some", "words"]);
family!(Fallible(u8), fallible, name = "fallible {0:>3} of {0:03}");
family!(Braces(char, u8), iterated, name = "{{{0}}} {1:#x}", key = 1);
family!(Tuple(u8, u8), mapped, name = "tuple {0} {1}", key = (1, 0));
family!(Member(u8, u8), members, name = "member {0}", deps = [Tuple[0, 1], Braces[0], Plain]);
family!(Empty(u8), empty, name = "empty {0}");

#[job(deps = [Fallible, Member, Empty])]
struct All;

fn plain() -> Vec<Plain> {
    vec![Plain("b"), Plain("a")]
}

fn fallible(global: &Global, ctx: &Context) -> Result<Option<Fallible>, std::io::Error> {
    let taken = global.contains("taken") || ctx.arg::<bool>("taken").is_ok();
    Ok((!taken).then_some(Fallible(7)))
}

fn iterated() -> impl Iterator<Item = Braces> {
    [Braces('x', 255), Braces('y', 254)].into_iter()
}

fn mapped() -> anyhow::Result<impl IntoIterator<Item = Tuple>> {
    let pairs = BTreeMap::from([(1, 254), (2, 255)]);
    Ok(pairs.into_iter().map(|(one, two)| Tuple(one, two)))
}

fn members() -> [Member; 2] {
    [Member(254, 1), Member(255, 2)]
}

fn empty() -> Vec<Empty> {
    Vec::new()
}

#[test]
fn have_members_that_are_jobs() {
    let report = run::<All>();
    let member = report.plan().find("member 254").unwrap();
    let needed: Vec<_> = member.dependencies().map(|job| job.name().to_owned()).collect();
    assert_eq!(needed, ["tuple 1 254", "{y} 0xfe", "plain b", "plain a"]);
    assert_eq!(
        report.outputs::<Member>().collect::<Vec<_>>(),
        [("member 254", &"254".to_owned()), ("member 255", &"255".to_owned())]
    );
}

#[test]
fn are_named_by_their_template() {
    assert_eq!(names::<Plain>(), ["plain b", "plain a"]);
    assert_eq!(names::<Fallible>(), ["fallible   7 of 007"]);
    assert_eq!(names::<Braces>(), ["{x} 0xff", "{y} 0xfe"]);
    assert_eq!(names::<Tuple>(), ["tuple 1 254", "tuple 2 255"]);
}

#[derive(Clone)]
struct Configure {
    host: String,
    port: u16,
}

#[job(each = hosts, name = "configure {host}", key = (host, port), tries = 2)]
impl Configure {
    fn check(&self) -> Result<u16> {
        Ok(self.port)
    }

    fn run(&mut self) {}
}

fn hosts() -> Vec<Configure> {
    [("a", 80), ("b", 443)].map(|(host, port)| Configure { host: host.into(), port }).into()
}

#[derive(Clone)]
struct Restart {
    host: String,
    port: u16,
}

#[job(each = restarts, name = "restart {host}", deps = [Configure[host, port]], run_only)]
impl Restart {
    fn run(&self, port: Output<Configure>, changed: Changed<Configure>) -> Result<String> {
        ensure!(*port == self.port && !changed.get());
        Ok(format!("{}:{port}", self.host))
    }
}

fn restarts() -> impl DoubleEndedIterator<Item = Restart> {
    hosts().into_iter().map(|Configure { host, port }| Restart { host, port }).rev()
}

#[job]
fn announce(all: Outputs<Restart>) -> Result<Vec<String>> {
    Ok(all.iter().map(|(name, place)| format!("{name} at {place}")).collect())
}

#[test]
fn find_their_counterparts() {
    let report = run::<announce>();
    assert_eq!(report.output::<announce>().unwrap(), &["restart b at b:443", "restart a at a:80"]);
    let needed = report.plan().find("restart a").unwrap().dependencies().map(|job| job.name().to_owned());
    assert_eq!(needed.collect::<Vec<_>>(), ["configure a"]);
}

#[test]
fn join_sets_and_what_they_are_required_by() {
    let mut dojob = DoJobber::new();
    let plan = dojob.tag("words").plan().unwrap();
    assert_eq!(plan.jobs().map(|job| job.name().to_owned()).collect::<Vec<_>>(), ["plain b", "plain a"]);
}
