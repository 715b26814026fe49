//! Layers that are much too wide for a screen become several, in which those that stood side by side take turns.

use rustc_hash::FxHashMap;

use super::layers::{GAP, LAYER_GAP};
use super::units::Units;
use super::{Point, SHAPE};
use crate::output::graph::picture::Direction;

/// A drawing that is so many times too wide is made narrower: smaller ones are clearer with what belongs together in a row.
const TOO_WIDE: f64 = 3.;
/// It need not have quite the shape of a screen: each layer more makes arrows longer.
const WIDE_ENOUGH: f64 = 1.5;

/// Gives layers that are too wide further ones, right behind them. Each unit still stands in front of all that it needs.
pub(super) fn spread(units: &Units, component: &[usize], ranks: &mut FxHashMap<usize, usize>, direction: Direction) {
    let layers = ranks.values().max().map_or(0, |rank| rank + 1);
    // How far each reaches across, and along.
    let mut sizes = vec![Point::default(); layers];
    for unit in component {
        let (size, layer) = (units.units[*unit].size.turned(direction), &mut sizes[ranks[unit]]);
        *layer = Point { x: layer.x + size.x + GAP, y: layer.y.max(size.y + LAYER_GAP) };
    }
    let ideal = if direction == Direction::Right { 1. / SHAPE } else { SHAPE };
    // How many times too wide all of it would be, if no layer were wider than this.
    let excess = |most: f64| {
        let across = sizes.iter().map(|size| size.x / parts(size.x, most)).fold(0., f64::max);
        across / sizes.iter().map(|size| size.y * parts(size.x, most)).sum::<f64>() / ideal
    };
    let mut most = sizes.iter().map(|size| size.x).fold(0., f64::max);
    if excess(most) <= TOO_WIDE {
        return;
    }
    while excess(most) > WIDE_ENOUGH {
        most /= 1.1;
    }
    let mut first = 0;
    let mut turns: Vec<_> = sizes
        .iter()
        .map(|size| {
            let (start, count) = (first, whole(parts(size.x, most)));
            first += count;
            (start..first).cycle()
        })
        .collect();
    for unit in component {
        // A layer has one part at least.
        let turn = ranks.get(unit).and_then(|rank| turns[*rank].next());
        ranks.extend(turn.map(|turn| (*unit, turn)));
    }
}

/// How many layers one of this width becomes, if none may be wider.
fn parts(width: f64, most: f64) -> f64 {
    // Rounding must not make another one of the widest.
    (width / most - 1e-6).ceil().max(1.)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small whole number")]
fn whole(parts: f64) -> usize {
    parts as usize
}
