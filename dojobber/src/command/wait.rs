//! Waiting for a program, in a thread or in a task.

use std::io;
#[cfg(feature = "tokio")]
use std::pin::pin;
use std::process::ExitStatus;
use std::sync::{Arc, PoisonError};
#[cfg(feature = "tokio")]
use std::task::Poll;
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use super::child::{Running, SILENCE, Shared, State};
use crate::alarm::Alarm;
use crate::clock::{Clock as _, SystemClock};
use crate::event::Stream;

/// What ends a program early.
#[derive(Clone, Debug, Default)]
pub(super) struct Limits {
    /// How long it may take.
    pub(super) time: Option<Duration>,
    /// Whether that is the time of the run, and not the try's own.
    pub(super) is_of_run: bool,
    /// What is rung when it isn't wanted any longer.
    pub(super) alarm: Option<Arc<Alarm>>,
    /// The time from asking it to end to ending it.
    pub(super) kill_after: Duration,
}

/// How a program came to its end.
#[derive(Debug)]
pub(super) enum End {
    /// By itself.
    Exited(io::Result<ExitStatus>),
    Stopped(Why),
}

/// Why a program is to end, or isn't even started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// It has taken as long as this, which is all that there was.
    TimedOut(Duration),
    /// The same of the run, which is cancelled by that (R23).
    RunOver(Duration),
    Cancelled,
    /// It asked at the terminal, where nobody answers.
    Asked,
}

impl Limits {
    /// Why nothing is to be started any longer.
    pub(super) fn passed(&self, after: Duration) -> Option<Why> {
        if self.is_cancelled() {
            return Some(Why::Cancelled);
        }
        self.time.filter(|time| *time <= after).map(if self.is_of_run { Why::RunOver } else { Why::TimedOut })
    }

    /// What has cancelled the run, if that was: somebody, or its time.
    #[cfg(feature = "tokio")]
    pub(super) fn cancelled(&self) -> Why {
        self.time.filter(|_| self.is_of_run && !self.is_cancelled()).map_or(Why::Cancelled, Why::RunOver)
    }

    fn is_cancelled(&self) -> bool {
        self.alarm.as_ref().is_some_and(|alarm| alarm.is_cancelled())
    }
}

/// A cancellation makes whoever waits look again.
impl Wake for Shared {
    fn wake(self: Arc<Self>) {
        self.change(|_| ());
    }
}

/// Blocks until the program has ended, or had to; tells what it says on the way.
pub(super) fn block(running: &Running, limits: &Limits, mut tell: impl FnMut(Vec<(Stream, String)>)) -> End {
    let (shared, clock) = (&running.shared, SystemClock::new());
    let waker = Waker::from(Arc::clone(shared));
    let mut cancelled = limits.alarm.as_ref().map(|alarm| Box::pin(alarm.cancelled()));
    if let Some(cancelled) = &mut cancelled {
        // Only so that it wakes: whether it happened is asked below.
        let _ = cancelled.as_mut().poll(&mut Context::from_waker(&waker));
    }
    let (mut stopped, mut deadline) = (None, limits.time);
    loop {
        let mut state = shared.lock();
        let idle = |asks| stopped.is_some() || !(asks || limits.is_cancelled());
        let nothing_new = |state: &mut State| state.lines.is_empty() && !state.ended && idle(state.asks);
        state = match deadline {
            None => shared.news.wait_while(state, nothing_new).unwrap_or_else(PoisonError::into_inner),
            Some(deadline) => {
                let left = deadline.saturating_sub(clock.now());
                shared.news.wait_timeout_while(state, left, nothing_new).unwrap_or_else(PoisonError::into_inner).0
            }
        };
        let lines = shared.take_lines(&mut state);
        let over = match stopped {
            None => limits.passed(clock.now()).or(state.asks.then_some(Why::Asked)),
            // It can't be ended: there is no use in waiting for it.
            Some(why) => deadline.filter(|deadline| *deadline <= clock.now()).map(|_| why),
        };
        // What has ended by itself, and is only listened to, has not been stopped.
        let done =
            (state.ended && lines.is_empty()) || (over.is_some() && (stopped.is_some() || state.status.is_some()));
        let status = if done { state.status.take() } else { None };
        drop(state);
        tell(lines);
        if done {
            return end(status, stopped);
        }
        if let (None, Some(why)) = (stopped, over) {
            running.stop();
            stopped = Some(why);
            deadline = Some((clock.now() + SILENCE).saturating_add(limits.kill_after));
        }
    }
}

fn end(status: Option<io::Result<ExitStatus>>, stopped: Option<Why>) -> End {
    match (status, stopped) {
        (Some(status), _) => End::Exited(status),
        (None, Some(why)) => End::Stopped(why),
        (None, None) => End::Exited(Err(io::Error::other("nobody knows how it ended"))),
    }
}

/// As [`block`], as a future, which is dropped when the time is over. Needs no runtime.
#[cfg(feature = "tokio")]
pub(super) async fn follow(running: &Running, limits: &Limits, mut tell: impl FnMut(Vec<(Stream, String)>)) -> End {
    let shared = &running.shared;
    let (mut cancelled, mut stopped) = (pin!(limits.alarm.as_ref().map(Alarm::cancelled)), None);
    std::future::poll_fn(|cx| {
        if let Some(cancelled) = cancelled.as_mut().as_pin_mut()
            && cancelled.poll(cx).is_ready()
        {
            // What has ended by itself, and is only listened to, has not been stopped.
            return Poll::Ready(end(shared.lock().status.take(), Some(Why::Cancelled)));
        }
        let mut state = shared.lock();
        if state.asks && stopped.is_none() {
            stopped = Some(Why::Asked);
            drop(state);
            running.stop();
            state = shared.lock();
        }
        let lines = shared.take_lines(&mut state);
        if lines.is_empty() {
            if state.ended {
                return Poll::Ready(end(state.status.take(), stopped));
            }
            state.waker = Some(cx.waker().clone());
            return Poll::Pending;
        }
        drop(state);
        tell(lines);
        // There may be more already, but others have their turn first.
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::asked::Asked;
    use crate::command::child::{PATIENCE, Start};

    fn start(script: &str, kill_after: Duration) -> Running {
        let mut command = std::process::Command::new("sh");
        command.args(["-c", script]).stdin(std::process::Stdio::null());
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        Running::start(Start { command: &mut command, stdin: None, keep: false, kill_after, asked: Asked::default() })
            .unwrap()
    }

    /// Runs this with so much time, in milliseconds; returns how it ended, and what it said.
    fn limited(script: &str, time: u64, kill_after: u64) -> (End, Vec<String>) {
        let kill_after = Duration::from_millis(kill_after);
        let limits = Limits { time: Some(Duration::from_millis(time)), kill_after, ..Limits::default() };
        let mut said = Vec::new();
        let end = block(&start(script, kill_after), &limits, |lines| said.extend(lines.into_iter().map(|line| line.1)));
        (end, said)
    }

    fn timed_out(end: &End) -> bool {
        matches!(end, End::Stopped(Why::TimedOut(_)))
    }

    #[test]
    fn a_program_that_ends_in_time_ends_by_itself() {
        let (end, said) = limited("echo done; exit 3", 60_000, 0);
        assert!(matches!(end, End::Exited(Ok(status)) if status.code() == Some(3)), "{end:?}");
        assert_eq!(said, ["done"]);
    }

    #[test]
    fn when_the_time_is_over_all_of_the_group_is_asked_to_end() {
        // The pipes are closed, or this would go on until it is killed.
        let (end, said) = limited("trap 'echo asked; exit' TERM; sleep 60 & wait", 100, 3_600_000);
        assert!(timed_out(&end), "{end:?}");
        assert_eq!(said, ["asked"]);
    }

    #[test]
    fn what_doesnt_end_then_is_killed() {
        let (end, said) = limited("trap '' TERM; echo up; sleep 60", 50, 50);
        assert!(timed_out(&end), "{end:?}");
        assert_eq!(said, ["up"]);
    }

    #[test]
    fn a_program_that_never_falls_silent_is_stopped_too() {
        let (end, said) = limited("while :; do echo again; done", 50, 50);
        assert!(timed_out(&end), "{end:?}");
        assert!(said.iter().all(|line| "again".starts_with(&**line)));
    }

    #[test]
    fn what_has_ended_in_time_has_not_been_stopped_while_it_is_listened_to() {
        let (end, _) = limited("sleep 2 & echo started", 100, 0);
        assert!(matches!(end, End::Exited(Ok(status)) if status.success()), "{end:?}");
    }

    /// Takes so long to hear of lines, in milliseconds.
    #[expect(clippy::disallowed_methods, reason = "how slow that is, is what is tested")]
    fn dawdle(time: u64) {
        std::thread::sleep(Duration::from_millis(time));
    }

    #[test]
    fn what_it_left_running_is_not_listened_to_for_ever_however_slowly_it_is_told() {
        let clock = SystemClock::new();
        let running = start("(yes & sleep 20; kill $!) & echo started", Duration::ZERO);
        let mut first = None;
        let end = block(&running, &Limits::default(), |lines| {
            first = first.take().or(lines.into_iter().next());
            dawdle(300);
        });
        assert!(matches!(end, End::Exited(Ok(status)) if status.success()), "{end:?}");
        assert!(clock.now() < Duration::from_secs(15), "{:?}", clock.now());
        assert!(first.is_some());
    }

    #[test]
    fn all_that_it_said_itself_is_told_however_slowly() {
        let (clock, mut said) = (SystemClock::new(), 0);
        let running = start("yes | head -n 200000; sleep 20 &", Duration::ZERO);
        block(&running, &Limits::default(), |lines| {
            said += lines.len();
            dawdle(500);
        });
        assert_eq!(said, 200_000);
        assert!(clock.now() > PATIENCE, "the case is none: {:?}", clock.now());
    }

    #[test]
    fn whoever_has_been_cancelled_or_has_no_time_starts_nothing() {
        let alarm = Arc::new(Alarm::default());
        let limits = Limits { alarm: Some(Arc::clone(&alarm)), ..Limits::default() };
        assert_eq!(limits.passed(Duration::from_secs(9)), None);
        alarm.cancel();
        assert_eq!(limits.passed(Duration::ZERO), Some(Why::Cancelled));
        let limits = Limits { time: Some(Duration::ZERO), ..Limits::default() };
        assert_eq!(limits.passed(Duration::ZERO), Some(Why::TimedOut(Duration::ZERO)));
    }
}
