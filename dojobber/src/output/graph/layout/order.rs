//! In which order the vertices of a layer stand, so that few arrows cross.

use rust_sugiyama::configure::{Config, RankingType};

use super::layers::Layers;

/// With more vertices than this, they stay in the order of the plan: nobody would see the difference, but have to wait.
const MOST: usize = 20_000;
/// With more arrows than this, neighbours are not swapped one by one.
const MOST_SWAPPED: usize = 1_500;
/// The library goes down into a graph by recursion, once a vertex at worst.
const STACK: usize = 128 << 20;

/// The vertices of each layer, left to right.
pub(super) fn order(layers: &Layers) -> Vec<Vec<usize>> {
    let found = if layers.vertices.len() > MOST { None } else { arrange(layers) };
    let count = layers.vertices.iter().map(|vertex| vertex.rank + 1).max().unwrap_or_default();
    let mut order: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (index, vertex) in layers.vertices.iter().enumerate() {
        order[vertex.rank].push(index);
    }
    if let Some(found) = found {
        for layer in &mut order {
            layer.sort_by(|one, other| found[*one].total_cmp(&found[*other]));
        }
    }
    order
}

/// Asks the library for places across; `None` if it gives up.
fn arrange(layers: &Layers) -> Option<Vec<f64>> {
    // The library counts layers from the sources on, looking at the vertices in their order: that must be by rank.
    let mut by_rank: Vec<usize> = (0..layers.vertices.len()).collect();
    by_rank.sort_by_key(|vertex| layers.vertices[*vertex].rank);
    let mut number = vec![0_u32; by_rank.len()];
    for (index, vertex) in by_rank.iter().enumerate() {
        number[*vertex] = u32::try_from(index).ok()?;
    }
    let vertices: Vec<(u32, (f64, f64))> =
        by_rank.iter().map(|vertex| (number[*vertex], (layers.vertices[*vertex].room, 1.))).collect();
    let steps: Vec<(u32, u32)> = layers.steps().into_iter().map(|(from, to)| (number[from], number[to])).collect();
    if steps.is_empty() {
        return None;
    }
    let config = Config {
        vertex_spacing: 4.,
        ranking_type: RankingType::Up,
        // Swapping neighbours takes out the last crossings, which count while a reader can follow single arrows.
        transpose: steps.len() <= MOST_SWAPPED,
        ..Config::default()
    };
    let work = move || rust_sugiyama::from_vertices_and_edges(&vertices, &steps, &config);
    let thread = std::thread::Builder::new().name("dojobber-layout".to_owned()).stack_size(STACK).spawn(work).ok()?;
    let parts = thread.join().ok()?;
    let mut across = vec![0.; by_rank.len()];
    let mut start = 0.;
    for (part, _, _) in parts {
        let mut end: f64 = start;
        for (vertex, (x, _)) in part {
            let vertex = by_rank[vertex];
            across[vertex] = start + x;
            end = end.max(start + x + layers.vertices[vertex].room);
        }
        start = end;
    }
    across.iter().all(|across| across.is_finite()).then_some(across)
}
