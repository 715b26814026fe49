//! What a job tells others of its end, who can't borrow its context.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::alarm::Alarm;
use crate::clock::RunTime;

/// Tells what a job has started elsewhere, in threads or tasks, that it has to end; see
/// [`Context::cancellation`](crate::Context::cancellation). Clones are of the same try.
///
/// ```
/// use dojobber::prelude::*;
///
/// #[job(timeout = 0.05, tries = 1)]
/// fn wait_for_ever(ctx: &Context) -> Result {
///     let cancellation = ctx.cancellation();
///     let waits = std::thread::spawn(move || {
///         while !cancellation.is_cancelled() {
///             std::thread::yield_now();
///         }
///     });
///     ensure!(waits.join().is_ok());
///     bail!("nobody came")
/// }
///
/// let report = DoJobber::new().root::<wait_for_ever>().checknrun().unwrap();
/// assert_eq!(report.error("wait_for_ever").unwrap().kind(), dojobber::ErrorKind::TimedOut);
/// ```
#[derive(Clone)]
pub struct Cancellation {
    alarm: Arc<Alarm>,
    time: RunTime,
    /// When the time is over, in nanoseconds from the start of the run.
    deadline: Option<u64>,
}

impl Cancellation {
    pub(crate) fn new(alarm: Arc<Alarm>, time: RunTime, deadline: Option<u64>) -> Self {
        Self { alarm, time, deadline }
    }

    /// Whether the try has to end: the run was cancelled, or the time of the try or of the run is over. Its own end, before
    /// that, is none.
    pub fn is_cancelled(&self) -> bool {
        self.alarm.is_cancelled() || self.time_left().is_some_and(|left| left.is_zero())
    }

    /// How much time is left until the try, or the run as a whole, has to end (R20); `None` if that isn't limited, zero if it
    /// is over.
    pub fn time_left(&self) -> Option<Duration> {
        Some(Duration::from_nanos(self.deadline?.saturating_sub(self.time.now())))
    }

    /// Resolves when the try [has to end](Self::is_cancelled), never if it needn't. With the feature `tokio`, whose runtime
    /// has to have timers where time is limited.
    ///
    /// ```
    /// use dojobber::prelude::*;
    ///
    /// #[job(timeout = 0.05, tries = 1)]
    /// async fn serve(ctx: &Context) -> Result {
    ///     let cancellation = ctx.cancellation();
    ///     let server = tokio::spawn(async move { cancellation.cancelled().await });
    ///     server.await?;
    ///     Ok(())
    /// }
    ///
    /// let report = DoJobber::new().root::<serve>().checknrun().unwrap();
    /// assert_eq!(report.error("serve").unwrap().kind(), dojobber::ErrorKind::TimedOut);
    /// ```
    #[cfg(feature = "tokio")]
    pub async fn cancelled(&self) {
        let over = async {
            match self.time_left() {
                Some(left) => tokio::time::sleep(left).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.alarm.cancelled() => {}
            () = over => {}
        }
    }
}

impl fmt::Debug for Cancellation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cancellation")
            .field("is_cancelled", &self.is_cancelled())
            .field("time_left", &self.time_left())
            .finish()
    }
}
