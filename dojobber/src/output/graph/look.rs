//! How statuses look: a colour and, for whoever can't tell colours apart, a mark.

use crate::status::Status;

/// How a status looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::output) struct Look {
    /// Stands in front of the name; empty before the run.
    pub(in crate::output) mark: &'static str,
    /// The class of the status in SVG and Mermaid.
    pub(in crate::output) class: &'static str,
    /// None where nothing was tried to the end.
    pub(in crate::output) colours: Option<Colours>,
}

/// The colours of a node, readable on light and on dark paper alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::output) struct Colours {
    pub(in crate::output) fill: &'static str,
    pub(in crate::output) ink: &'static str,
}

/// The original's green: the check held.
const GREEN: Colours = Colours { fill: "#a6e3b4", ink: "#0c2a17" };
/// The original's dark green: it held after run.
const DARK_GREEN: Colours = Colours { fill: "#00573f", ink: "#ffffff" };
/// The original's red: it failed or, in no-act, would run. Lighter than dark green, darker than green, and with some
/// yellow in it, so that it is neither of them to any eye.
const RED: Colours = Colours { fill: "#f2683c", ink: "#1f0600" };

/// All statuses, the worst first: what a collapsed family looks like is the first that any member has.
pub(in crate::output) const WORST_FIRST: [Status; 8] = [
    Status::Failed,
    Status::WouldRun,
    Status::Blocked,
    Status::Cancelled,
    Status::Unknown,
    Status::Changed,
    Status::Ok,
    Status::Skipped,
];

pub(in crate::output) fn look(status: Option<Status>) -> Look {
    let (mark, class, colours) = match status {
        None => ("", "untried", None),
        Some(Status::Ok) => ("✓", "ok", Some(GREEN)),
        Some(Status::Skipped) => ("–", "skipped", Some(GREEN)),
        Some(Status::Changed) => ("+", "changed", Some(DARK_GREEN)),
        Some(Status::Failed) => ("✗", "failed", Some(RED)),
        Some(Status::WouldRun) => ("!", "would_run", Some(RED)),
        Some(Status::Blocked) => ("⊘", "blocked", None),
        Some(Status::Cancelled) => ("■", "cancelled", None),
        Some(Status::Unknown) => ("?", "unknown", None),
    };
    Look { mark, class, colours }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each kind of cone-blind eye makes of linear RGB (Viénot 1999; the last row by Brettel's approximation).
    const EYES: [(&str, [[f64; 3]; 3]); 4] = [
        ("all cones", [[1., 0., 0.], [0., 1., 0.], [0., 0., 1.]]),
        ("no red", [[0.11238, 0.88762, 0.], [0.11238, 0.88762, 0.], [0.00401, -0.00401, 1.]]),
        ("no green", [[0.29275, 0.70725, 0.], [0.29275, 0.70725, 0.], [-0.02234, 0.02234, 1.]]),
        ("no blue", [[1., 0.15, -0.15], [0., 0.87, 0.13], [0., 0.87, 0.13]]),
    ];

    fn linear(colour: &str) -> [f64; 3] {
        [1, 3, 5].map(|at| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        })
    }

    fn times(matrix: [[f64; 3]; 3], vector: [f64; 3]) -> [f64; 3] {
        matrix.map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum())
    }

    fn lab(linear: [f64; 3]) -> [f64; 3] {
        let to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]];
        let [x, y, z] = times(to_xyz, linear);
        let f = |t: f64| if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 16. / 116. };
        let (x, y, z) = (f(x / 0.9505), f(y), f(z / 1.089));
        [116. * y - 16., 500. * (x - y), 200. * (y - z)]
    }

    /// 2.3 can just be told apart when they touch; 20 are different colours at a glance.
    #[test]
    fn every_eye_tells_the_colours_apart() {
        let paper = Colours { fill: "#ffffff", ink: "" };
        let all = [GREEN, DARK_GREEN, RED, paper];
        for (eye, matrix) in EYES {
            for (index, one) in all.iter().enumerate() {
                for other in &all[..index] {
                    let [one_lab, other_lab] =
                        [one, other].map(|colours| lab(times(matrix, linear(colours.fill)).map(|c| c.clamp(0., 1.))));
                    let distance: f64 = one_lab.iter().zip(other_lab).map(|(a, b)| (a - b).powi(2)).sum();
                    assert!(distance.sqrt() > 20., "{} and {}, {eye}: {}", one.fill, other.fill, distance.sqrt());
                }
            }
        }
    }

    /// 4.5 is what WCAG asks of text.
    #[test]
    fn names_are_readable_on_the_colours() {
        for colours in [GREEN, DARK_GREEN, RED] {
            let [fill, ink] = [colours.fill, colours.ink].map(|colour| {
                let [r, g, b] = linear(colour);
                0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05
            });
            let contrast = (fill / ink).max(ink / fill);
            assert!(contrast > 4.5, "{}: {contrast}", colours.fill);
        }
    }

    #[test]
    fn every_status_has_its_own_mark() {
        let mut marks: Vec<_> = WORST_FIRST.iter().map(|status| look(Some(*status)).mark).collect();
        marks.sort_unstable();
        marks.dedup();
        assert_eq!(marks.len(), WORST_FIRST.len());
    }
}
