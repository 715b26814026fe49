//! The alarm by itself: no news is lost, whoever waits for it, however.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use shuttle::future::block_on;

use super::*;
use crate::alarm::Alarm;

/// Whoever watches looks once more behind each ring: else it would wait for ever for the last one.
fn watch_until(count: u32, wait: impl Fn(&Alarm) + Send + Sync + 'static) {
    let wait = Arc::new(wait);
    explore(move || {
        let alarm = Arc::new(Alarm::default());
        let news = Arc::new(AtomicU32::new(0));
        let ringers: Vec<_> = (0..count)
            .map(|_| {
                let (alarm, news) = (Arc::clone(&alarm), Arc::clone(&news));
                thread::spawn(move || {
                    news.fetch_add(1, Ordering::SeqCst);
                    alarm.ring();
                })
            })
            .collect();
        loop {
            alarm.hush();
            if news.load(Ordering::SeqCst) == count {
                break;
            }
            wait(&alarm);
        }
        for ringer in ringers {
            ringer.join().unwrap();
        }
    });
}

#[test]
fn a_thread_hears_of_all_news() {
    watch_until(3, Alarm::wait_for_ring);
}

#[test]
fn and_one_that_waits_for_some_time() {
    watch_until(3, |alarm| alarm.wait(second()));
}

#[test]
fn and_a_task() {
    watch_until(3, |alarm| block_on(alarm.rung()));
}

#[test]
fn all_who_wait_for_a_cancellation_hear_of_it() {
    explore(|| {
        let alarm = Arc::new(Alarm::default());
        let waiting: Vec<_> = (0..3)
            .map(|_| {
                let alarm = Arc::clone(&alarm);
                thread::spawn(move || {
                    block_on(alarm.cancelled());
                    assert!(alarm.is_cancelled());
                })
            })
            .collect();
        let watching = Arc::clone(&alarm);
        let watcher = thread::spawn(move || {
            while !watching.is_cancelled() {
                watching.wait_for_ring();
            }
        });
        let impatient = Arc::clone(&alarm);
        // One that gives up waiting takes no other's place.
        let quitter = thread::spawn(move || {
            let mut cancelled = pin!(impatient.cancelled());
            block_on(poll_fn(|cx| {
                let _ = cancelled.as_mut().poll(cx);
                Poll::Ready(())
            }));
        });
        some_time_later(20);
        alarm.cancel();
        for thread in waiting.into_iter().chain([watcher, quitter]) {
            thread.join().unwrap();
        }
        alarm.hush();
        assert!(alarm.is_cancelled() && !alarm.has_rung());
    });
}
