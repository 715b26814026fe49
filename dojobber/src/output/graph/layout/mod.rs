//! Where nodes and arrows of a drawing go: in layers, each job in one in front of all that it needs.
//!
//! Layers are counted along the arrows; what stands within one, across them. All is computed in these two coordinates, and
//! turned into x and y at the end, so that arrows can lead down or to the right.

mod across;
mod layers;
mod order;
mod pack;
mod spread;
mod units;

#[cfg(test)]
mod tests;

use self::layers::Layers;
use self::units::Units;
use super::model::Model;
use super::picture::Direction;

/// How far something reaches, or where it is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::output) struct Point {
    pub(in crate::output) x: f64,
    pub(in crate::output) y: f64,
}

/// A rectangle, by its upper left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::output) struct Rect {
    pub(in crate::output) at: Point,
    pub(in crate::output) size: Point,
}

/// A drawing without looks.
#[derive(Debug, Default)]
pub(in crate::output) struct Layout {
    pub(in crate::output) size: Point,
    /// Where each node is.
    pub(in crate::output) nodes: Vec<Rect>,
    /// Around nodes that need the same and are needed by the same, and share their arrows.
    pub(in crate::output) frames: Vec<Rect>,
    /// The arrows to one node or frame each.
    pub(in crate::output) bundles: Vec<Bundle>,
}

/// The drawing of nodes that are connected, its upper left corner at 0.
#[derive(Debug, Default)]
struct Part {
    size: Point,
    nodes: Vec<(usize, Rect)>,
    frames: Vec<Rect>,
    bundles: Vec<Bundle>,
}

/// The arrows that lead to one place. Long ones join on their way: wherever one enters, it leads there.
#[derive(Debug, Default)]
pub(in crate::output) struct Bundle {
    pub(in crate::output) strokes: Vec<Stroke>,
    pub(in crate::output) head: Point,
    pub(in crate::output) direction: Direction,
}

/// A line that starts and ends along the arrows, and bends in the gap between two layers.
#[derive(Clone, Copy, Debug)]
pub(in crate::output) struct Stroke {
    pub(in crate::output) from: Point,
    pub(in crate::output) bend_from: Point,
    pub(in crate::output) bend_to: Point,
    pub(in crate::output) to: Point,
}

/// A drawing's width by its height where both ways are possible: that of a screen.
const SHAPE: f64 = 1.6;

/// Places nodes of these sizes.
pub(in crate::output) fn place(model: &Model, sizes: &[Point], direction: Direction) -> Layout {
    let units = Units::new(model, sizes);
    let components = units.components();
    let direction = match direction {
        Direction::Auto => units.better_direction(&components),
        given => given,
    };
    let parts = components.iter().map(|component| {
        let mut layers = Layers::new(&units, component, direction);
        let order = order::order(&layers);
        across::settle(&mut layers, &order);
        layers.draw(&units, direction)
    });
    pack::pack(parts.collect(), model.nodes.len())
}

#[cfg(feature = "pictures")]
impl Stroke {
    pub(super) fn top(&self) -> f64 {
        self.from.y.min(self.bend_from.y).min(self.bend_to.y).min(self.to.y)
    }

    pub(super) fn bottom(&self) -> f64 {
        self.from.y.max(self.bend_from.y).max(self.bend_to.y).max(self.to.y)
    }
}

impl Point {
    fn flipped(self) -> Self {
        Self { x: self.y, y: self.x }
    }

    /// From across and along, or into these.
    fn turned(self, direction: Direction) -> Self {
        if direction == Direction::Right { self.flipped() } else { self }
    }
}
