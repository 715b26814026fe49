//! `--ask`: the plan, and a question.

use std::io::{self, BufRead, IsTerminal, Write};
use std::sync::Arc;
use std::sync::mpsc::{self, TryRecvError};
use std::thread;

use super::{FAILED, Stop, after_signal};
use crate::alarm::Line;
use crate::runner::DoJobber;
use crate::status::Status;

/// What somebody said.
enum Answer {
    Yes,
    No,
    Unclear,
    /// Nothing more will be said.
    Ended,
    /// The signal of this number.
    Interrupted(i32),
}

/// Shows what would be done, and asks whether to. `None` means yes, or that there is nothing to ask about; else it is what
/// to exit with.
pub(super) fn ask(dojob: &mut DoJobber, is_quiet: bool) -> Result<Option<u8>, Stop> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err("`--ask` needs a terminal to ask at".to_owned().into());
    }
    let report = super::plan::check(dojob, is_quiet)?;
    dojob.no_act(false);
    if let Some(signal) = report.interrupted_by() {
        return Ok(Some(after_signal(signal)));
    }
    let signals = dojob.cancel_handle().0;
    let question = || -> io::Result<Option<u8>> {
        let mut out = anstream::stderr();
        super::plan::write(&mut out, &report, false)?;
        if report.jobs().all(|job| job.status().is_some_and(Status::passed)) {
            return Ok(None);
        }
        loop {
            write!(out, "Do it? [y/N] ")?;
            out.flush()?;
            let answer = answer(&signals)?;
            if matches!(answer, Answer::Ended | Answer::Interrupted(_)) {
                // Nobody typed the newline.
                writeln!(out)?;
            }
            let code = match answer {
                Answer::Yes => return Ok(None),
                Answer::Unclear => {
                    writeln!(out, "Please answer yes or no.")?;
                    continue;
                }
                Answer::No | Answer::Ended => FAILED,
                Answer::Interrupted(signal) => after_signal(signal),
            };
            writeln!(out, "nothing was done")?;
            return Ok(Some(code));
        }
    };
    Ok(question().map_err(|error| format!("asking: {error}"))?)
}

/// Waits for a line, or for a signal.
fn answer(signals: &Arc<Line>) -> io::Result<Answer> {
    // As a run that a signal cancels, also one that came since the last run.
    signals.renew();
    let alarm = signals.alarm();
    let (send, lines) = mpsc::channel();
    let heard = Arc::clone(&alarm);
    // A signal doesn't end the reading, so it is left to itself then.
    thread::Builder::new().name("dojobber-answer".to_owned()).spawn(move || {
        let mut line = Vec::new();
        let read = io::stdin().lock().read_until(b'\n', &mut line).map(|_| line);
        let _ = send.send(read);
        heard.ring();
    })?;
    loop {
        alarm.wait_for_ring();
        alarm.hush();
        if alarm.is_cancelled() {
            // Without a number, somebody's handle has cancelled it.
            return Ok(signals.take_signal().map_or(Answer::No, Answer::Interrupted));
        }
        match lines.try_recv() {
            Ok(line) => return line.map(|line| meant(&line)),
            Err(TryRecvError::Empty) => {}
            Err(TryRecvError::Disconnected) => return Ok(Answer::No),
        }
    }
}

fn meant(line: &[u8]) -> Answer {
    match &*String::from_utf8_lossy(line).trim().to_lowercase() {
        "y" | "yes" => Answer::Yes,
        _ if !line.ends_with(b"\n") => Answer::Ended,
        "" | "n" | "no" => Answer::No,
        _ => Answer::Unclear,
    }
}
