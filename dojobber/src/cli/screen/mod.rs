//! What a run shows while it lasts. Made of events, and of what is written to [`stderr`].

mod bar;
mod early;
mod model;
mod plain;
mod tail;
#[cfg(test)]
mod tests;
mod view;

use std::io::{self, IsTerminal, Write};
use std::mem;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use self::bar::Bar;
pub(super) use self::early::Early;
use self::early::Reason;
use self::model::Model;
use self::plain::Heart;
pub(super) use self::tail::Tails;
use crate::clock::{Clock, SystemClock};
use crate::event::{Event, EventKind, Stream};
use crate::harmless::{calm, calm_line, tame};
use crate::plan::Plan;
use crate::status::Status;

/// How often time is shown.
const TICK: Duration = Duration::from_millis(100);

/// The screen that is there, which [`stderr`] writes to.
static CURRENT: Mutex<Option<Arc<Mutex<Screen>>>> = Mutex::new(None);

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// A bar, on a terminal.
    Bar,
    /// Lines; one for each job that ends, if that is asked for.
    Plain { jobs: bool },
    /// Not at all.
    None,
}

/// Whether standard error is a terminal that can be drawn on.
pub(super) fn can_draw() -> bool {
    io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// The screen of a run, for as long as this is there.
pub(super) struct Shown {
    screen: Arc<Mutex<Screen>>,
    ticking: Option<(Sender<()>, JoinHandle<()>)>,
}

struct Screen {
    model: Model,
    tails: Tails,
    heart: Heart,
    drawer: Drawer,
    is_verbose: bool,
    early: Early,
    /// Why the run was cancelled, where there was no line to tell it.
    untold: Option<Reason>,
    clock: SystemClock,
    /// When the run started, by that clock.
    started: Duration,
}

enum Drawer {
    Bar(Bar),
    Plain { jobs: bool },
    None,
}

impl Shown {
    /// From now on there is a screen; beside verbose lines, if there are some, which tell of programs and failures.
    pub(super) fn start(mode: Mode, is_verbose: bool, early: Early) -> Self {
        let drawer = match mode {
            Mode::Bar => Drawer::Bar(Bar::new()),
            Mode::Plain { jobs } => Drawer::Plain { jobs },
            Mode::None => Drawer::None,
        };
        let clock = SystemClock::new();
        let (model, tails, heart) = Default::default();
        let (untold, started) = (None, Duration::ZERO);
        let screen = Screen { model, tails, heart, drawer, is_verbose, early, untold, clock, started };
        let screen = Arc::new(Mutex::new(screen));
        *locked(&CURRENT) = Some(Arc::clone(&screen));
        let (stop, stopped) = mpsc::channel();
        let ticks = Arc::clone(&screen);
        let tick = move || {
            while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                locked(&ticks).tick();
            }
        };
        // Without the thread only lines are shown, which is enough.
        let thread =
            (mode != Mode::None).then(|| thread::Builder::new().name("dojobber-screen".to_owned()).spawn(tick));
        let ticking = thread.and_then(Result::ok).map(|thread| (stop, thread));
        Self { screen, ticking }
    }

    /// Who has to hear of the run's events.
    pub(super) fn listener(&self) -> impl FnMut(&Plan, &Event) + Send + 'static {
        let screen = Arc::clone(&self.screen);
        move |plan, event| locked(&screen).take(plan, event)
    }

    /// The screen goes away; what jobs said last is left, and why the run was cancelled, if nobody has told it yet.
    pub(super) fn end(mut self) -> (Tails, Option<&'static str>) {
        self.stop();
        let mut screen = locked(&self.screen);
        (mem::take(&mut screen.tails), screen.untold.map(Reason::text))
    }

    fn stop(&mut self) {
        if let Some((stop, thread)) = self.ticking.take() {
            drop(stop);
            // It doesn't panic; if it did, there would be nothing to be done about it.
            let _ = thread.join();
        }
        *locked(&CURRENT) = None;
        let mut screen = locked(&self.screen);
        if let Drawer::Bar(bar) = &screen.drawer {
            bar.end();
        }
        screen.drawer = Drawer::None;
    }
}

/// Whatever way the run is left.
impl Drop for Shown {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Screen {
    fn take(&mut self, plan: &Plan, event: &Event) {
        if let EventKind::RunStarted { .. } = event.kind {
            self.started = self.clock.now().saturating_sub(event.at);
        }
        let said = match &event.kind {
            EventKind::Output { job, stream: Stream::Stdout | Stream::Stderr, line, .. } if self.shows_programs() => {
                Some(format!("{}: {}\n", tame(plan.job(*job).name()), calm_line(line)))
            }
            EventKind::JobEnded { status, .. } if self.shows_end(*status) => {
                plain::ended(&self.model, plan, event.at, &event.kind)
            }
            EventKind::Cancelled => {
                let reason = self.early.reason(event.at);
                match self.drawer {
                    Drawer::None => {
                        self.untold = Some(reason);
                        None
                    }
                    _ => Some(early::cancelled(&self.model, plan, reason, self.early.grace)),
                }
            }
            _ => None,
        };
        self.model.take(plan, event.at, &event.kind);
        self.tails.take(&event.kind);
        if let Some(said) = said {
            self.write(&said);
        }
    }

    /// Whether programs' lines are shown here.
    fn shows_programs(&self) -> bool {
        !self.is_verbose && matches!(self.drawer, Drawer::Plain { jobs: true } | Drawer::Bar(_))
    }

    fn shows_end(&self, status: Status) -> bool {
        match self.drawer {
            Drawer::Bar(_) => status == Status::Failed && !self.is_verbose,
            Drawer::Plain { jobs } => jobs,
            Drawer::None => false,
        }
    }

    fn tick(&mut self) {
        let now = self.now();
        match &mut self.drawer {
            Drawer::Bar(bar) => {
                let rows = view::rows(&self.model, now).iter().map(|row| painted(row)).collect();
                let counts = painted(&view::counts(&self.model, now));
                bar.draw(self.model.done(), self.model.total, counts, rows);
            }
            Drawer::Plain { .. } => {
                if let Some(line) = self.heart.beat(&self.model, now) {
                    self.write(&line);
                }
            }
            Drawer::None => {}
        }
    }

    /// Whole lines, in one piece.
    fn write(&mut self, lines: &str) {
        self.heart.said(self.now());
        // What can't be written is lost: the run goes on.
        let write = |text: &str| drop(anstream::stderr().lock().write_all(text.as_bytes()));
        let lines = calm(lines);
        match &self.drawer {
            Drawer::Bar(bar) => bar.without(|| write(&lines)),
            _ => write(&lines),
        }
    }

    fn now(&self) -> Duration {
        self.clock.now().saturating_sub(self.started)
    }
}

/// With colours, if standard error has some.
fn painted(text: &str) -> String {
    match anstream::AutoStream::choice(&io::stderr()) {
        anstream::ColorChoice::Never => anstream::adapter::strip_str(text).to_string(),
        _ => text.to_owned(),
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Standard error, above the bar if a run shows one: for whatever else the program says while jobs run. Lines come out
/// whole; one that isn't ended does so when this is dropped. Nothing in them moves the cursor; colours stay.
///
/// This is all that `tracing-subscriber` needs, whose lines tell the job by the spans that they are in:
///
/// ```ignore
/// tracing_subscriber::fmt().with_writer(dojobber::cli::stderr).init();
/// ```
///
/// Jobs that print with `println!` or `eprintln!` write across the bar, and nobody can tell which job did: they had
/// better use [`Context::println`](crate::Context::println).
pub fn stderr() -> Stderr {
    Stderr { begun: Vec::new() }
}

/// What [`stderr`] returns.
#[derive(Debug)]
pub struct Stderr {
    /// A line of which no end has been seen.
    begun: Vec<u8>,
}

impl Write for Stderr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.begun.extend_from_slice(bytes);
        if let Some(end) = self.begun.iter().rposition(|byte| *byte == b'\n') {
            let rest = self.begun.split_off(end + 1);
            let lines = mem::replace(&mut self.begun, rest);
            put(&lines);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Stderr {
    fn drop(&mut self) {
        if !self.begun.is_empty() {
            self.begun.push(b'\n');
            put(&self.begun);
        }
    }
}

/// These lines, on the screen if there is one.
fn put(lines: &[u8]) {
    let lines = String::from_utf8_lossy(lines);
    let screen = locked(&CURRENT).clone();
    match screen {
        Some(screen) => locked(&screen).write(&lines),
        None => drop(anstream::stderr().lock().write_all(calm(&lines).as_bytes())),
    }
}
