//! The graph as data.

use std::io::{self, Write};

use serde::Serialize;

use crate::harmless;
use crate::job::Kind;
use crate::plan::{JobId, Plan};
use crate::status::Status;

/// Grows when something changes its meaning, or goes; what is added doesn't count.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Graph<'p> {
    version: u32,
    jobs: Vec<Job<'p>>,
    /// From each job to each that it needs, by their numbers in `jobs`.
    edges: Vec<[usize; 2]>,
}

#[derive(Serialize)]
struct Job<'p> {
    name: &'p str,
    description: &'p str,
    kind: Kind,
    family: Option<&'p str>,
    status: Option<Status>,
    place: Place,
}

#[derive(Serialize)]
struct Place {
    #[serde(rename = "crate")]
    krate: Option<String>,
    file: String,
    line: u32,
}

/// All jobs and their names to the letter, yet nothing in them steers whatever shows the file; no family is collapsed.
pub(super) fn write(to: &mut dyn Write, plan: &Plan, status: impl Fn(JobId) -> Option<Status>) -> io::Result<()> {
    let order = plan.topological();
    let mut number = vec![0; order.len()];
    for (index, job) in order.iter().enumerate() {
        number[job.index()] = index;
    }
    let edges = order.iter().flat_map(|job| plan.needs(*job).map(|need| [*job, need]));
    let edges = edges.map(|edge| edge.map(|job| number[job.index()])).collect();
    let jobs = order.iter().map(|id| {
        let job = plan.job(*id);
        let place = job.place();
        Job {
            name: job.name(),
            description: job.description(),
            kind: job.kind(),
            family: plan.family_name(*id),
            status: status(*id),
            place: Place { krate: place.krate, file: place.file, line: place.line },
        }
    });
    let graph = Graph { version: VERSION, jobs: jobs.collect(), edges };
    writeln!(to, "{}", harmless::json(serde_json::to_string(&graph)?))
}
