//! A program that runs: who reads what it says, who waits for it, who ends it.
//!
//! A thread for each of its two pipes cuts what comes into lines, and a third one, the keeper, waits for the program. They
//! put what they know into one state, behind one lock; whoever called the program takes it from there, in its own thread
//! or task, and so is the only one who says lines. All three look after themselves when the caller is gone: that is
//! what lets a future be dropped at any time.

use std::io::{self, Read, Write};
use std::process::{ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
#[cfg(feature = "tokio")]
use std::task::Waker;
use std::time::Duration;

use super::asked::{Ask, Asked};
use super::lines::Splitter;
use super::outlive::{self, Listed, Starting};
use super::platform::{Group, Leader};
use crate::clock::{Clock as _, SystemClock};
use crate::event::Stream;

/// How long the pipes of a program that has ended may be silent before nobody listens any longer: what it started, and
/// left running, holds them open.
pub(super) const SILENCE: Duration = Duration::from_secs(1);
/// How long anybody listens to such in all.
pub(super) const PATIENCE: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 10 });
/// How much may be waiting to be said, in bytes, before a program has to wait.
const ROOM: usize = 1024 * 1024;
/// As much is read at once.
const CHUNK: usize = 64 * 1024;
/// As much may be on its way from a program that has ended: in a pipe, and in the hands of who reads it.
const ON_ITS_WAY: u64 = 2 * CHUNK as u64;

/// The ends of a program's pipes that are in our hands.
pub(super) struct Pipes {
    pub(super) stdin: Option<ChildStdin>,
    pub(super) stdout: Option<ChildStdout>,
    pub(super) stderr: Option<ChildStderr>,
}

/// What a program is started with.
pub(super) struct Start<'c> {
    pub(super) command: &'c mut Command,
    pub(super) stdin: Option<Vec<u8>>,
    /// Whether its output is kept as it is, beside being told line by line.
    pub(super) keep: bool,
    pub(super) kill_after: Duration,
    pub(super) asked: Asked,
}

/// A program that runs; is told to end when this is dropped.
pub(super) struct Running {
    pub(super) shared: Arc<Shared>,
    kill_after: Duration,
    asked: Asked,
}

pub(super) struct Shared {
    state: Mutex<State>,
    pub(super) news: Condvar,
    group: Group,
}

#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each becomes true once, and they do so in several orders")]
pub(super) struct State {
    /// What nobody has been told of yet.
    pub(super) lines: Vec<(Stream, String)>,
    /// Their size in bytes.
    queued: usize,
    /// What came out of each pipe, if that is kept.
    kept: [Vec<u8>; 2],
    /// How many pipes are open.
    open: u8,
    /// Which readers wait for room.
    waiting: [bool; 2],
    /// How much was read from each pipe, in bytes.
    heard: [u64; 2],
    /// It has been stopped since it asks at the terminal.
    pub(super) asks: bool,
    /// The program has ended: its group is signalled no longer, unless that had begun.
    pub(super) exited: bool,
    /// How it did, unless it was told to.
    pub(super) status: Option<io::Result<ExitStatus>>,
    /// Its group has been asked to end.
    pub(super) stopping: bool,
    /// For as long as there is something to be expected of that.
    ask: Option<Ask>,
    /// Its group has been ended.
    killed: bool,
    /// It has ended, and everything that is told has been put into `lines`.
    pub(super) ended: bool,
    /// Nobody wants more lines.
    closed: bool,
    #[cfg(feature = "tokio")]
    pub(super) waker: Option<Waker>,
}

impl State {
    /// Whether a reader waits for room.
    fn is_waiting(&self) -> bool {
        self.waiting.contains(&true)
    }

    /// Whether a reader waits with what the program may have said itself, which ended when so much had been read.
    fn owes(&self, by_its_end: [u64; 2]) -> bool {
        let of_its_own = |pipe: usize| self.heard[pipe] - by_its_end[pipe] <= ON_ITS_WAY;
        (0..2).any(|pipe| self.waiting[pipe] && of_its_own(pipe))
    }
}

impl Running {
    pub(super) fn start(Start { command, stdin, keep, kill_after, asked }: Start<'_>) -> io::Result<Self> {
        let starting = Starting::new();
        let (leader, group, pipes) = Leader::spawn(command)?;
        let state = Mutex::new(State { open: 2, ..State::default() });
        let running = Self { shared: Arc::new(Shared { state, news: Condvar::new(), group }), kill_after, asked };
        let listed = Listed::new(&running.shared);
        drop(starting);
        running.keep(leader, listed)?;
        // From here on, dropping `running` ends the program.
        if let (Some(mut pipe), Some(stdin)) = (pipes.stdin, stdin) {
            thread("stdin", move || {
                // A program need not read what it is given.
                let _ = pipe.write_all(&stdin);
            })?;
        }
        running.read(Stream::Stdout, pipes.stdout, keep)?;
        running.read(Stream::Stderr, pipes.stderr, keep)?;
        Ok(running)
    }

    fn keep(&self, leader: Leader, listed: Listed) -> io::Result<()> {
        // Beside the closure, which is lost where no thread can be had.
        let leader = Arc::new(Mutex::new(Some(leader)));
        let (shared, taken) = (Arc::clone(&self.shared), Arc::clone(&leader));
        let take = |leader: &Mutex<Option<Leader>>| leader.lock().unwrap_or_else(PoisonError::into_inner).take();
        let keeper = thread("keeper", move || {
            if let Some(leader) = take(&taken) {
                shared.keep(leader);
            }
            drop(listed);
        });
        if keeper.is_err()
            && let Some(mut leader) = take(&leader)
        {
            self.shared.group.kill();
            let _ = leader.reap();
            self.shared.lock().exited = true;
        }
        keeper
    }

    fn read(&self, stream: Stream, pipe: Option<impl Read + Send + 'static>, keep: bool) -> io::Result<()> {
        let shared = Arc::clone(&self.shared);
        thread("reader", move || {
            if let Some(pipe) = pipe {
                shared.read(stream, pipe, keep);
            }
            shared.change(|state| state.open -= 1);
        })
    }

    /// Asks the program and all of its group to end, and ends it a while later.
    pub(super) fn stop(&self) {
        let shared = &self.shared;
        {
            let mut state = shared.lock();
            if state.exited || state.stopping {
                return;
            }
            state.stopping = true;
            state.ask = Some(self.asked.ask());
            // While the lock is held, so that it isn't reaped in between.
            shared.group.terminate();
        }
        shared.news.notify_all();
        let (shared, after) = (Arc::clone(shared), self.kill_after);
        if thread("kill", move || shared.kill(after)).is_err() {
            self.shared.kill(Duration::ZERO);
        }
    }

    /// What came out of both pipes.
    pub(super) fn take_kept(&self) -> [Vec<u8>; 2] {
        std::mem::take(&mut self.shared.lock().kept)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.shared.change(|state| state.closed = true);
        self.stop();
    }
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state, and wakes everybody.
    pub(super) fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        change(&mut state);
        self.tell(state);
    }

    fn tell(&self, state: MutexGuard<'_, State>) {
        #[cfg(feature = "tokio")]
        let waker = { state }.waker.take();
        #[cfg(not(feature = "tokio"))]
        drop(state);
        self.news.notify_all();
        #[cfg(feature = "tokio")]
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Reads a pipe to its end, whether or not anybody listens: who writes into a pipe that nobody reads is ended, and
    /// that may be a service that was started on purpose.
    fn read(&self, stream: Stream, mut pipe: impl Read, keep: bool) {
        let (mut splitter, mut chunk) = (Splitter::default(), vec![0; CHUNK]);
        loop {
            let mut lines = Vec::new();
            let read = match pipe.read(&mut chunk) {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                // There is no more to be had.
                Err(_) => 0,
            };
            if read == 0 {
                splitter.finish(|line| lines.push((stream, line)));
                return self.put(stream, lines, 0, &[]);
            }
            splitter.feed(&chunk[..read], |line| lines.push((stream, line)));
            self.put(stream, lines, read, if keep { &chunk[..read] } else { &[] });
        }
    }

    fn put(&self, stream: Stream, lines: Vec<(Stream, String)>, read: usize, bytes: &[u8]) {
        let pipe = usize::from(stream == Stream::Stderr);
        let mut state = self.lock();
        state.heard[pipe] += read as u64;
        state.waiting[pipe] = true;
        let full = |state: &mut State| state.queued > ROOM && !state.closed;
        let mut state = self.news.wait_while(state, full).unwrap_or_else(PoisonError::into_inner);
        state.waiting[pipe] = false;
        if !state.closed {
            state.queued += lines.iter().map(|line| size_of_val(line) + line.1.len()).sum::<usize>();
            state.lines.extend(lines);
            state.kept[pipe].extend_from_slice(bytes);
        }
        self.tell(state);
    }

    /// Takes the lines that are to be told, and so makes room for others.
    pub(super) fn take_lines(&self, state: &mut State) -> Vec<(Stream, String)> {
        state.queued = 0;
        if state.is_waiting() {
            self.news.notify_all();
        }
        std::mem::take(&mut state.lines)
    }

    /// Waits for the program, and for the end of its output.
    fn keep(&self, mut leader: Leader) {
        leader.await_end(|| self.change(|state| state.asks = true));
        outlive::end_here_if_all_ends();
        let mut state = self.lock();
        state.exited = true;
        state.ask = None;
        if !state.stopping {
            // It has ended, so this doesn't block.
            state.status = Some(leader.reap());
        }
        drop(self.listen(state));
        // What it started may have been ended while it was listened to.
        outlive::end_here_if_all_ends();
        let mut state = self.lock();
        state.ended = true;
        state.closed = true;
        self.tell(state);
        // Its number stays its own for as long as its group may be signalled.
        let on_death_row = |state: &mut State| state.stopping && !state.killed;
        let state = self.news.wait_while(self.lock(), on_death_row).unwrap_or_else(PoisonError::into_inner);
        if state.stopping {
            drop(state);
            let _ = leader.reap();
        }
    }

    /// Blocks until both pipes are closed, or those who hold them have nothing more to say.
    fn listen<'s>(&'s self, mut state: MutexGuard<'s, State>) -> MutexGuard<'s, State> {
        let (clock, by_its_end) = (SystemClock::new(), state.heard);
        while state.open > 0 && !state.closed {
            if state.owes(by_its_end) || (state.stopping && !state.killed) {
                // There is more to come of its own, or they will soon be ended.
                state = self.news.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let heard = state.heard;
            let silent = |state: &mut State| state.open > 0 && state.heard == heard && !state.closed;
            let waited = self.news.wait_timeout_while(state, SILENCE, silent);
            let (after, waited) = waited.unwrap_or_else(PoisonError::into_inner);
            state = after;
            let is_silent = waited.timed_out() && !state.is_waiting();
            if is_silent || clock.now() > PATIENCE && !state.owes(by_its_end) {
                break;
            }
        }
        state
    }

    /// Ends the group, unless its program has been reaped: for a process that is about to end.
    pub(super) fn kill_now(&self) {
        let state = self.lock();
        if !state.exited || (state.stopping && !state.killed) {
            self.group.kill();
        }
    }

    /// Ends the group after a while. That the program itself has ended doesn't shorten it: others may take their time.
    fn kill(&self, after: Duration) {
        let waited = self.news.wait_timeout_while(self.lock(), after, |_| true);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        self.group.kill();
        state.killed = true;
        state.ask = None;
        self.tell(state);
    }
}

/// A thread that needs no more than a few frames.
fn thread(name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
    std::thread::Builder::new().name(format!("dojobber {name}")).stack_size(128 * 1024).spawn(body).map(drop)
}
