//! `--ask`: the plan, and a question.

use std::io::{self, IsTerminal, Write};

use super::{FAILED, complain};
use crate::runner::DoJobber;
use crate::status::Status;

/// Shows what would be done, and asks whether to. `None` means yes, or that there is nothing to ask about; else it is what
/// to exit with.
pub(super) fn ask(dojob: &mut DoJobber) -> Result<Option<u8>, String> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err("`--ask` needs a terminal to ask at".to_owned());
    }
    let report = dojob.no_act(true).handle_signals(true).checknrun();
    let report = report.map_err(|error| error.to_string())?;
    dojob.no_act(false);
    if let Some(signal) = report.interrupted_by() {
        return Ok(Some(u8::try_from(128 + signal).unwrap_or(FAILED)));
    }
    let question = || -> io::Result<String> {
        let mut out = anstream::stderr().lock();
        super::plan::write(&mut out, &report)?;
        if report.jobs().all(|job| job.status().is_some_and(Status::passed)) {
            return Ok("yes".to_owned());
        }
        write!(out, "Do it? [y/N] ")?;
        out.flush()?;
        let mut answer = String::new();
        if io::stdin().read_line(&mut answer)? == 0 {
            // Nobody typed the newline.
            writeln!(out)?;
        }
        Ok(answer)
    };
    let answer = question().map_err(|error| format!("asking: {error}"))?;
    match &*answer.trim().to_lowercase() {
        "y" | "yes" => Ok(None),
        _ => {
            complain("nothing was done");
            Ok(Some(FAILED))
        }
    }
}
