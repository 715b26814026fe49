//! What the shapes, the colours and the marks of a drawing mean.

use super::paint::{shape, text};
use super::put;
use crate::job::Kind;
use crate::output::graph::font;
use crate::output::graph::layout::{Point, Rect};
use crate::output::graph::look::look;
use crate::output::graph::model::{Model, kind_in_words};

const MARGIN: f64 = 20.;
const SAMPLE: Point = Point { x: 34., y: 20. };
const ROW: f64 = 32.;
/// Narrow drawings become as wide as this for it.
const LEAST: f64 = 420.;

/// How many jobs ended in which way, in words.
pub(super) fn counts(model: &Model) -> String {
    let counts = model.counts();
    let jobs: usize = counts.iter().map(|(_, count)| count).sum();
    let tried = counts.iter().filter_map(|(status, count)| Some(format!("{count} {}", (*status)?)));
    let tried = tried.collect::<Vec<_>>().join(", ");
    let plural = if jobs == 1 { "" } else { "s" };
    format!("{jobs} job{plural}{}{tried}", if tried.is_empty() { "" } else { ": " })
}

/// Draws it below a drawing of this size; returns the size of both.
pub(super) fn draw(to: &mut String, model: &Model, size: Point) -> Point {
    let kinds = [Kind::Job, Kind::RunOnly, Kind::Group, Kind::Family];
    let kinds = kinds.into_iter().filter(|kind| model.nodes.iter().any(|node| node.kind == *kind));
    let kinds = kinds.map(|kind| (kind, look(None), kind_in_words(kind).to_owned()));
    let counts = model.counts();
    let tried = counts
        .iter()
        .filter_map(|(status, count)| Some((Kind::Job, look(Some((*status)?)), format!("{count} {}", (*status)?))));
    let right = size.x.max(LEAST) - MARGIN;
    let mut at = Point { x: MARGIN, y: size.y };
    for (kind, look, words) in kinds.chain(tried) {
        let width = SAMPLE.x + 6. + font::width(&words);
        if at.x > MARGIN && at.x + width > right {
            at = Point { x: MARGIN, y: at.y + ROW };
        }
        put(to, format_args!("<g class=\"{}\">", look.class));
        shape(to, kind, Rect { at, size: SAMPLE });
        let line = at.y + SAMPLE.y / 2. + f64::from(font::SIZE) * 0.35;
        if !look.mark.is_empty() {
            text(to, look.mark, Point { x: at.x + SAMPLE.x / 2., y: line });
        }
        to.push_str("</g>");
        text(to, &words, Point { x: at.x + SAMPLE.x + 6. + font::width(&words) / 2., y: line });
        to.push('\n');
        at.x += width + 18.;
    }
    Point { x: size.x.max(LEAST), y: at.y + SAMPLE.y + MARGIN }
}
