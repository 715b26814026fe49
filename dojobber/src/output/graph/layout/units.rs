//! What is placed as one: a node, or a block of nodes that need the same and are needed by the same.

use petgraph::unionfind::UnionFind;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Point, SHAPE};
use crate::output::graph::model::Model;
use crate::output::graph::picture::Direction;

/// From so many on, nodes with the same arrows become a block. Fewer are clearer with arrows of their own.
const BLOCK: usize = 7;
/// Between the nodes of a block, and around them.
const GAP: f64 = 12.;

/// A node, or a block of them.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) nodes: Vec<usize>,
    columns: usize,
    cell: Point,
    pub(super) size: Point,
    node_sizes: Vec<Point>,
}

#[derive(Debug)]
pub(super) struct Units {
    /// Each behind those that it needs.
    pub(super) units: Vec<Unit>,
    /// What each needs.
    pub(super) needs: Vec<Vec<usize>>,
}

impl Units {
    pub(super) fn new(model: &Model, sizes: &[Point]) -> Self {
        let mut needs = model.needs();
        let mut dependents = vec![Vec::new(); sizes.len()];
        for (from, to) in &model.arrows {
            dependents[*to].push(*from);
        }
        for list in needs.iter_mut().chain(&mut dependents) {
            list.sort_unstable();
        }
        let mut alike: FxHashMap<(&[usize], &[usize]), Vec<usize>> = FxHashMap::default();
        for node in 0..sizes.len() {
            alike.entry((&needs[node], &dependents[node])).or_default().push(node);
        }
        let mut unit_of = vec![usize::MAX; sizes.len()];
        let mut units = Vec::new();
        for node in 0..sizes.len() {
            if unit_of[node] != usize::MAX {
                continue;
            }
            let alike = &alike[&(&needs[node][..], &dependents[node][..])];
            let nodes = if alike.len() < BLOCK { vec![node] } else { alike.clone() };
            for node in &nodes {
                unit_of[*node] = units.len();
            }
            units.push(Unit::new(nodes, sizes));
        }
        let needs = units.iter().map(|unit| {
            let mut seen = FxHashSet::default();
            let needs = needs[unit.nodes[0]].iter().map(|need| unit_of[*need]);
            needs.filter(|need| seen.insert(*need)).collect()
        });
        let needs = needs.collect();
        Self { units, needs }
    }

    /// The units of each part that has no arrow to another part, each behind those that it needs.
    pub(super) fn components(&self) -> Vec<Vec<usize>> {
        let mut connected: UnionFind<usize> = UnionFind::new(self.units.len());
        for (unit, needs) in self.needs.iter().enumerate() {
            for need in needs {
                connected.union(unit, *need);
            }
        }
        let mut components: Vec<Vec<usize>> = Vec::new();
        let mut number = FxHashMap::default();
        for unit in 0..self.units.len() {
            let component = *number.entry(connected.find_mut(unit)).or_insert_with(|| {
                components.push(Vec::new());
                components.len() - 1
            });
            components[component].push(unit);
        }
        components
    }

    /// The layer of each unit of a component: right behind the last of those that need it. Chains that nothing needs
    /// stand right in front of what they need first.
    /// Or else counted from the other end, right in front of the first that each needs, if that makes arrows shorter: of
    /// many that nothing needs, each then stands near to what it needs.
    pub(super) fn ranks(&self, component: &[usize]) -> FxHashMap<usize, usize> {
        let (behind, in_front) = (self.ranks_behind(component), self.ranks_in_front(component));
        let length = |ranks: &FxHashMap<usize, usize>| -> usize {
            let arrows = component.iter().flat_map(|unit| self.needs[*unit].iter().map(move |need| (unit, need)));
            arrows.map(|(unit, need)| ranks[need] - ranks[unit]).sum()
        };
        if length(&in_front) < length(&behind) { in_front } else { behind }
    }

    fn ranks_in_front(&self, component: &[usize]) -> FxHashMap<usize, usize> {
        let mut heights: FxHashMap<usize, usize> = FxHashMap::default();
        for unit in component {
            let height = self.needs[*unit].iter().map(|need| heights[need] + 1).max();
            heights.insert(*unit, height.unwrap_or_default());
        }
        let most = heights.values().copied().max().unwrap_or_default();
        heights.into_iter().map(|(unit, height)| (unit, most - height)).collect()
    }

    fn ranks_behind(&self, component: &[usize]) -> FxHashMap<usize, usize> {
        let mut ranks: FxHashMap<usize, usize> = component.iter().map(|unit| (*unit, 0)).collect();
        for unit in component.iter().rev() {
            let next = ranks[unit] + 1;
            for need in &self.needs[*unit] {
                let rank = ranks.entry(*need).or_default();
                *rank = next.max(*rank);
            }
        }
        // Whatever is needed by nothing, or just by such as move along since they need nothing else.
        let mut is_held: FxHashSet<usize> = FxHashSet::default();
        for unit in component.iter().rev() {
            if self.needs[*unit].len() > 1 || is_held.contains(unit) {
                is_held.extend(&self.needs[*unit]);
            }
        }
        for unit in component.iter().filter(|unit| !is_held.contains(unit)) {
            if let Some(first) = self.needs[*unit].iter().map(|need| ranks[need]).min() {
                ranks.insert(*unit, first - 1);
            }
        }
        ranks
    }

    /// The direction in which the largest component comes closer to the shape of a screen.
    pub(super) fn better_direction(&self, components: &[Vec<usize>]) -> Direction {
        let Some(largest) = components.iter().max_by_key(|component| component.len()) else {
            return Direction::Down;
        };
        let ranks = self.ranks(largest);
        let layers = ranks.values().max().map_or(0, |rank| rank + 1);
        // Of each layer the sums, and the largest, of both sizes.
        let mut sums = vec![(Point::default(), Point::default()); layers];
        for (unit, rank) in &ranks {
            let (sum, most) = &mut sums[*rank];
            let size = self.units[*unit].size;
            (sum.x, sum.y) = (sum.x + size.x + 2. * GAP, sum.y + size.y + GAP);
            (most.x, most.y) = (most.x.max(size.x), most.y.max(size.y));
        }
        let widest = sums.iter().map(|(sum, _)| sum.x).fold(0., f64::max);
        let highest = sums.iter().map(|(sum, _)| sum.y).fold(0., f64::max);
        let down = widest / sums.iter().map(|(_, most)| most.y + 48.).sum::<f64>();
        let right = sums.iter().map(|(_, most)| most.x + 64.).sum::<f64>() / highest;
        let distance = |shape: f64| (shape / SHAPE).ln().abs();
        // Down is what everybody else does: the other one has to be clearly better.
        if distance(right) + 0.4 < distance(down) { Direction::Right } else { Direction::Down }
    }
}

impl Unit {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "small")]
    fn new(nodes: Vec<usize>, sizes: &[Point]) -> Self {
        let node_sizes: Vec<Point> = nodes.iter().map(|node| sizes[*node]).collect();
        if let [size] = node_sizes[..] {
            return Self { nodes, columns: 1, cell: size, size, node_sizes };
        }
        let cell = node_sizes
            .iter()
            .fold(Point::default(), |cell, size| Point { x: cell.x.max(size.x + GAP), y: cell.y.max(size.y + GAP) });
        let count = nodes.len() as f64;
        let columns = (count * SHAPE * cell.y / cell.x).sqrt().ceil().clamp(1., count) as usize;
        let rows = nodes.len().div_ceil(columns);
        let size = Point { x: columns as f64 * cell.x + GAP, y: rows as f64 * cell.y + GAP };
        Self { nodes, columns, cell, size, node_sizes }
    }

    /// Each node with the place of its upper left corner within the unit, and its size.
    #[expect(clippy::cast_precision_loss, reason = "small")]
    pub(super) fn nodes(&self) -> impl Iterator<Item = (usize, Point, Point)> {
        let lone = self.nodes.len() == 1;
        self.nodes.iter().zip(&self.node_sizes).enumerate().map(move |(index, (node, size))| {
            if lone {
                return (*node, Point::default(), *size);
            }
            let (column, row) = (index % self.columns, index / self.columns);
            let at = Point {
                x: column as f64 * self.cell.x + GAP / 2. + (self.cell.x - size.x) / 2.,
                y: row as f64 * self.cell.y + GAP / 2. + (self.cell.y - size.y) / 2.,
            };
            (*node, at, *size)
        })
    }
}
