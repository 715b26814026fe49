use std::sync::{Arc, Condvar, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

/// What threads wait at until somebody opens it; clones are the same gate.
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    /// Closed.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets all through, for good.
    pub fn open(&self) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.1.notify_all();
    }

    /// Blocks until it is open. Panics after 20 seconds, so that a test that would hang fails.
    pub fn wait(&self) {
        let closed = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.0.1.wait_timeout_while(closed, Duration::from_secs(20), |open| !*open);
        let (open, _) = waited.unwrap_or_else(PoisonError::into_inner);
        assert!(*open, "nobody opened the gate");
    }
}

/// What the function returns, which it has to within so many seconds: so a test that would hang fails.
pub fn within<T: Send + 'static>(seconds: u64, call: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, result) = mpsc::channel();
    let thread = thread::spawn(move || drop(done.send(call())));
    match result.recv_timeout(Duration::from_secs(seconds)) {
        Ok(result) => result,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("it hangs"),
        Err(mpsc::RecvTimeoutError::Disconnected) => match thread.join() {
            Ok(()) => panic!("nothing was sent"),
            Err(panic) => std::panic::resume_unwind(panic),
        },
    }
}
