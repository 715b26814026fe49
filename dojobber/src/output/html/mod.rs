//! The report as one page for browsers: made of the report, and of what a [`Transcript`] has of the run's events.
//!
//! What is drawn is computed here: where jobs stand, who held which slot, what the end waited for. The page itself
//! (`page.html`, `style.css` and the scripts) only shows it.

mod data;
mod drawing;
mod page;
mod timeline;
mod times;
mod transcript;

use std::fmt;
use std::io::{self, Write};

use self::data::Page;
pub use self::transcript::Transcript;
use crate::report::Report;

/// A report as a page for browsers, and what it is made of besides. Made by [`Report::html`], with the feature `html`.
///
/// The page is one file, and asks nobody for anything; its own policy forbids it to. It has
///
/// - a summary: what failed and why, and the critical path;
/// - the graph, to pan, zoom and search, with families drawn as one node where they are large;
/// - a timeline with every try, phase and wait, by slot or by job;
/// - a table of all jobs that sorts and filters;
/// - for each job its tries, errors, output, result, and where it stands in the source.
///
/// It holds what jobs said and what their results are, so it is as confidential as these. Global storage is not in it.
///
/// The run doesn't say which slot had which try: the timeline puts each try into the first row that is free when it starts.
/// That makes as many rows as tries ran at once, but they are not threads.
///
/// The critical path leads from the job that ended last back to the start, each time to what ended last of all that the job
/// needed. A job on it may have waited for a slot or a limit rather than for the one before it; then that is told.
///
/// ```
/// use dojobber::prelude::*;
/// use dojobber::Transcript;
///
/// #[job]
/// fn bake(ctx: &Context) { ctx.println("it smells good") }
///
/// let mut dojob = DoJobber::new();
/// let transcript = Transcript::of(dojob.root::<bake>());
/// let report = dojob.checknrun().unwrap();
/// let mut page = Vec::new();
/// report.html().title("Bakery").transcript(&transcript).write(&mut page)?;
/// assert!(String::from_utf8_lossy(&page).contains("it smells good"));
/// # Ok::<_, std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct Html<'r> {
    report: &'r Report,
    title: String,
    transcript: Option<Transcript>,
    collapse_above: usize,
}

impl Html<'_> {
    /// What stands above it; the names of the plan's roots if not called.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// What was taken down of the run. Without it the page has no output of jobs, and phases start where those before
    /// them ended. It must be that of the run that the report is of.
    #[must_use]
    pub fn transcript(mut self, transcript: &Transcript) -> Self {
        self.transcript = Some(transcript.clone());
        self
    }

    /// Families of more members than this are drawn as one node, which counts them; 12 if not called. The timeline and
    /// the table have each of them.
    #[must_use]
    pub fn collapse_above(mut self, members: usize) -> Self {
        self.collapse_above = members;
        self
    }

    /// Writes the page. An error comes from the writer.
    pub fn write(&self, mut to: impl Write) -> io::Result<()> {
        let empty = Transcript::default();
        let taken = self.transcript.as_ref().unwrap_or(&empty).lock();
        page::write(&mut to, &Page::new(self.report, &taken, &self.title, self.collapse_above))
    }
}

impl Report {
    /// The report as a page for browsers. With the feature `html`.
    pub fn html(&self) -> Html<'_> {
        let mut roots: Vec<_> = self.plan().roots().map(|root| root.name().to_owned()).collect();
        if roots.len() > 3 {
            roots.truncate(3);
            roots.push("…".to_owned());
        }
        Html { report: self, title: roots.join(", "), transcript: None, collapse_above: 12 }
    }

    /// Writes [the page](Html) as it is if nothing else is said, without what jobs said. With the feature `html`.
    pub fn write_html(&self, to: impl Write) -> io::Result<()> {
        self.html().write(to)
    }
}

impl fmt::Debug for Html<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Html").field("title", &self.title).field("report", &self.report).finish_non_exhaustive()
    }
}
