//! What wakes whoever waits for a run: news of it, and its cancellation.

#![cfg_attr(
    not(all(feature = "tokio", feature = "process")),
    allow(dead_code, reason = "async code and programs are told by wakers")
)]

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// What ends a wait of a [`Clock`](crate::Clock) early: there is news of the run, such as its cancellation.
#[derive(Debug, Default)]
pub struct Alarm {
    /// There is news that nobody has looked at.
    rung: AtomicBool,
    /// Looked at before every try, so it is no lock.
    cancelled: AtomicBool,
    /// Held while the others change, so that nobody falls asleep between looking and waiting.
    sleepers: Mutex<Sleepers>,
    bell: Condvar,
}

#[derive(Debug, Default)]
struct Sleepers {
    /// The next number of those to be woken by a cancellation.
    next: u64,
    /// To be woken by a cancellation.
    on_cancel: BTreeMap<u64, Waker>,
    /// To be woken by any news.
    watcher: Option<Waker>,
}

impl Alarm {
    /// Whether there is news.
    pub fn has_rung(&self) -> bool {
        self.rung.load(Ordering::Acquire)
    }

    /// Blocks until it rings, at most this long.
    pub fn wait(&self, at_most: Duration) {
        // Whether it rang is not asked: whoever waits looks again, at the clock too.
        drop(self.bell.wait_timeout_while(self.lock(), at_most, |_| !self.has_rung()));
    }

    /// Blocks until it rings.
    pub(crate) fn wait_for_ring(&self) {
        drop(self.bell.wait_while(self.lock(), |_| !self.has_rung()));
    }

    /// There is news for whoever watches the run.
    pub(crate) fn ring(&self) {
        let mut sleepers = self.lock();
        self.rung.store(true, Ordering::Release);
        let watcher = sleepers.watcher.take();
        drop(sleepers);
        self.bell.notify_all();
        if let Some(watcher) = watcher {
            watcher.wake();
        }
    }

    /// Whoever watches is about to look at everything.
    pub(crate) fn hush(&self) {
        self.rung.store(false, Ordering::Release);
    }

    /// Resolves when there is news; for one at a time.
    pub(crate) fn rung(&self) -> impl Future<Output = ()> + '_ {
        std::future::poll_fn(|cx| {
            let mut sleepers = self.lock();
            if self.has_rung() {
                return Poll::Ready(());
            }
            sleepers.watcher = Some(cx.waker().clone());
            Poll::Pending
        })
    }

    #[inline]
    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }

    /// Resolves when the run is cancelled.
    pub(crate) fn cancelled(self: &Arc<Self>) -> Cancelled {
        Cancelled { alarm: Arc::clone(self), key: None }
    }

    pub(crate) fn cancel(&self) {
        let woken = {
            let mut sleepers = self.lock();
            self.cancelled.store(true, Ordering::Release);
            std::mem::take(&mut sleepers.on_cancel)
        };
        woken.into_values().for_each(Waker::wake);
        self.ring();
    }

    fn lock(&self) -> MutexGuard<'_, Sleepers> {
        self.sleepers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// See [`Alarm::cancelled`].
pub(crate) struct Cancelled {
    alarm: Arc<Alarm>,
    key: Option<u64>,
}

impl Future for Cancelled {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let mut sleepers = this.alarm.lock();
        if this.alarm.is_cancelled() {
            return Poll::Ready(());
        }
        let key = *this.key.get_or_insert_with(|| {
            sleepers.next += 1;
            sleepers.next
        });
        sleepers.on_cancel.insert(key, cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Cancelled {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.alarm.lock().on_cancel.remove(&key);
        }
    }
}

/// What leads from handles and signals to the run that is under way.
#[derive(Debug, Default)]
pub(crate) struct Line(Mutex<Connected>);

#[derive(Debug, Default)]
struct Connected {
    alarm: Arc<Alarm>,
    /// The number of the signal that no run has answered for yet.
    signal: Option<i32>,
}

impl Line {
    /// Another run begins, with the making of its plan, or a mere plan is made. It has an alarm of its own, so that what a
    /// former one has left behind stays cancelled. A signal that came before the run cancels it at once.
    pub(crate) fn renew(&self) {
        let mut connected = self.lock();
        connected.alarm = Arc::default();
        if connected.signal.is_some() {
            connected.alarm.cancel();
        }
    }

    /// That of the run that has begun.
    pub(crate) fn alarm(&self) -> Arc<Alarm> {
        Arc::clone(&self.lock().alarm)
    }

    /// Cancels the run that is under way, for the signal of this number, if it is one. While none is, that is kept for the
    /// next one.
    pub(crate) fn cancel(&self, signal: Option<i32>) {
        let mut connected = self.lock();
        connected.signal = connected.signal.or(signal);
        let alarm = Arc::clone(&connected.alarm);
        drop(connected);
        alarm.cancel();
    }

    /// The signal that no run has answered for yet.
    pub(crate) fn signal(&self) -> Option<i32> {
        self.lock().signal
    }

    /// A run that has ended answers for the signal that has cancelled it: the next one is not cancelled by that.
    pub(crate) fn take_signal(&self) -> Option<i32> {
        self.lock().signal.take()
    }

    fn lock(&self) -> MutexGuard<'_, Connected> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Cancels a run from another thread, or from a job of it.
///
/// Nothing more starts: no try, and no run of a try whose check is under way. Async code is dropped at its `.await`;
/// blocking code is told ([`Context::is_cancelled`](crate::Context::is_cancelled)), and waited for as long as
/// [`grace`](crate::DoJobber::grace) says. Clean-ups follow (R7). Jobs that have neither passed nor failed by then, and
/// stand on none that failed, are [`Cancelled`](crate::Status::Cancelled) (R23).
///
/// ```
/// use dojobber::prelude::*;
/// use dojobber::Status;
///
/// let mut dojob = DoJobber::new();
/// let cancel = dojob.cancel_handle();
/// dojob.add(DynJob::new("Enough").run(move |_| cancel.cancel()));
/// dojob.add(DynJob::new("Never").deps(["Enough"]).run(|_| ()));
/// let report = dojob.root_named("Never").checknrun().unwrap();
/// assert_eq!(report.status("Enough"), Some(Status::Changed));
/// assert_eq!(report.status("Never"), Some(Status::Cancelled));
/// ```
#[derive(Clone, Debug, Default)]
pub struct CancelHandle(pub(crate) Arc<Line>);

impl CancelHandle {
    /// Cancels the run that is under way, if one is, from the moment when `checknrun` was called; the next one starts afresh
    /// (R23).
    pub fn cancel(&self) {
        self.0.cancel(None);
    }

    /// Whether the run that is under way, or else the last one, has been cancelled by a handle or a signal. That its time is
    /// over is told by its report.
    pub fn is_cancelled(&self) -> bool {
        self.0.alarm().is_cancelled()
    }
}
