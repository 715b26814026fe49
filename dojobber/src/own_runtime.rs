//! The runtime on which `checknrun` awaits async code.

use std::sync::OnceLock;

use tokio::runtime::{Builder, Handle, Runtime};

/// Made when there is something to await, and kept until the run is over: what an `each` has left on it, such as the
/// connections of a client, serves the jobs, too.
#[derive(Default)]
pub(crate) struct OwnRuntime(OnceLock<Runtime>);

impl OwnRuntime {
    /// Awaits a future; inside of somebody's runtime, which forbids that, in a thread of its own.
    pub(crate) fn block_on<T: Send>(&self, future: impl Future<Output = T> + Send) -> T {
        let runtime = self.0.get_or_init(|| {
            let runtime = Builder::new_current_thread().enable_all().build();
            runtime.expect("the system has what a runtime needs")
        });
        if Handle::try_current().is_err() {
            return runtime.block_on(future);
        }
        let dispatch = tracing::dispatcher::get_default(Clone::clone);
        let drive = || tracing::dispatcher::with_default(&dispatch, || runtime.block_on(future));
        std::thread::scope(|scope| scope.spawn(drive).join()).unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }

    /// Drops what is left on it. What was given up is not waited for.
    pub(crate) fn end(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Drop for OwnRuntime {
    /// A runtime that is merely dropped waits, which another one forbids.
    fn drop(&mut self) {
        self.end();
    }
}
