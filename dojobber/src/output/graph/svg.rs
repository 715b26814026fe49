//! The drawing, as SVG.

mod legend;
mod paint;
mod sheet;

use std::fmt::Write;

use self::paint::{shape, text};
use super::font;
use super::layout::{Bundle, Layout, Point, Stroke, place};
use super::look::look;
use super::model::{Model, Node};
use super::picture::{Direction, Style, Theme};
use crate::job::Kind;

/// How high a line of text is, and how high the node around it.
const LINE: f64 = 16.;
const HEIGHT: f64 = 30.;

/// A drawing whose parts have their places.
pub(super) struct Drawing<'m> {
    model: &'m Model,
    labels: Vec<Label>,
    layout: Layout,
    legend: String,
    theme: Theme,
    size: Point,
}

impl<'m> Drawing<'m> {
    /// For whoever follows the reader's system.
    pub(super) fn new(model: &'m Model, style: &Style) -> Self {
        let labels: Vec<Label> = model.nodes.iter().map(Label::new).collect();
        let sizes: Vec<Point> = labels.iter().map(|label| label.size).collect();
        let layout = place(model, &sizes, style.direction);
        let mut legend = String::new();
        let size = if style.legend { legend::draw(&mut legend, model, layout.size) } else { layout.size };
        let size = Point { x: size.x.ceil(), y: size.y.ceil() };
        Self { model, labels, layout, legend, theme: style.theme, size }
    }

    /// For what can't ask how the reader's system looks.
    pub(super) fn still(model: &'m Model, style: &Style) -> Self {
        let mut drawing = Self::new(model, style);
        if drawing.theme == Theme::Auto {
            drawing.theme = Theme::Light;
        }
        drawing
    }

    pub(super) fn size(&self) -> Point {
        self.size
    }

    pub(super) fn svg(&self) -> String {
        self.svg_between(Span { from: 0., to: self.size.y })
    }

    /// As large as the whole, with what can be seen in a part of its height.
    pub(super) fn svg_between(&self, seen: Span) -> String {
        let mut svg = String::new();
        let Point { x: width, y: height } = self.size;
        put(
            &mut svg,
            format_args!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
                 viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"title desc\" \
                 font-family=\"'{}', Verdana, sans-serif\" font-size=\"{}\" text-anchor=\"middle\">\n\
                 <title id=\"title\">What each job needs</title>\n<desc id=\"desc\">{}</desc>\n<style>{}</style>\n\
                 <rect class=\"paper\" width=\"{width}\" height=\"{height}\"/>\n",
                font::FAMILY,
                font::SIZE,
                escape(&legend::counts(self.model)),
                sheet::sheet(self.theme),
            ),
        );
        draw_arrows(&mut svg, &self.layout, seen);
        for frame in self.layout.frames.iter().filter(|frame| seen.has(frame.at.y, frame.at.y + frame.size.y)) {
            let (at, size) = (frame.at, frame.size);
            put(
                &mut svg,
                format_args!(
                    "<rect class=\"f\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"6\"/>\n",
                    at.x, at.y, size.x, size.y
                ),
            );
        }
        for ((node, label), rect) in self.model.nodes.iter().zip(&self.labels).zip(&self.layout.nodes) {
            if !seen.has(rect.at.y, rect.at.y + rect.size.y) {
                continue;
            }
            let class = look(node.status).class;
            put(&mut svg, format_args!("<g class=\"{class}\"><title>{}</title>", escape(&node.description())));
            shape(&mut svg, node.kind, *rect);
            let middle = Point { x: rect.at.x + rect.size.x / 2., y: rect.at.y + rect.size.y / 2. };
            label.draw(&mut svg, middle);
            svg.push_str("</g>\n");
        }
        if seen.has(self.layout.size.y, self.size.y) {
            svg.push_str(&self.legend);
        }
        svg.push_str("</svg>\n");
        svg
    }
}

/// A part of a drawing's height.
#[derive(Clone, Copy)]
pub(super) struct Span {
    pub(super) from: f64,
    pub(super) to: f64,
}

impl Span {
    /// Whether something that lies between these, up to how thick its lines are and how far letters stand out, can be seen.
    fn has(self, top: f64, bottom: f64) -> bool {
        top - LINE < self.to && bottom + LINE > self.from
    }
}

/// What stands in a node, and how large that makes it.
struct Label {
    name: String,
    tally: String,
    size: Point,
}

impl Label {
    fn new(node: &Node) -> Self {
        let (name, tally) = (node.label(), node.tally());
        let around = match node.kind {
            Kind::Job => 26.,
            Kind::RunOnly => 34.,
            Kind::Group | Kind::Family => 20.,
        };
        let lines = if tally.is_empty() { 0. } else { LINE };
        let width = font::width(&name).max(font::width(&tally)).ceil() + around;
        Self { name, tally, size: Point { x: width.max(44.), y: HEIGHT + lines } }
    }

    fn draw(&self, to: &mut String, middle: Point) {
        // Letters stand on their line, a third of their height below their middle.
        let line = middle.y + f64::from(font::SIZE) * 0.35;
        if self.tally.is_empty() {
            return text(to, &self.name, Point { x: middle.x, y: line });
        }
        text(to, &self.name, Point { x: middle.x, y: line - LINE / 2. });
        text(to, &self.tally, Point { x: middle.x, y: line + LINE / 2. });
    }
}

/// A path for each place that arrows lead to, and one for all heads.
fn draw_arrows(to: &mut String, layout: &Layout, seen: Span) {
    let mut heads = String::new();
    for Bundle { strokes, head: Point { x, y }, direction } in &layout.bundles {
        let mut strokes = strokes.iter().filter(|stroke| seen.has(stroke.top(), stroke.bottom())).peekable();
        if strokes.peek().is_none() {
            continue;
        }
        to.push_str("<path class=\"a\" d=\"");
        for stroke in strokes {
            draw_stroke(to, stroke, *direction);
        }
        to.push_str("\"/>\n");
        let back = match direction {
            Direction::Right => "l-9 -4.5v9z",
            _ => "l-4.5 -9h9z",
        };
        put(&mut heads, format_args!("M{x:.1} {y:.1}{back}"));
    }
    if !heads.is_empty() {
        put(to, format_args!("<path class=\"h\" d=\"{heads}\"/>\n"));
    }
}

fn draw_stroke(to: &mut String, stroke: &Stroke, direction: Direction) {
    let Stroke { from, bend_from, bend_to, to: end } = stroke;
    put(to, format_args!("M{:.1} {:.1}", from.x, from.y));
    let is_straight = |a: f64, b: f64| (a - b).abs() < 0.05;
    if direction == Direction::Right {
        if !is_straight(from.y, end.y) {
            let middle = f64::midpoint(bend_from.x, bend_to.x);
            put(to, format_args!("H{:.1}C{middle:.1} {:.1} {middle:.1} {:.1}", bend_from.x, from.y, end.y));
            put(to, format_args!(" {:.1} {:.1}", bend_to.x, end.y));
        }
        put(to, format_args!("H{:.1}", end.x));
    } else {
        if !is_straight(from.x, end.x) {
            let middle = f64::midpoint(bend_from.y, bend_to.y);
            put(to, format_args!("V{:.1}C{:.1} {middle:.1} {:.1} {middle:.1}", bend_from.y, from.x, end.x));
            put(to, format_args!(" {:.1} {:.1}", end.x, bend_to.y));
        }
        put(to, format_args!("V{:.1}", end.y));
    }
}

/// Writing to a string can't fail.
fn put(to: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = to.write_fmt(arguments);
}

/// Of text, and of attributes in double quotes.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
