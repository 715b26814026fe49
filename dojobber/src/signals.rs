//! `SIGINT`, `SIGTERM` and `SIGHUP`, where somebody asked for them (R23): the first one cancels runs, the second one ends
//! the process.
//!
//! `SIGHUP` is left alone where it was ignored, as `nohup` has it, and where that can't be found out. It is never the
//! second one: of one terminal that is closed, the shell tells its programs, and then the system tells them again.
//!
//! Handlers are installed once, and stay. One thread hears of signals. It calls nothing that could hang, since the second one
//! is to end the process at once: first the programs that jobs have started, which no handler could. Cancelling, which
//! wakes whoever waits, is up to another thread. What has to happen whatever hangs, handlers do by themselves: a third
//! signal ends the process too, and when nobody asks any more signals do what they do by default.

use std::fs;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::{flag, low_level};

use crate::alarm::Line;

/// Nobody is to be cancelled: signals do what they do by default.
static NOBODY: AtomicBool = AtomicBool::new(true);
/// The process is about to end, for the second signal: another one doesn't wait for what comes before that.
static ENDING: AtomicBool = AtomicBool::new(false);
static ASKED: Mutex<Asked> = Mutex::new(Asked { lines: Vec::new(), again: false, is_installed: false });

/// What is done before the second signal ends the process.
static LAST: OnceLock<fn()> = OnceLock::new();

/// Has a second signal do this before it ends the process; for one caller. It is not to take long.
#[cfg(feature = "process")]
pub(crate) fn before_the_end(act: fn()) {
    LAST.get_or_init(|| act);
}

struct Asked {
    /// To be cancelled, in the order in which they asked.
    lines: Vec<Arc<Line>>,
    /// There was a signal already: the next one ends the process.
    again: bool,
    is_installed: bool,
}

/// Signals cancel for as long as this is there.
pub(crate) struct Registration(Arc<Line>);

impl Registration {
    pub(crate) fn new(line: &Arc<Line>) -> io::Result<Self> {
        let mut asked = lock();
        if !asked.is_installed {
            install()?;
            asked.is_installed = true;
        }
        if asked.lines.is_empty() {
            asked.again = false;
            NOBODY.store(false, Ordering::SeqCst);
        }
        asked.lines.push(Arc::clone(line));
        Ok(Self(Arc::clone(line)))
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        let mut asked = lock();
        asked.lines.retain(|line| !Arc::ptr_eq(line, &self.0));
        if asked.lines.is_empty() {
            NOBODY.store(true, Ordering::SeqCst);
        }
    }
}

fn lock() -> MutexGuard<'static, Asked> {
    ASKED.lock().unwrap_or_else(PoisonError::into_inner)
}

fn install() -> io::Result<()> {
    let mut all = vec![SIGINT, SIGTERM];
    if ignores_hangup() == Some(false) {
        all.push(SIGHUP);
    }
    for signal in all.iter().copied() {
        flag::register_conditional_default(signal, &NOBODY)?;
        if signal != SIGHUP {
            flag::register_conditional_shutdown(signal, 128 + signal, &ENDING)?;
        }
    }
    let signals = Signals::new(all)?;
    let (tell, told) = mpsc::channel::<(Vec<Arc<Line>>, i32)>();
    let cancel = move || {
        for (lines, signal) in told {
            for line in lines {
                line.cancel(Some(signal));
            }
        }
    };
    thread::Builder::new().name("dojobber-cancel".to_owned()).spawn(cancel)?;
    thread::Builder::new().name("dojobber-signals".to_owned()).spawn(move || listen(signals, &tell))?;
    Ok(())
}

/// Whether `SIGHUP` is ignored; `None` where the system doesn't tell. What tells by a call would need unsafe code.
fn ignores_hangup() -> Option<bool> {
    is_ignored(SIGHUP, &fs::read_to_string("/proc/self/status").ok()?)
}

/// Looked up in the mask of signals that a process ignores, as Linux shows it.
fn is_ignored(signal: i32, status: &str) -> Option<bool> {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    let mask = u64::from_str_radix(mask.trim(), 16).ok()?;
    Some(mask >> (signal - 1) & 1 == 1)
}

fn listen(mut signals: Signals, cancel: &Sender<(Vec<Arc<Line>>, i32)>) {
    for signal in signals.forever() {
        let mut asked = lock();
        let lines = asked.lines.clone();
        // Before anybody is told, so that whoever has been can rely on it.
        let again = std::mem::replace(&mut asked.again, true);
        drop(asked);
        if lines.is_empty() {
            // Whoever had asked went meanwhile, and was not told.
            let _ = low_level::emulate_default_handler(signal);
        } else if again && signal != SIGHUP {
            ENDING.store(true, Ordering::SeqCst);
            if let Some(act) = LAST.get() {
                act();
            }
            low_level::exit(128 + signal);
        }
        // It listens for as long as this thread does.
        let _ = cancel.send((lines, signal));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_process_ignores() {
        let status = |mask: &str| format!("Name:\tbake\nSigBlk:\t0000000000000001\nSigIgn:\t{mask}\nSigCgt:\t0\n");
        let is_ignored = |signal, mask| is_ignored(signal, &status(mask));
        assert_eq!(is_ignored(SIGHUP, "0000000000001000"), Some(false));
        assert_eq!(is_ignored(SIGHUP, "0000000000001001"), Some(true));
        assert_eq!(is_ignored(SIGTERM, "0000000000004000"), Some(true));
        assert_eq!(is_ignored(SIGHUP, "?"), None);
        assert_eq!(super::is_ignored(SIGHUP, "Name:\tbake\n"), None);
    }
}
