use dojobber::{DoJobber, Report};

/// How the tries of a run are conducted, so that a test can hold several ways against each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// One after the other, in the calling thread.
    Inline,
    /// So many at once, each in a thread, even where it is one.
    Threads(usize),
    /// So many at once, on a tokio runtime in the calling thread.
    Tokio(usize),
    /// So many at once, on a tokio runtime with threads of its own.
    TokioThreads(usize),
}

impl Way {
    /// Ways that leave no order but that of dependencies to rely on.
    pub const ALL: [Self; 7] = [
        Self::Inline,
        Self::Threads(1),
        Self::Threads(2),
        Self::Threads(4),
        Self::Threads(8),
        Self::Tokio(1),
        Self::Tokio(4),
    ];

    /// How many tries run at once.
    pub fn slots(self) -> usize {
        match self {
            Self::Inline => 1,
            Self::Threads(slots) | Self::Tokio(slots) | Self::TokioThreads(slots) => slots,
        }
    }

    /// Runs it so; its graph must be one that can be run.
    pub fn run(self, dojob: &mut DoJobber) -> Report {
        // Where somebody could cancel the run, one slot is a thread, too.
        let cancel = (self != Self::Inline).then(|| dojob.cancel_handle());
        dojob.workers(self.slots());
        let report = match self {
            Self::Inline | Self::Threads(_) => dojob.checknrun(),
            Self::Tokio(_) => {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
                runtime.expect("a runtime").block_on(dojob.checknrun_async())
            }
            Self::TokioThreads(_) => {
                let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build();
                runtime.expect("a runtime").block_on(dojob.checknrun_async())
            }
        };
        let report = report.expect("a graph that can be run");
        drop(cancel);
        report
    }
}
