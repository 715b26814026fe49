use proptest::prelude::*;

use super::super::model::Node;
use super::*;
use crate::job::Kind;

/// For each job, numbers that pick some of the jobs before it.
fn graphs() -> impl Strategy<Value = Vec<Vec<usize>>> {
    prop::collection::vec(prop::collection::vec(0..1_000_usize, 0..4), 1..60)
}

fn model(picks: &[Vec<usize>]) -> Model {
    let mut arrows: Vec<(usize, usize)> = Vec::new();
    for (job, picks) in picks.iter().enumerate().skip(1) {
        arrows.extend(picks.iter().map(|pick| (job, pick % job)));
    }
    arrows.sort_unstable();
    arrows.dedup();
    let node = |index| Node {
        name: format!("{index}"),
        kind: Kind::Job,
        status: None,
        members: Vec::new(),
        #[cfg(feature = "html")]
        jobs: Vec::new(),
    };
    Model { nodes: (0..picks.len()).map(node).collect(), arrows }
}

/// Of many widths.
#[expect(clippy::cast_precision_loss, reason = "small")]
fn sizes(model: &Model) -> Vec<Point> {
    (0..model.nodes.len()).map(|node| Point { x: 40. + (node * 37 % 11) as f64 * 20., y: 30. }).collect()
}

fn overlap(one: Rect, other: Rect) -> bool {
    let apart = |a: f64, a_size: f64, b: f64, b_size: f64| a + a_size <= b + 0.01 || b + b_size <= a + 0.01;
    !apart(one.at.x, one.size.x, other.at.x, other.size.x) && !apart(one.at.y, one.size.y, other.at.y, other.size.y)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn each_stands_in_front_of_what_it_needs_and_none_on_another(picks in graphs()) {
        let model = model(&picks);
        for direction in [Direction::Down, Direction::Right] {
            let layout = place(&model, &sizes(&model), direction);
            for (from, to) in &model.arrows {
                let (from, to) = (layout.nodes[*from], layout.nodes[*to]);
                let (end, start) = match direction {
                    Direction::Right => (from.at.x + from.size.x, to.at.x),
                    _ => (from.at.y + from.size.y, to.at.y),
                };
                prop_assert!(end < start, "{from:?} {to:?}");
            }
            for (index, one) in layout.nodes.iter().enumerate() {
                prop_assert!(one.at.x >= 0. && one.at.y >= 0.);
                prop_assert!(one.at.x + one.size.x <= layout.size.x && one.at.y + one.size.y <= layout.size.y);
                for other in &layout.nodes[..index] {
                    prop_assert!(!overlap(*one, *other), "{one:?} {other:?}");
                }
            }
        }
    }

    /// Whoever follows lines from a job arrives at all that it needs.
    #[test]
    fn lines_lead_from_each_to_what_it_needs(picks in graphs()) {
        let model = model(&picks);
        let layout = place(&model, &sizes(&model), Direction::Down);
        let units = layout.nodes.iter().map(|node| {
            layout.frames.iter().copied().find(|frame| overlap(*frame, *node)).unwrap_or(*node)
        });
        let units: Vec<Rect> = units.collect();
        let middle = |rect: Rect| rect.at.x + rect.size.x / 2.;
        for (from, to) in &model.arrows {
            let (from, to) = (units[*from], units[*to]);
            let head = Point { x: middle(to), y: to.at.y };
            let same = |one: Point, other: Point| (one.x - other.x).abs() < 0.01 && (one.y - other.y).abs() < 0.01;
            let bundle = layout.bundles.iter().find(|bundle| same(bundle.head, head)).unwrap();
            let mut at = Point { x: middle(from), y: from.at.y + from.size.y };
            for _ in 0..model.nodes.len() {
                if same(at, head) {
                    break;
                }
                at = bundle.strokes.iter().find(|stroke| same(stroke.from, at)).unwrap().to;
            }
            prop_assert!(same(at, head));
        }
    }

    #[test]
    fn the_same_graph_is_always_drawn_the_same(picks in graphs()) {
        let model = model(&picks);
        let twice = [(); 2].map(|()| place(&model, &sizes(&model), Direction::Auto));
        prop_assert_eq!(&twice[0].nodes, &twice[1].nodes);
    }
}

/// One arrow for all of a block.
#[test]
fn many_that_need_the_same_become_a_block() {
    let mut picks = vec![vec![]];
    picks.extend((0..50).map(|_| vec![0]));
    let mut model = model(&picks);
    model.arrows.retain(|(_, to)| *to == 0);
    let layout = place(&model, &sizes(&model), Direction::Down);
    assert_eq!((layout.frames.len(), layout.bundles.len()), (1, 1));
    assert_eq!(layout.bundles[0].strokes.len(), 1);
}

/// A tree of 2,000 has 1,000 leaves, which in one layer would make it dozens of times as high as wide, or as wide as high.
#[test]
fn a_wide_tree_has_about_the_shape_of_a_screen() {
    let picks: Vec<_> =
        (0..2_000_usize).map(|job| job.checked_sub(1).map(|above| above / 2).into_iter().collect()).collect();
    let up = model(&picks);
    let arrows = up.arrows.iter().map(|(from, to)| (1_999 - to, 1_999 - from));
    let down = Model { arrows: arrows.collect(), nodes: model(&picks).nodes };
    for model in [up, down] {
        for direction in [Direction::Auto, Direction::Down, Direction::Right] {
            let Point { x, y } = place(&model, &vec![Point { x: 150., y: 30. }; 2_000], direction).size;
            assert!((0.3..6.).contains(&(x / y)), "{direction:?}: {x} × {y}");
        }
    }
}
