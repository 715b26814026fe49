//! Shapes and text.

use super::{escape, put};
use crate::job::Kind;
use crate::output::graph::font;
use crate::output::graph::layout::{Point, Rect};

/// How far a hexagon's corners stand out, and the second page of a family.
const CORNER: f64 = 10.;
const PAGE: f64 = 4.;

/// A job's outline by its kind: round, a hexagon for run-only ones, a box for groups, two pages for families.
pub(super) fn shape(to: &mut String, kind: Kind, Rect { at: Point { x, y }, size }: Rect) {
    let Point { x: width, y: height } = size;
    let mut rectangle = |x: f64, y: f64, width: f64, height: f64, round: f64| {
        put(
            to,
            format_args!(
                "<rect class=\"s\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{round}\"/>"
            ),
        );
    };
    match kind {
        Kind::Job => rectangle(x, y, width, height, height / 2.),
        Kind::Group => rectangle(x, y, width, height, 0.),
        Kind::Family => {
            rectangle(x + PAGE, y, width - PAGE, height - PAGE, 3.);
            rectangle(x, y + PAGE, width - PAGE, height - PAGE, 3.);
        }
        Kind::RunOnly => {
            let (inner, half) = (width - 2. * CORNER, height / 2.);
            put(
                to,
                format_args!(
                    "<path class=\"s\" d=\"M{x:.1} {:.1}l{CORNER} -{half}h{inner:.1}l{CORNER} {half}l-{CORNER} {half}h-{inner:.1}z\"/>",
                    y + half
                ),
            );
        }
    }
}

/// A text around its middle. Where its width is known, it is said, so that it fits whichever font it is shown in.
pub(super) fn text(to: &mut String, text: &str, Point { x, y }: Point) {
    put(to, format_args!("<text x=\"{x:.1}\" y=\"{y:.1}\""));
    if font::knows(text) {
        put(to, format_args!(" textLength=\"{:.1}\" lengthAdjust=\"spacingAndGlyphs\"", font::width(text)));
    }
    put(to, format_args!(">{}</text>", escape(text)));
}
