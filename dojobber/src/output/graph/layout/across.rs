//! Where vertices stand across, once the order within their layers is decided: as near to those that they are connected
//! with as their neighbours allow. (The library's own places keep that order, too, but drift far apart.)

use super::layers::Layers;

/// How often all layers are gone over, down and up again. More moves nothing that an eye could see.
const SWEEPS: usize = 12;

/// How much an arrow wants to be straight: between two units, between a unit and a place where arrows pass, and between
/// two of those.
const STRAIGHT: [f64; 3] = [1., 2., 8.];

/// Places the vertices of each layer in this order, left to right, without an overlap.
pub(super) fn settle(layers: &mut Layers, order: &[Vec<usize>]) {
    for layer in order {
        pack(layers, layer);
    }
    let mut pulls: Vec<Vec<(usize, f64)>> = vec![Vec::new(); layers.vertices.len()];
    for (from, to) in layers.steps() {
        let passes = [from, to].iter().filter(|vertex| layers.vertices[**vertex].unit.is_none()).count();
        pulls[from].push((to, STRAIGHT[passes]));
        pulls[to].push((from, STRAIGHT[passes]));
    }
    for sweep in 0..SWEEPS {
        for index in 0..order.len() {
            let layer = if sweep % 2 == 0 { index } else { order.len() - 1 - index };
            pull(layers, &order[layer], &pulls);
        }
    }
}

/// Side by side, around 0.
fn pack(layers: &mut Layers, layer: &[usize]) {
    let room: f64 = layer.iter().map(|vertex| layers.vertices[*vertex].room).sum();
    let mut free = -room / 2.;
    for vertex in layer {
        let vertex = &mut layers.vertices[*vertex];
        vertex.across = free + vertex.room / 2.;
        free += vertex.room;
    }
}

/// A run of vertices that touch one another.
struct Run {
    weight: f64,
    /// Where its first one would be if it could choose.
    wish: f64,
    vertices: usize,
}

/// Moves the vertices of a layer to where the sum of the squares of their distances to where they are pulled is least:
/// whatever would overlap or change places touches, and moves as one.
fn pull(layers: &mut Layers, layer: &[usize], pulls: &[Vec<(usize, f64)>]) {
    let mut runs: Vec<Run> = Vec::with_capacity(layer.len());
    // How far each vertex is from the first one at least; wishes are told as if all stood where the first one does.
    let mut offsets = Vec::with_capacity(layer.len());
    let (mut offset, mut before) = (0., None);
    for vertex in layer {
        let room = layers.vertices[*vertex].room;
        offset += before.replace(room).map_or(0., |before| f64::midpoint(before, room));
        offsets.push(offset);
        let weight: f64 = pulls[*vertex].iter().map(|(_, weight)| weight).sum();
        let sum: f64 = pulls[*vertex].iter().map(|(other, weight)| layers.vertices[*other].across * weight).sum();
        let (weight, wish) = if weight > 0. { (weight, sum / weight) } else { (0.01, layers.vertices[*vertex].across) };
        let mut run = Run { weight, wish: wish - offset, vertices: 1 };
        while let Some(last) = runs.pop_if(|last| last.wish > run.wish) {
            let weight = last.weight + run.weight;
            let wish = (last.wish * last.weight + run.wish * run.weight) / weight;
            run = Run { weight, wish, vertices: last.vertices + run.vertices };
        }
        runs.push(run);
    }
    let wishes = runs.iter().flat_map(|run| std::iter::repeat_n(run.wish, run.vertices));
    for ((vertex, offset), wish) in layer.iter().zip(offsets).zip(wishes) {
        layers.vertices[*vertex].across = wish + offset;
    }
}
