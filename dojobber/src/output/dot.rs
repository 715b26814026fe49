//! The graph as a picture.

use std::io::{self, Write};

use petgraph::dot::{Config, Dot};
use petgraph::visit::IntoNodeReferences;

use crate::job::Kind;
use crate::plan::{JobId, Plan};
use crate::status::Status;

/// What [`write_graph`](crate::DoJobber::write_graph) writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Graphviz's language; `dot -Tsvg` draws it.
    Dot,
}

/// Writes the graph for Graphviz, with arrows from each job to what it needs, in the original's colours: green where
/// the check held, dark green where it held after run, red where it failed (or would run), none where it was never
/// tried. Groups are boxes, run-only jobs hexagons.
pub(crate) fn write_dot(to: &mut dyn Write, plan: &Plan, status: impl Fn(JobId) -> Option<Status>) -> io::Result<()> {
    let graph = plan.to_petgraph();
    let attributes = |_: &_, (_, job): (_, &JobId)| {
        let job = plan.job(*job);
        let shape = match job.kind() {
            Kind::Job => "ellipse",
            Kind::RunOnly => "hexagon",
            Kind::Group => "box",
            Kind::Family => "folder",
        };
        let fill = match status(job.id()) {
            Some(Status::Ok | Status::Skipped) => ", style=filled, fillcolor=green",
            Some(Status::Changed) => ", style=filled, fillcolor=darkgreen, fontcolor=white",
            Some(Status::Failed | Status::WouldRun) => ", style=filled, fillcolor=red",
            _ => "",
        };
        format!("label=\"{}\", shape={shape}{fill}", escape(job.name()))
    };
    let no_attributes = |_: &_, _: petgraph::graph::EdgeReference<'_, ()>| String::new();
    let config = [Config::EdgeNoLabel, Config::NodeNoLabel];
    debug_assert_eq!(graph.node_references().count(), plan.len());
    write!(to, "{:?}", Dot::with_attr_getters(&graph, &config, &no_attributes, &attributes))
}

/// Of a string in double quotes, where `dot` knows two escapes that a name must not make.
fn escape(name: &str) -> String {
    name.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\r', "\\r").replace('\0', "\\\\0")
}
