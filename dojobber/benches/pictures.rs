//! What drawing costs, beside Graphviz's `dot` on the same graphs, where that is installed: from the plan to the SVG.

#![expect(clippy::unwrap_used, reason = "a benchmark")]

use std::fmt;
use std::io::Write;
use std::process::{Command, Stdio};

use divan::Bencher;
use dojobber::{DoJobber, DynJob, Format, Plan};

const SIZES: [usize; 3] = [20, 200, 2_000];

/// How jobs need one another.
#[derive(Clone, Copy)]
enum Shape {
    /// Each needs two at most, of those shortly before it.
    Woven,
    /// Chains of ten, and one that needs all of them.
    Chains,
    /// One needs all others.
    Fan,
    /// Each needs two, down to leaves.
    Tree,
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Shape::Woven => "woven",
            Shape::Chains => "chains",
            Shape::Fan => "fan",
            Shape::Tree => "tree",
        })
    }
}

const GRAPHS: [(Shape, usize); 12] = {
    let mut graphs = [(Shape::Woven, 0); 12];
    let shapes = [Shape::Woven, Shape::Chains, Shape::Fan, Shape::Tree];
    let mut index = 0;
    while index < graphs.len() {
        graphs[index] = (shapes[index / 3], SIZES[index % 3]);
        index += 1;
    }
    graphs
};

fn main() {
    divan::main();
}

fn needs(shape: Shape, job: usize, jobs: usize) -> Vec<usize> {
    let last = jobs - 1;
    match shape {
        Shape::Woven => {
            let span = jobs.isqrt() * 2;
            let back = |salt: usize| 1 + (job * 7_919 + salt * 104_729) % 1_009 % span;
            (0..=job % 2).filter_map(|salt| job.checked_sub(back(salt))).collect()
        }
        Shape::Chains if job == last => (0..last).filter(|end| end % 10 == 9).collect(),
        Shape::Chains => job.checked_sub(1).filter(|_| !job.is_multiple_of(10)).into_iter().collect(),
        Shape::Fan => {
            if job == last {
                (0..last).collect()
            } else {
                Vec::new()
            }
        }
        Shape::Tree => [1, 2].iter().filter_map(|way| last.checked_sub((last - job) * 2 + way)).collect(),
    }
}

fn plan((shape, jobs): (Shape, usize)) -> Plan {
    let mut dojob = DoJobber::new();
    for job in 0..jobs {
        let mut needs = needs(shape, job, jobs);
        needs.dedup();
        dojob.add(
            DynJob::new(format!("Install part {job}")).deps(needs.iter().map(|need| format!("Install part {need}"))),
        );
        // Also what nothing needs is to be there.
        dojob.root_named(format!("Install part {job}"));
    }
    dojob.plan().unwrap()
}

fn write(plan: &Plan, format: &Format) -> Vec<u8> {
    let mut drawn = Vec::new();
    plan.picture().write(&mut drawn, format).unwrap();
    drawn
}

#[divan::bench(args = GRAPHS, sample_count = 5, sample_size = 1)]
fn svg(bencher: Bencher<'_, '_>, graph: (Shape, usize)) {
    let plan = plan(graph);
    bencher.bench(|| write(&plan, &Format::Svg));
}

#[divan::bench(args = GRAPHS, sample_count = 2, sample_size = 1)]
fn png(bencher: Bencher<'_, '_>, graph: (Shape, usize)) {
    let plan = plan(graph);
    bencher.bench(|| write(&plan, &Format::Png));
}

/// `dot -Tsvg`, its start included; nothing where it is not installed.
#[divan::bench(args = GRAPHS, sample_count = 2, sample_size = 1)]
fn graphviz_svg(bencher: Bencher<'_, '_>, graph: (Shape, usize)) {
    graphviz(bencher, graph, "-Tsvg");
}

/// As before, with `-Tpng`.
#[divan::bench(args = GRAPHS, sample_count = 2, sample_size = 1)]
fn graphviz_png(bencher: Bencher<'_, '_>, graph: (Shape, usize)) {
    graphviz(bencher, graph, "-Tpng");
}

fn graphviz(bencher: Bencher<'_, '_>, graph: (Shape, usize), format: &str) {
    let source = write(&plan(graph), &Format::Dot);
    bencher.bench(|| {
        let mut dot = Command::new("dot");
        let Ok(mut child) = dot.arg(format).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()
        else {
            return Vec::new();
        };
        child.stdin.take().unwrap().write_all(&source).unwrap();
        child.wait_with_output().unwrap().stdout
    });
}
