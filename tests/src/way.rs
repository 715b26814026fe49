use dojobber::{DoJobber, Report};

/// How the tries of a run are conducted, so that a test can hold several ways against each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// One after the other, in the calling thread.
    Inline,
    /// So many at once, each in a thread, even where it is one.
    Threads(usize),
}

impl Way {
    /// Ways that leave no order but that of dependencies to rely on.
    pub const ALL: [Self; 5] = [Self::Inline, Self::Threads(1), Self::Threads(2), Self::Threads(4), Self::Threads(8)];

    /// How many tries run at once.
    pub fn slots(self) -> usize {
        match self {
            Self::Inline => 1,
            Self::Threads(slots) => slots,
        }
    }

    /// Runs it so; its graph must be one that can be run.
    pub fn run(self, dojob: &mut DoJobber) -> Report {
        // Where somebody could cancel the run, one slot is a thread, too.
        let cancel = (self != Self::Inline).then(|| dojob.cancel_handle());
        let report = dojob.workers(self.slots()).checknrun().expect("a graph that can be run");
        drop(cancel);
        report
    }
}
