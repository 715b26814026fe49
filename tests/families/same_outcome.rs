//! The same program twice: families known beforehand, and the same ones found on the way. How jobs end, and in how many
//! tries, is the same.

use std::collections::BTreeMap;

use serde::Serialize;

use super::*;

/// What there is, and how it behaves.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Site {
    /// Each with the number of its tries that fail.
    hosts: Vec<(u32, u32)>,
    /// Each with two hosts that it needs, and likewise.
    services: Vec<(u32, u32, u32)>,
}

#[job]
fn survey(Args(site): Args<Site>) -> Result<Site> {
    Ok((*site).clone())
}

#[job(retry_delay = 7, tries = 2)]
fn power(Args(site): Args<Site>) -> Result {
    ensure!(site.hosts.len() != 3, "three is too many");
    Ok(())
}

fn fails(times: u32, this: Try) -> Result {
    ensure!(this.number > times, "not yet");
    Ok(())
}

macro_rules! site {
    ($module:ident, $source:ty) => {
        mod $module {
            use super::*;

            #[derive(Clone)]
            struct Host {
                id: u32,
                fails: u32,
            }

            #[job(each = hosts, key = id, name = "Host {id}", deps = [power], run_only, tries = 2, retry_delay = 5)]
            impl Host {
                fn run(&self, this: Try) -> Result<u32> {
                    fails(self.fails, this).map(|()| self.id)
                }
            }

            fn hosts(site: $source) -> Vec<Host> {
                site.hosts.iter().map(|(id, fails)| Host { id: *id, fails: *fails }).collect()
            }

            #[derive(Clone)]
            struct Service {
                host: u32,
                spare: u32,
                fails: u32,
            }

            #[job(each = services, name = "Service {host}/{spare}", deps = [Host[host], Host[spare]], run_only, tries = 3)]
            impl Service {
                fn run(&self, this: Try) -> Result {
                    fails(self.fails, this)
                }
            }

            fn services(site: $source) -> Vec<Service> {
                site.services.iter().map(|(host, spare, fails)| Service { host: *host, spare: *spare, fails: *fails }).collect()
            }

            /// Members that are known beforehand, of which each needs one that may not be.
            #[derive(Clone)]
            struct Watch {
                id: u32,
            }

            #[job(each = watched, name = "Watch {id}", deps = [Host[id]], run_only)]
            impl Watch {
                fn run(&self, host: Output<Host>, site: Args<Site>) -> Result {
                    ensure!(*host == self.id && site.hosts.iter().any(|(id, _)| *id == self.id));
                    Ok(())
                }
            }

            fn watched(site: Args<Site>) -> Vec<Watch> {
                site.hosts.iter().rev().map(|(id, _)| Watch { id: *id }).collect()
            }

            #[job]
            fn count(hosts: Outputs<Host>, site: Args<Site>) -> Result {
                ensure!(hosts.iter().map(|(_, id)| *id).eq(site.hosts.iter().map(|(id, _)| *id)));
                Ok(())
            }

            #[job(deps = [Service, Watch, count])]
            pub(super) struct All;
        }
    };
}

site!(known, Args<Site>);
site!(late, Output<survey>);

/// How each job ended, in how many tries, and what it was blocked by; without what only one of the programs has.
fn outcome(dojob: &mut DoJobber, site: &Site, no_act: bool) -> BTreeMap<String, (String, usize, Vec<String>)> {
    let (report, _) = run(dojob.set_args(site.clone()).no_act(no_act));
    let jobs = report.jobs().filter(|job| !["survey", "Host", "Service"].contains(&job.name()));
    let told = |job: dojobber::JobReport<'_>| {
        let mut blockers: Vec<_> = job.blocked_by().map(|job| job.name().to_owned()).collect();
        blockers.sort_unstable();
        let number_of_tries = if job.planned().name() == "All" { 0 } else { job.tries().len() };
        (job.name().to_owned(), (job.status().unwrap().to_string(), number_of_tries, blockers))
    };
    jobs.map(told).collect()
}

/// A number below the bound; the next one differs.
fn draw(seed: &mut u64, bound: u32) -> u32 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    u32::try_from((*seed >> 33) % u64::from(bound)).unwrap()
}

fn site(mut seed: u64) -> Site {
    let mut draw = |bound| draw(&mut seed, bound);
    // At least one: nothing else needs what the members of an empty family that is known would.
    let hosts: Vec<_> = (0..=draw(5)).map(|id| (id, draw(4).saturating_sub(1))).collect();
    let count = u32::try_from(hosts.len()).unwrap();
    let mut services = Vec::new();
    for _ in 0..draw(7) {
        let (host, spare) = (draw(count), draw(count));
        if services.iter().all(|(other, other_spare, _)| (*other, *other_spare) != (host, spare)) {
            services.push((host, spare, draw(5).saturating_sub(1)));
        }
    }
    Site { hosts, services }
}

#[test]
fn late_families_end_as_those_that_are_known_beforehand() {
    let mut statuses = BTreeMap::new();
    for seed in 0..500 {
        let site = site(seed);
        let known = outcome(&mut root::<known::All>(), &site, false);
        assert_eq!(known, outcome(&mut root::<late::All>(), &site, false), "{site:?}");
        for (status, ..) in known.into_values() {
            *statuses.entry(status).or_insert(0) += 1;
        }
    }
    assert!(["ok", "changed", "failed", "blocked"].iter().all(|status| statuses[*status] > 100), "{statuses:?}");
}

#[test]
fn in_no_act_what_is_not_known_is_unknown() {
    for seed in 0..100 {
        let site = site(seed);
        let known = outcome(&mut root::<known::All>(), &site, true);
        let late = outcome(&mut root::<late::All>(), &site, true);
        // Nothing has been surveyed, so nothing comes into being; what there is besides is known no better.
        assert!(late.iter().all(|(name, (status, ..))| name == "power" || status == "unknown"), "{late:?}");
        assert!(late.keys().all(|name| known.contains_key(name)), "{late:?}");
    }
}
