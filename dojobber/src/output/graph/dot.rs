//! Graphviz's language.

use std::io::{self, Write};

use petgraph::dot::{Config, Dot};
use petgraph::graph::{DiGraph, NodeIndex};

use super::look::look;
use super::model::{Model, Node};
use crate::job::Kind;

pub(super) fn write(to: &mut dyn Write, model: &Model) -> io::Result<()> {
    let mut graph: DiGraph<&Node, ()> = DiGraph::with_capacity(model.nodes.len(), model.arrows.len());
    for node in &model.nodes {
        graph.add_node(node);
    }
    for (from, to) in &model.arrows {
        graph.add_edge(NodeIndex::new(*from), NodeIndex::new(*to), ());
    }
    let attributes = |_: &_, (_, node): (_, &&Node)| attributes(node);
    let no_attributes = |_: &_, _: petgraph::graph::EdgeReference<'_, ()>| String::new();
    let config = [Config::EdgeNoLabel, Config::NodeNoLabel];
    write!(to, "{:?}", Dot::with_attr_getters(&graph, &config, &no_attributes, &attributes))
}

fn attributes(node: &Node) -> String {
    let shape = match node.kind {
        Kind::Job => "ellipse",
        Kind::RunOnly => "hexagon",
        Kind::Group => "box",
        Kind::Family => "folder",
    };
    let mut label = escape(&node.label());
    let tally = node.tally();
    if !tally.is_empty() {
        label.push_str("\\n");
        label.push_str(&escape(&tally));
    }
    let fill = match look(node.status).colours {
        Some(colours) => format!(", style=filled, fillcolor=\"{}\", fontcolor=\"{}\"", colours.fill, colours.ink),
        None => String::new(),
    };
    format!("label=\"{label}\", tooltip=\"{}\", shape={shape}{fill}", escape(&node.description()))
}

/// Of a string in double quotes, in which `dot` knows escapes and entities that a name must not make.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;")
}
