//! The graph as the page draws it.

use serde::Serialize;

use crate::job::Kind;
use crate::output::graph::{Bundle, Direction, Layout, Model, Node, Point, Rect, Stroke, place};
use crate::status::Status;

/// Nodes and arrows, with their places.
#[derive(Serialize)]
pub(super) struct Drawing {
    size: [f64; 2],
    nodes: Vec<NodeData>,
    /// Each as x, y, width and height.
    frames: Vec<[f64; 4]>,
    bundles: Vec<BundleData>,
}

#[derive(Serialize)]
struct NodeData {
    at: [f64; 4],
    label: String,
    tally: String,
    kind: Kind,
    status: Option<Status>,
    /// By their numbers.
    jobs: Vec<usize>,
}

/// The arrows to one place.
#[derive(Serialize)]
struct BundleData {
    head: [f64; 2],
    right: bool,
    /// Each stroke as four points: its start, two where it bends, its end.
    strokes: Vec<[f64; 8]>,
}

/// How high a line of text is, and how high the node around it.
const LINE: f64 = 16.;
const HEIGHT: f64 = 30.;

impl Drawing {
    /// `numbers`: of each job, by its id.
    pub(super) fn new(model: &Model, numbers: &[usize]) -> Self {
        let sizes: Vec<Point> = model.nodes.iter().map(size).collect();
        let Layout { size, nodes, frames, bundles } = place(model, &sizes, Direction::Auto);
        let node = |(node, rect): (&Node, &Rect)| NodeData {
            at: corners(rect),
            label: node.label(),
            tally: node.tally(),
            kind: node.kind,
            status: node.status,
            jobs: node.jobs.iter().map(|job| numbers[job.index()]).collect(),
        };
        Self {
            size: [size.x.ceil(), size.y.ceil()],
            nodes: model.nodes.iter().zip(&nodes).map(node).collect(),
            frames: frames.iter().map(corners).collect(),
            bundles: bundles.iter().map(bundle).collect(),
        }
    }
}

fn bundle(bundle: &Bundle) -> BundleData {
    let stroke = |Stroke { from, bend_from, bend_to, to }: &Stroke| {
        [from.x, from.y, bend_from.x, bend_from.y, bend_to.x, bend_to.y, to.x, to.y].map(short)
    };
    BundleData {
        head: [bundle.head.x, bundle.head.y].map(short),
        right: bundle.direction == Direction::Right,
        strokes: bundle.strokes.iter().map(stroke).collect(),
    }
}

fn corners(rect: &Rect) -> [f64; 4] {
    [rect.at.x, rect.at.y, rect.size.x, rect.size.y].map(short)
}

/// No eye sees more than a tenth.
fn short(number: f64) -> f64 {
    (number * 10.).round() / 10.
}

fn size(node: &Node) -> Point {
    let tally = node.tally();
    let around = match node.kind {
        Kind::Job => 26.,
        Kind::RunOnly => 34.,
        Kind::Group | Kind::Family => 20.,
    };
    let lines = if tally.is_empty() { 0. } else { LINE };
    let width = width(&node.label()).max(width(&tally)).ceil() + around;
    Point { x: width.max(44.), y: HEIGHT + lines }
}

/// How wide a text is at 13 pixels, about. Nobody knows in which font the page will be shown: it makes texts fit.
fn width(text: &str) -> f64 {
    let each = text.chars().map(|character| match character {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 4.5,
        'm' | 'w' | 'M' | 'W' | '@' => 12.,
        'A'..='Z' => 9.,
        '\u{1100}'.. => 13.,
        _ => 7.8,
    });
    each.sum()
}
