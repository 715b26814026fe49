//! The shapes that the benchmarks run: no-op jobs as chain, fan and layers.

use dojobber::{DoJobber, DynJob};

/// How the jobs hang together.
#[allow(dead_code, reason = "not every benchmark runs all of them")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Each needs the one before.
    Chain,
    /// One needs all others.
    Fan,
    /// Layers of 100, each job needing two of the layer below; the last one needs all of the top layer.
    Layers,
}

impl Shape {
    /// What job `index` of `jobs` needs.
    pub(crate) fn needs(self, index: usize, jobs: usize) -> Vec<usize> {
        let last = index + 1 == jobs;
        match self {
            Shape::Chain => index.checked_sub(1).into_iter().collect(),
            Shape::Fan if last => (0..index).collect(),
            Shape::Fan => Vec::new(),
            Shape::Layers if last => (index.saturating_sub(100)..index).collect(),
            Shape::Layers if index < 100 => Vec::new(),
            Shape::Layers => {
                let below = index / 100 * 100 - 100;
                vec![below + index % 100, below + (index * 7 + 13) % 100]
            }
        }
    }
}

/// As many no-op jobs, ready to be planned. The last one is the root.
pub(crate) fn dojob(shape: Shape, jobs: usize) -> DoJobber {
    let mut dojob = DoJobber::new();
    for index in 0..jobs {
        let needs = shape.needs(index, jobs).into_iter().map(name);
        dojob.add(DynJob::new(name(index)).deps(needs).check(|_| true).run(|_| ()));
    }
    dojob.root_named(name(jobs - 1));
    dojob
}

pub(crate) fn name(index: usize) -> String {
    format!("job {index}")
}

#[allow(dead_code, reason = "one of the benchmarks has floors of its own")]
/// The floor: a hand-written loop over a topological order, calling boxed closures.
pub(crate) fn closures(jobs: usize) -> Vec<Box<dyn Fn() -> bool>> {
    (0..jobs)
        .map(|index| -> Box<dyn Fn() -> bool> { Box::new(move || std::hint::black_box(index) < usize::MAX) })
        .collect()
}
