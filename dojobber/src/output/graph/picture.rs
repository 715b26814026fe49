//! [`Picture`]: which graph to draw, and how.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;

use super::format::Format;
use super::model::Model;
use super::{dot, graphviz, json, mermaid};
use crate::plan::{JobId, Plan};
use crate::report::Report;
use crate::status::Status;

/// A graph that is to be drawn, of a [`Plan`](crate::Plan::picture) or of a [`Report`](crate::Report::picture), and how.
///
/// ```
/// use dojobber::prelude::*;
///
/// #[job]
/// fn bake() {}
/// #[job(deps = [bake])]
/// struct Party;
///
/// let report = DoJobber::new().root::<Party>().checknrun().unwrap();
/// let mut mermaid = Vec::new();
/// report.picture().collapse_above(5).write(&mut mermaid, &Format::Mermaid)?;
/// assert!(String::from_utf8_lossy(&mermaid).starts_with("flowchart TD\n    n0{{\"#43; bake\"}}:::changed\n"));
/// # Ok::<_, std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct Picture<'p> {
    plan: &'p Plan,
    report: Option<&'p Report>,
    pub(super) style: Style,
}

/// How it is drawn.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "pictures"), allow(dead_code, reason = "what draws it is not there"))]
pub(super) struct Style {
    pub(super) collapse_above: usize,
    pub(super) theme: Theme,
    pub(super) direction: Direction,
    pub(super) legend: bool,
    pub(super) colours: bool,
    pub(super) columns: usize,
}

/// What a drawing is drawn on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Theme {
    /// Light or dark as the reader's system is; light where a format can't ask for that.
    #[default]
    Auto,
    /// Dark on white.
    Light,
    /// Light on black.
    Dark,
}

/// Where arrows lead, from a job to what it needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Direction {
    /// Whichever of the others fills a screen better.
    #[default]
    Auto,
    /// What a job needs stands below it.
    Down,
    /// What a job needs stands to the right of it.
    Right,
}

impl<'p> Picture<'p> {
    pub(crate) fn new(plan: &'p Plan, report: Option<&'p Report>) -> Self {
        let (theme, direction) = (Theme::Auto, Direction::Auto);
        let style = Style { collapse_above: 12, theme, direction, legend: true, colours: false, columns: 80 };
        Self { plan, report, style }
    }

    /// Families of more members than this are drawn as one node, which counts them; 12 if not called. Not in JSON, which
    /// has all jobs. Where a family needs itself, by way of other jobs, its members stay apart.
    #[must_use]
    pub fn collapse_above(mut self, members: usize) -> Self {
        self.style.collapse_above = members;
        self
    }

    /// What it is drawn on; for [`Format::Svg`] and [`Format::Png`].
    #[must_use]
    pub fn theme(mut self, theme: Theme) -> Self {
        self.style.theme = theme;
        self
    }

    /// Where arrows lead; for [`Format::Svg`] and [`Format::Png`].
    #[must_use]
    pub fn direction(mut self, direction: Direction) -> Self {
        self.style.direction = direction;
        self
    }

    /// Whether what shapes, colours and marks mean stands below; for [`Format::Svg`] and [`Format::Png`]. It does if not
    /// called.
    #[must_use]
    pub fn legend(mut self, legend: bool) -> Self {
        self.style.legend = legend;
        self
    }

    /// Whether [`Format::Text`] has colours, for a terminal; not if not called.
    #[must_use]
    pub fn colours(mut self, colours: bool) -> Self {
        self.style.colours = colours;
        self
    }

    /// How wide [`Format::Text`] may become; 80 if not called.
    #[must_use]
    pub fn columns(mut self, columns: usize) -> Self {
        self.style.columns = columns;
        self
    }

    /// Writes it. An error comes from the writer, or is one of [`io::ErrorKind::Unsupported`] where a feature is not
    /// there, or of Graphviz for [`Format::Other`].
    pub fn write(&self, to: &mut dyn Write, format: &Format) -> io::Result<()> {
        match format {
            Format::Dot => dot::write(to, &self.model()),
            Format::Mermaid => mermaid::write(to, &self.model()),
            Format::Json => json::write(to, self.plan, |job| self.status(job)),
            #[cfg(feature = "pictures")]
            Format::Svg => to.write_all(super::svg::Drawing::new(&self.model(), &self.style).svg().as_bytes()),
            #[cfg(feature = "pictures")]
            Format::Png => super::png::write(to, &self.model(), &self.style),
            #[cfg(feature = "pictures")]
            Format::Text => super::text::write(to, &self.model(), &self.style),
            others => left_over(to, &self.model(), others),
        }
    }

    /// Writes it into a file, in the format that the file's ending names (see [`Format::from_path`]). What the file held
    /// before is kept if drawing fails.
    pub fn save(&self, file: impl AsRef<Path>) -> io::Result<()> {
        let file = file.as_ref();
        let format = Format::from_path(file).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let mut drawn = Vec::new();
        self.write(&mut drawn, &format)?;
        std::fs::write(file, drawn)
    }

    pub(super) fn model(&self) -> Model {
        Model::new(self.plan, |job| self.status(job), self.style.collapse_above)
    }

    fn status(&self, job: JobId) -> Option<Status> {
        self.report?.status_of(job)
    }
}

/// Formats that are written by Graphviz, or not at all.
fn left_over(to: &mut dyn Write, model: &Model, format: &Format) -> io::Result<()> {
    match format {
        Format::Other(name) => graphviz::write(to, model, name),
        #[cfg(not(feature = "pictures"))]
        Format::Svg => graphviz::write(to, model, "svg"),
        #[cfg(not(feature = "pictures"))]
        Format::Png => graphviz::write(to, model, "png"),
        #[cfg(not(feature = "pictures"))]
        Format::Text => {
            let text = "a graph as text needs dojobber's feature `pictures`";
            Err(io::Error::new(io::ErrorKind::Unsupported, text))
        }
        _ => Ok(()),
    }
}

#[cfg(feature = "cli")]
impl Format {
    /// An error says why no graph can be written so here: a feature, or Graphviz, isn't there, or that doesn't know it. It is
    /// asked to draw nothing.
    pub(crate) fn check(&self) -> io::Result<()> {
        left_over(&mut io::sink(), &Model { nodes: Vec::new(), arrows: Vec::new() }, self)
    }
}

#[cfg(all(feature = "cli", not(feature = "pictures")))]
impl Picture<'_> {
    /// Without the feature `pictures`, nothing is drawn whose width could fit.
    pub(crate) fn fit_terminal(self) -> Self {
        self
    }
}

impl Report {
    /// The graph that was run, to be drawn in the colours of what came of each job.
    pub fn picture(&self) -> Picture<'_> {
        Picture::new(self.plan(), Some(self))
    }

    /// Writes the picture as it is drawn if nothing else is said; see
    /// [`DoJobber::write_graph`](crate::DoJobber::write_graph).
    #[expect(clippy::needless_pass_by_value, reason = "a format is a word")]
    pub fn write_graph(&self, to: &mut dyn Write, format: Format) -> io::Result<()> {
        self.picture().write(to, &format)
    }

    /// Shows the picture; see [`Picture::display`]. With the feature `pictures`.
    #[cfg(feature = "pictures")]
    pub fn display_graph(&self) -> io::Result<()> {
        self.picture().display()
    }
}

impl Plan {
    /// The graph, to be drawn before anything is run.
    pub fn picture(&self) -> Picture<'_> {
        Picture::new(self, None)
    }

    /// Writes the picture as it is drawn if nothing else is said; see
    /// [`DoJobber::write_graph`](crate::DoJobber::write_graph).
    #[expect(clippy::needless_pass_by_value, reason = "a format is a word")]
    pub fn write_graph(&self, to: &mut dyn Write, format: Format) -> io::Result<()> {
        self.picture().write(to, &format)
    }

    /// Shows the picture; see [`Picture::display`]. With the feature `pictures`.
    #[cfg(feature = "pictures")]
    pub fn display_graph(&self) -> io::Result<()> {
        self.picture().display()
    }
}

impl fmt::Debug for Picture<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Picture").field("jobs", &self.plan.len()).field("style", &self.style).finish_non_exhaustive()
    }
}
