//! What is printed of a run or a plan while it goes on: lines of phases, and what jobs say.

use std::io::{self, Write};

use super::flags::Detail;
use super::screen::stderr;
use crate::event::{Event, EventKind};
use crate::output;
use crate::plan::Plan;
use crate::runner::DoJobber;

/// Lines go to the screen, if there is one. When it is quiet, those of jobs go nowhere. To be called once.
pub(super) fn direct(dojob: &mut DoJobber, detail: &Detail) {
    if detail.quiet {
        dojob.lines_to(io::sink()).on_event(quiet);
    } else {
        dojob.lines_to(stderr());
    }
}

/// From now on there are as many as are wanted.
pub(super) fn tell(dojob: &mut DoJobber, detail: &Detail) {
    dojob.verbose(detail.verbose).debug(detail.debug);
}

/// What is printed even when nothing else is (R17), but for what jobs say.
fn quiet(plan: &Plan, event: &Event) {
    if !matches!(event.kind, EventKind::Output { .. }) {
        // What can't be written is lost: the run goes on.
        let _ = write!(stderr(), "{}", output::Lines::new(plan, event, output::Detail::Quiet));
    }
}
