//! Puts the parts of a drawing side by side.

use super::{Layout, Part, Point, Rect, SHAPE};

/// Between two parts, and around all of them.
const GAP: f64 = 36.;
const MARGIN: f64 = 20.;

/// One drawing of all parts: in rows, the highest parts first, so that the whole has about the shape of a screen.
pub(super) fn pack(mut parts: Vec<Part>, nodes: usize) -> Layout {
    parts.sort_by(|one, other| other.size.y.total_cmp(&one.size.y));
    let area: f64 = parts.iter().map(|part| (part.size.x + GAP) * (part.size.y + GAP)).sum();
    let widest = parts.iter().map(|part| part.size.x).fold(0., f64::max);
    let width = widest.max((area * SHAPE).sqrt());
    let mut whole = Layout { nodes: vec![Rect::default(); nodes], ..Layout::default() };
    let (mut at, mut row) = (Point { x: MARGIN, y: MARGIN }, 0_f64);
    for part in parts {
        if at.x > MARGIN && at.x + part.size.x > width + MARGIN {
            at = Point { x: MARGIN, y: at.y + row + GAP };
            row = 0.;
        }
        row = row.max(part.size.y);
        whole.size.x = whole.size.x.max(at.x + part.size.x + MARGIN);
        whole.size.y = whole.size.y.max(at.y + part.size.y + MARGIN);
        let moved = |point: Point| Point { x: point.x + at.x, y: point.y + at.y };
        for (node, rect) in part.nodes {
            whole.nodes[node] = Rect { at: moved(rect.at), size: rect.size };
        }
        whole.frames.extend(part.frames.into_iter().map(|rect| Rect { at: moved(rect.at), size: rect.size }));
        whole.bundles.extend(part.bundles.into_iter().map(|mut bundle| {
            bundle.head = moved(bundle.head);
            for stroke in &mut bundle.strokes {
                for point in [&mut stroke.from, &mut stroke.bend_from, &mut stroke.bend_to, &mut stroke.to] {
                    *point = moved(*point);
                }
            }
            bundle
        }));
        at.x += part.size.x + GAP;
    }
    whole
}
