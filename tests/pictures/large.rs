//! Pictures of thousands of jobs: they come out, in reasonable time.

use std::time::Instant;

use dojobber::Plan;

use super::*;

/// Jobs in layers of 40; each needs a few of the layer before, and one of a much earlier one.
fn layered(jobs: usize) -> Plan {
    let mut dojob = DoJobber::new();
    for job in 0..jobs {
        let near = (0..3).filter_map(|near| Some(job.checked_sub(40)? / 40 * 40 + (job * 7 + near * 11) % 40));
        let far = job.checked_sub(200).map(|far| far / 2);
        dojob.add(DynJob::new(format!("Job {job}")).deps(near.chain(far).map(|need| format!("Job {need}"))));
    }
    for job in 0..jobs {
        dojob.root_named(format!("Job {job}"));
    }
    dojob.plan().unwrap()
}

#[test]
#[allow(clippy::disallowed_methods, reason = "it is time that is measured")]
fn two_thousand_jobs() {
    let plan = layered(2_000);
    let start = Instant::now();
    let svg = drawn(&plan.picture(), &Format::Svg);
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    let svg = roxmltree::Document::parse(&svg).unwrap();
    let titles = svg.descendants().filter(|node| node.has_tag_name("title")).count();
    assert_eq!(titles, 2_000 + 1);
}

#[test]
fn a_long_chain_needs_no_deep_stack() {
    let mut dojob = DoJobber::new();
    for job in 0..30_000_u32 {
        let before = job.checked_sub(1).map(|before| format!("{before}"));
        dojob.add(DynJob::new(format!("{job}")).deps(before));
    }
    let plan = dojob.root_named("29999").plan().unwrap();
    let text = drawn(&plan.picture(), &Format::Text);
    assert_eq!(text.lines().count(), 30_001);
    assert!(text.lines().all(|line| line.chars().count() <= 80));
    for format in [Format::Svg, Format::Dot, Format::Mermaid, Format::Json] {
        assert!(drawn(&plan.picture(), &format).contains("29999"));
    }
}
