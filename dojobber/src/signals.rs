//! `SIGINT` and `SIGTERM`, where somebody asked for them (R23): the first one cancels runs, the second one ends the process.
//!
//! Handlers are installed once, and stay. They do by themselves what has to happen at once, whatever hangs: ending the
//! process, and what signals do by default when nobody asks any more. Cancelling is up to a thread.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::{flag, low_level};

use crate::alarm::Line;

/// Nobody is to be cancelled: signals do what they do by default.
static NOBODY: AtomicBool = AtomicBool::new(true);
/// There was a signal already: the next one ends the process.
static AGAIN: AtomicBool = AtomicBool::new(false);
static ASKED: Mutex<Asked> = Mutex::new(Asked { lines: Vec::new(), is_installed: false });

struct Asked {
    /// To be cancelled, in the order in which they asked.
    lines: Vec<Arc<Line>>,
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
            AGAIN.store(false, Ordering::SeqCst);
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
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_default(signal, &NOBODY)?;
        flag::register_conditional_shutdown(signal, 128 + signal, &AGAIN)?;
    }
    let signals = Signals::new([SIGINT, SIGTERM])?;
    thread::Builder::new().name("dojobber-signals".to_owned()).spawn(move || listen(signals))?;
    Ok(())
}

fn listen(mut signals: Signals) {
    for signal in signals.forever() {
        let asked = lock();
        // Before anybody is told, so that whoever has been can rely on it.
        AGAIN.store(true, Ordering::SeqCst);
        let lines = asked.lines.clone();
        drop(asked);
        if lines.is_empty() {
            // Whoever had asked went meanwhile, and was not told.
            let _ = low_level::emulate_default_handler(signal);
        }
        for line in lines {
            line.cancel(Some(signal));
        }
    }
}
