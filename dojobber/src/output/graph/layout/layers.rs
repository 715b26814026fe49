//! One connected part of a drawing: its units in layers, and the ways of its arrows between them.

use rustc_hash::FxHashMap;

use super::spread::spread;
use super::units::Units;
use super::{Bundle, Part, Point, Rect, Stroke};
use crate::output::graph::picture::Direction;

/// Between neighbours in a layer; an arrow that passes takes less.
pub(super) const GAP: f64 = 20.;
const ARROW: f64 = 4.;
/// Between two layers, at least; more where arrows have far to go across.
pub(super) const LAYER_GAP: f64 = 40.;
const LAYER_GAP_MOST: f64 = 160.;

/// What stands in a layer: a unit, or an arrow on its way to one.
#[derive(Debug)]
pub(super) struct Vertex {
    pub(super) unit: Option<usize>,
    pub(super) rank: usize,
    /// How much room it takes across, its share of the gap included.
    pub(super) room: f64,
    /// Its middle.
    pub(super) across: f64,
}

/// The arrows to a unit.
#[derive(Debug)]
struct Target {
    vertex: usize,
    /// Vertices by which arrows pass on their way to it, in consecutive layers, the last one right in front of it.
    passes: Vec<usize>,
    sources: Vec<usize>,
}

#[derive(Debug)]
pub(super) struct Layers {
    /// By their ranks.
    pub(super) vertices: Vec<Vertex>,
    targets: Vec<Target>,
    /// Pairs of vertices that hold one that nothing needs in its layer: the library would put it into the first one.
    held: Vec<(usize, usize)>,
    /// How far each layer reaches along.
    depths: Vec<f64>,
}

impl Layers {
    pub(super) fn new(units: &Units, component: &[usize], direction: Direction) -> Self {
        let mut ranks = units.ranks(component);
        spread(units, component, &mut ranks, direction);
        let layers = ranks.values().max().map_or(0, |rank| rank + 1);
        let mut depths: Vec<f64> = vec![0.; layers];
        let mut vertices = Vec::with_capacity(component.len());
        let mut vertex_of = FxHashMap::default();
        // Whatever needs comes first, so that those that are needed find their sources.
        for unit in component.iter().rev().copied() {
            let size = units.units[unit].size.turned(direction);
            let rank = ranks[&unit];
            depths[rank] = depths[rank].max(size.y);
            vertex_of.insert(unit, vertices.len());
            vertices.push(Vertex { unit: Some(unit), rank, room: size.x + GAP, across: 0. });
        }
        let mut sources: Vec<Vec<usize>> = vec![Vec::new(); vertices.len()];
        for unit in component {
            for need in &units.needs[*unit] {
                sources[vertex_of[need]].push(vertex_of[unit]);
            }
        }
        let targets = sources.into_iter().enumerate().filter(|(_, sources)| !sources.is_empty());
        let targets = targets.map(|(vertex, sources)| Target { vertex, passes: Vec::new(), sources });
        let mut layers = Self { vertices, targets: targets.collect(), held: Vec::new(), depths };
        layers.let_pass();
        layers.hold(component.len());
        layers
    }

    /// Keeps places free where long arrows pass through layers. All arrows to one unit share them. If that came to far
    /// more than there are units, the longest ones have to pass behind what stands there.
    fn let_pass(&mut self) {
        let mut free = 4 * self.vertices.len() + 2_000;
        let mut lengths: Vec<(usize, usize)> = self
            .targets
            .iter()
            .enumerate()
            .map(|(index, target)| (self.vertices[target.vertex].rank - 1 - self.first_rank(target), index))
            .filter(|(length, _)| *length > 0)
            .collect();
        lengths.sort_unstable();
        for (length, index) in lengths {
            if length > free {
                break;
            }
            free -= length;
            let end = self.vertices[self.targets[index].vertex].rank;
            for rank in end - length..end {
                self.targets[index].passes.push(self.vertices.len());
                self.vertices.push(Vertex { unit: None, rank, room: ARROW, across: 0. });
            }
        }
    }

    /// Lets what nothing needs stand right in front of what it needs first, and not in the first layer.
    fn hold(&mut self, units: usize) {
        let mut is_needed: Vec<bool> = vec![false; units];
        for target in &self.targets {
            is_needed[target.vertex] = true;
        }
        for (vertex, _) in is_needed.into_iter().enumerate().filter(|(_, is_needed)| !is_needed) {
            let mut below = vertex;
            for rank in (0..self.vertices[vertex].rank).rev() {
                self.held.push((self.vertices.len(), below));
                below = self.vertices.len();
                self.vertices.push(Vertex { unit: None, rank, room: 0., across: 0. });
            }
        }
    }

    /// The rank of the first source of a target.
    fn first_rank(&self, target: &Target) -> usize {
        target.sources.iter().map(|source| self.vertices[*source].rank).min().unwrap_or_default()
    }

    /// From vertex to vertex in the next layer.
    pub(super) fn steps(&self) -> Vec<(usize, usize)> {
        let mut steps = Vec::new();
        for target in &self.targets {
            steps.extend(self.steps_to(target).into_iter().filter(|(from, to)| self.is_step(*from, *to)));
        }
        steps.extend(&self.held);
        steps
    }

    fn is_step(&self, from: usize, to: usize) -> bool {
        self.vertices[from].rank + 1 == self.vertices[to].rank
    }

    fn steps_to(&self, target: &Target) -> Vec<(usize, usize)> {
        let end = self.vertices[target.vertex].rank;
        let enter = |source: &usize| {
            let ahead = end - 1 - self.vertices[*source].rank;
            let pass = target.passes.len().checked_sub(ahead).and_then(|index| target.passes.get(index));
            (*source, *pass.unwrap_or(&target.vertex))
        };
        let along = target.passes.windows(2).map(|pair| (pair[0], pair[1]));
        let last = target.passes.last().map(|last| (*last, target.vertex));
        target.sources.iter().map(enter).chain(along).chain(last).collect()
    }

    pub(super) fn draw(&self, units: &Units, direction: Direction) -> Part {
        let tops = self.tops();
        let mut part = Part::default();
        let left = self.vertices.iter().map(|vertex| vertex.across - vertex.room / 2.).fold(f64::INFINITY, f64::min);
        let right = self.vertices.iter().map(|vertex| vertex.across + vertex.room / 2.).fold(0., f64::max);
        let last = self.depths.len().saturating_sub(1);
        let size = Point { x: right - left - GAP, y: tops[last] + self.depths[last] };
        part.size = size.turned(direction);
        let across = |vertex: &Vertex| vertex.across - left - GAP / 2.;
        // Where an arrow leaves or reaches a vertex.
        let edges = |vertex: &Vertex| {
            let middle = tops[vertex.rank] + self.depths[vertex.rank] / 2.;
            let half = match vertex.unit {
                Some(unit) => units.units[unit].size.turned(direction).y / 2.,
                None => self.depths[vertex.rank] / 2.,
            };
            (middle - half, middle + half)
        };
        for vertex in &self.vertices {
            let Some(unit) = vertex.unit.map(|unit| &units.units[unit]) else {
                continue;
            };
            let turned = unit.size.turned(direction);
            let corner = Point { x: across(vertex) - turned.x / 2., y: edges(vertex).0 }.turned(direction);
            if unit.nodes.len() > 1 {
                part.frames.push(Rect { at: corner, size: unit.size });
            }
            for (node, at, size) in unit.nodes() {
                let at = Point { x: corner.x + at.x, y: corner.y + at.y };
                part.nodes.push((node, Rect { at, size }));
            }
        }
        for target in &self.targets {
            let end = &self.vertices[target.vertex];
            let head = Point { x: across(end), y: edges(end).0 };
            let stroke = |(from, to): (usize, usize)| {
                let (from, to) = (&self.vertices[from], &self.vertices[to]);
                let point = |vertex, y| Point { x: across(vertex), y }.turned(direction);
                let end = if to.unit.is_some() { edges(to).0 } else { edges(to).1 };
                Stroke {
                    from: point(from, edges(from).1),
                    bend_from: point(from, tops[from.rank] + self.depths[from.rank]),
                    bend_to: point(to, tops[to.rank]),
                    to: point(to, end),
                }
            };
            let strokes = self.steps_to(target).into_iter().map(stroke).collect();
            part.bundles.push(Bundle { strokes, head: head.turned(direction), direction });
        }
        part
    }

    /// Where each layer starts. The farther arrows go across between two of them, the farther they stand apart.
    fn tops(&self) -> Vec<f64> {
        let mut farthest = vec![0_f64; self.depths.len()];
        for (from, to) in self.steps() {
            let distance = (self.vertices[from].across - self.vertices[to].across).abs();
            let rank = self.vertices[from].rank;
            farthest[rank] = farthest[rank].max(distance);
        }
        let mut top = 0.;
        let mut tops = Vec::with_capacity(self.depths.len());
        for (depth, distance) in self.depths.iter().zip(farthest) {
            tops.push(top);
            top += depth + (LAYER_GAP + distance / 16.).min(LAYER_GAP_MOST);
        }
        tops
    }
}
