//! What a run writes for other programs: its events while it goes on, and what came of it as `JUnit` XML.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::flags::Show;
use super::plan::few;
use super::{FAILED, PASSED, complain};
use crate::output::json::EventJson;
use crate::plan::PlannedJob;
use crate::report::Report;
use crate::runner::DoJobber;

/// The files, open.
pub(super) struct Files<'s> {
    show: &'s Show,
    junit: Option<Box<dyn Write + Send>>,
    /// Why events were lost, if they were.
    lost: Arc<OnceLock<io::Error>>,
}

impl<'s> Files<'s> {
    /// Opens them before anything runs, and lets the run write its events. An error says what is wrong.
    pub(super) fn open(show: &'s Show, dojob: &mut DoJobber) -> Result<Self, String> {
        let files = [&show.events, &show.junit, &show.graph].map(Option::as_deref);
        let mut named: Vec<_> = files.into_iter().flatten().collect();
        if show.json {
            named.push(Path::new(STDOUT));
        }
        named.sort_unstable();
        if let Some(twice) = named.windows(2).find(|two| two[0] == two[1]) {
            return Err(format!("{}: two outputs can't go to the same place", name(twice[0])));
        }
        let [events, junit, _] = files.map(|file| file.map(open).transpose());
        let lost = Arc::default();
        if let Some(out) = events? {
            listen(dojob, out, Arc::clone(&lost));
        }
        Ok(Self { show, junit: junit?, lost })
    }

    /// What can only be written at the end; tells what was lost, and what to exit with for that.
    pub(super) fn finish(self, report: &Report) -> u8 {
        let mut code = PASSED;
        let mut tell = |file: Option<&Path>, error: &io::Error| {
            complain(&format!("{}: {error}", name(file.unwrap_or(Path::new(STDOUT)))));
            code = FAILED;
        };
        if let Some(error) = self.lost.get() {
            tell(self.show.events.as_deref(), error);
        }
        if let Some(mut out) = self.junit {
            let roots: Vec<_> = report.plan().roots().map(PlannedJob::name).map(str::to_owned).collect();
            let mut xml = Vec::new();
            let written = report.write_junit(&few(&roots), &mut xml).and_then(|()| out.write_all(&xml));
            if let Err(error) = written.and_then(|()| out.flush()) {
                tell(self.show.junit.as_deref(), &error);
            }
        }
        code
    }
}

/// Standard output, where a file is asked for.
const STDOUT: &str = "-";

fn open(file: &Path) -> Result<Box<dyn Write + Send>, String> {
    if file == Path::new(STDOUT) {
        return Ok(Box::new(io::stdout()));
    }
    match File::create(file) {
        Ok(out) => Ok(Box::new(out)),
        Err(error) => Err(format!("{}: {error}", file.display())),
    }
}

fn name(file: &Path) -> String {
    if file == Path::new(STDOUT) { "standard output".to_owned() } else { file.display().to_string() }
}

/// Each event is written at once, in one piece. After the first error nothing more is: a line may be cut short, and the next
/// one would make it a wrong one.
fn listen(dojob: &mut DoJobber, mut out: Box<dyn Write + Send>, lost: Arc<OnceLock<io::Error>>) {
    dojob.on_event(move |plan, event| {
        if lost.get().is_some() {
            return;
        }
        let line = serde_json::to_vec(&EventJson::new(plan, event)).map_err(io::Error::from);
        let written = line.and_then(|mut line| {
            line.push(b'\n');
            out.write_all(&line).and_then(|()| out.flush())
        });
        if let Err(error) = written {
            let _ = lost.set(error);
        }
    });
}
