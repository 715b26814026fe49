//! What a run writes for other programs: its events while it goes on, and what came of it as `JUnit` XML, as a picture
//! and as a page for browsers.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::flags::Show;
use super::plan::few;
use super::target::{STDOUT, Target, name};
use super::values::format_of;
use super::{FAILED, PASSED, complain};
use crate::output::json::EventJson;
use crate::output::{Format, Transcript};
use crate::plan::PlannedJob;
use crate::report::Report;
use crate::runner::DoJobber;

/// The files, open.
pub(super) struct Files {
    events: Option<Target>,
    junit: Option<Target>,
    graph: Option<(Target, Format)>,
    page: Option<(Target, Transcript)>,
    lost: Arc<Lost>,
}

/// What there is not in the file of events, and why.
#[derive(Default)]
struct Lost {
    /// From some event on, all of them.
    events: OnceLock<String>,
    /// The first result that is no JSON.
    result: OnceLock<String>,
}

impl Files {
    /// Opens them before anything runs, and leaves them as they are. They are [`apart`]. An error says what is wrong.
    pub(super) fn open(show: &Show) -> Result<Self, String> {
        let format = show.graph.as_deref().map(format_of).transpose()?;
        let files = outputs(show);
        let [events, junit, graph, page] = files.map(|file| file.map(Target::open).transpose());
        let page = page?.map(|target| (target, Transcript::default()));
        Ok(Self { events: events?, junit: junit?, graph: graph?.zip(format), page, lost: Arc::default() })
    }

    /// The run is about to start: what the files held is gone, and its events are written. An error says what is wrong.
    pub(super) fn begin(&mut self, dojob: &mut DoJobber) -> Result<(), String> {
        let graph = self.graph.as_mut().map(|(target, _)| target);
        let page = self.page.as_mut().map(|(target, _)| target);
        for target in self.events.iter_mut().chain(&mut self.junit).chain(graph).chain(page) {
            target.begin()?;
        }
        if let Some(out) = self.events.take() {
            listen(dojob, out, Arc::clone(&self.lost));
        }
        if let Some((_, transcript)) = &mut self.page {
            *transcript = Transcript::of(dojob);
        }
        Ok(())
    }

    /// What can only be written at the end; tells what was lost, and what to exit with for that.
    pub(super) fn finish(self, report: &Report) -> u8 {
        let lost = [&self.lost.result, &self.lost.events];
        let mut lost: Vec<_> = lost.into_iter().filter_map(OnceLock::get).cloned().collect();
        if let Some((target, format)) = self.graph {
            lost.extend(write(target, |to| report.picture().write(to, &format)).err());
        }
        if let Some(target) = self.junit {
            let roots: Vec<_> = report.plan().roots().map(PlannedJob::name).map(str::to_owned).collect();
            lost.extend(write(target, |to| report.write_junit(&few(&roots), to)).err());
        }
        if let Some((target, transcript)) = self.page {
            lost.extend(write(target, |to| report.html().transcript(&transcript).write(to)).err());
        }
        for lost in &lost {
            complain(lost);
        }
        if lost.is_empty() { PASSED } else { FAILED }
    }
}

fn outputs(show: &Show) -> [Option<&Path>; 4] {
    [&show.events, &show.junit, &show.graph, &show.report].map(Option::as_deref)
}

/// An error names two outputs that would be in each other's way, or one and the lock.
pub(super) fn apart(show: &Show, lock: Option<&Path>) -> Result<(), String> {
    let mut places: Vec<_> = outputs(show).into_iter().flatten().map(|file| (place(file), file)).collect();
    if show.json {
        places.push((STDOUT.into(), Path::new(STDOUT)));
    }
    // Emptied at the end, with whatever else is in it.
    places.extend(lock.map(|lock| (place(lock), lock)));
    places.sort_unstable();
    match places.windows(2).find(|two| two[0].0 == two[1].0) {
        Some(twice) => Err(format!("{}: two outputs can't go to the same place", name(twice[0].1))),
        None => Ok(()),
    }
}

/// Where a file is, however it is named, also if it isn't there yet.
fn place(file: &Path) -> PathBuf {
    if file == Path::new(STDOUT) {
        return file.to_owned();
    }
    let in_folder = || {
        let folder = file.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        Some(folder.canonicalize().ok()?.join(file.file_name()?))
    };
    file.canonicalize().ok().or_else(in_folder).unwrap_or_else(|| file.to_owned())
}

/// Writes it in one piece, or says why that can't be.
pub(super) fn write(mut to: Target, make: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> Result<(), String> {
    let mut bytes = Vec::new();
    let written = make(&mut bytes).and_then(|()| to.write_all(&bytes)).and_then(|()| to.flush());
    written.map_err(|error| format!("{}: {error}", to.name()))
}

/// Each event is written at once, in one piece. After the first error nothing more is: a line may be cut short, and the next
/// one would make it a wrong one. A result that is no JSON is told as it is of the report, but costs nothing else.
fn listen(dojob: &mut DoJobber, mut out: Target, lost: Arc<Lost>) {
    dojob.on_event(move |plan, event| {
        if lost.events.get().is_some() {
            return;
        }
        let line = EventJson::new(plan, event).line().map_err(io::Error::from);
        let written = line.and_then(|(line, no_json)| {
            if let Some(no_json) = no_json {
                let _ = lost.result.set(format!("{}: {no_json}", out.name()));
            }
            out.write_all((line + "\n").as_bytes()).and_then(|()| out.flush())
        });
        if let Err(error) = written {
            let _ = lost.events.set(format!("{}: {error}", out.name()));
        }
    });
}
