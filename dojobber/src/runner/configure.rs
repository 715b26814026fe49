//! What to run, with what, and how: the builder's half of [`DoJobber`].

use std::any::TypeId;
use std::io::Write;
use std::sync::Arc;

use serde::Serialize;

use super::DoJobber;
use crate::Job;
use crate::alarm::CancelHandle;
use crate::clock::Clock;
use crate::delay::Delay;
use crate::dynjob::AnyJob;
use crate::event::Event;
use crate::job::def_of;
use crate::output::Detail;
use crate::plan::{Key, Plan, Problem};

/// What to run.
impl DoJobber {
    /// Runs the job `J`, and what it needs. May be called for several jobs, which are then sorted by crate, file and
    /// line.
    pub fn root<J: Job>(&mut self) -> &mut Self {
        self.push_root(Key::Def(def_of::<J>()))
    }

    /// Runs the job of this name, as [`root`](Self::root) does.
    pub fn root_named(&mut self, name: impl Into<String>) -> &mut Self {
        self.push_root(Key::Name(name.into()))
    }

    /// Runs all jobs that are linked in or were added: its roots are those that no other job needs.
    ///
    /// A crate that nothing names is not linked; see [`registered`](crate::registered).
    pub fn discover(&mut self) -> &mut Self {
        self.roots = None;
        self
    }

    /// Makes a job known that is not linked in on its own. Jobs that others need, and roots, need not be.
    pub fn register<J: Job>(&mut self) -> &mut Self {
        self.catalogue.registered.push(def_of::<J>());
        self
    }

    /// Adds a job made by code. It runs if it is a root, or if a job that runs needs it.
    ///
    /// A member of a [`Family`](crate::Family) that is added so is one of all that its `each` makes, behind those.
    pub fn add(&mut self, job: impl Into<AnyJob>) -> &mut Self {
        self.catalogue.add(job.into());
        self
    }

    /// Adds a job made by code, and makes `J` depend on it, behind its other dependencies.
    ///
    /// ```
    /// use dojobber::prelude::*;
    ///
    /// #[job]
    /// struct InviteFriends;
    ///
    /// let mut dojob = DoJobber::new();
    /// dojob.root::<InviteFriends>().add_to::<InviteFriends>(DynJob::new("Invite Cat").run(|_| ()));
    /// assert_eq!(dojob.checknrun().unwrap().jobs().len(), 2);
    /// ```
    pub fn add_to<J: Job>(&mut self, job: impl Into<AnyJob>) -> &mut Self {
        self.extend_to::<J, _>([job])
    }

    /// Adds any number of jobs or members, and makes `J` depend on them, in their order.
    pub fn extend_to<J: Job, A: Into<AnyJob>>(&mut self, jobs: impl IntoIterator<Item = A>) -> &mut Self {
        for job in jobs {
            let added = self.catalogue.add(job.into());
            self.catalogue.added.push((Key::Def(def_of::<J>()), added));
        }
        self
    }

    /// As [`add_to`](Self::add_to), for a job by its name.
    pub fn add_to_named(&mut self, name: impl Into<String>, job: impl Into<AnyJob>) -> &mut Self {
        self.extend_to_named(name, [job])
    }

    /// As [`extend_to`](Self::extend_to), for a job by its name.
    pub fn extend_to_named<A: Into<AnyJob>>(
        &mut self,
        name: impl Into<String>,
        jobs: impl IntoIterator<Item = A>,
    ) -> &mut Self {
        let dependent = Key::Name(name.into());
        for job in jobs {
            let added = self.catalogue.add(job.into());
            self.catalogue.added.push((dependent.clone(), added));
        }
        self
    }

    /// Runs all jobs that have this tag, and what they need. May be called for several tags, beside roots.
    pub fn tag(&mut self, tag: impl Into<String>) -> &mut Self {
        self.push_root(Key::Tag(tag.into()))
    }

    /// Leaves out the job of this name, or all members of a family: it is [`Skipped`](crate::Status::Skipped), what needs
    /// it goes on, and what only it needs is no part of the plan. May be called for several.
    ///
    /// `FAMILY[key]` is the one member of the family that has this key (its name, if the family has no `key = …`; several
    /// fields are separated by `, `). A family that comes into being during the run doesn't if it is left out; of its members,
    /// one that is left out is skipped when it is there, and needs nothing.
    ///
    /// ```
    /// use dojobber::{Status, prelude::*};
    ///
    /// #[job]
    /// fn backup() {}
    /// #[job(deps = [backup])]
    /// fn upgrade() {}
    ///
    /// let report = DoJobber::new().root::<upgrade>().exclude("backup").checknrun().unwrap();
    /// assert_eq!(report.status("backup"), Some(Status::Skipped));
    /// assert_eq!(report.status("upgrade"), Some(Status::Changed));
    /// ```
    pub fn exclude(&mut self, name: impl Into<String>) -> &mut Self {
        self.excluded.push(name.into());
        self
    }

    /// Runs the jobs of these names and what they need, instead of all roots that were given so far. `FAMILY[key]` is one member
    /// of a family, as for [`exclude`](Self::exclude), unless the family comes into being during the run.
    pub fn only<N: Into<String>>(&mut self, names: impl IntoIterator<Item = N>) -> &mut Self {
        self.roots = Some(names.into_iter().map(|name| Key::Name(name.into())).collect());
        self
    }

    /// Calls the job `J` something else, where two jobs of a plan have one name (R13).
    pub fn rename<J: Job>(&mut self, name: impl Into<String>) -> &mut Self {
        self.catalogue.renamed.insert(TypeId::of::<J>(), name.into().into());
        self
    }

    fn push_root(&mut self, root: Key) -> &mut Self {
        self.roots.get_or_insert_default().push(root);
        self
    }
}

/// The program's arguments (R18).
impl DoJobber {
    /// Sets the arguments that jobs take as [`Args<T>`](crate::Args). One value is kept for each type.
    pub fn set_args<T: Send + Sync + 'static>(&mut self, args: T) -> &mut Self {
        self.arguments.set_typed(Arc::new(args));
        self
    }

    /// As [`set_args`](Self::set_args), for who keeps them, too.
    #[cfg(feature = "cli")]
    pub(crate) fn share_args<T: Send + Sync + 'static>(&mut self, args: Arc<T>) {
        self.arguments.set_typed(args);
    }

    /// Gives a thing of this process that jobs take as [`State<T>`](crate::State). One value is kept for each type.
    pub fn state<T: Send + Sync + 'static>(&mut self, state: T) -> &mut Self {
        self.states.set(state);
        self
    }

    /// Sets a named argument, for [`Context::arg`](crate::Context::arg), and for `Args<T>` where no `T` was set. A value that can't be
    /// serialised is an error of the plan.
    pub fn arg(&mut self, name: impl Into<String>, value: impl Serialize) -> &mut Self {
        let name = name.into();
        if let Err(error) = self.arguments.set_named(name.clone(), value) {
            self.problems.push(Problem::BadArgument { argument: format!("`{name}`"), reason: error.to_string() });
        }
        self
    }

    /// Adds a positional argument, for [`Context::positional`](crate::Context::positional). A value that can't be serialised is an error of the
    /// plan.
    pub fn positional(&mut self, value: impl Serialize) -> &mut Self {
        if let Err(error) = self.arguments.push_positional(value) {
            let argument = "that was given by place".to_owned();
            self.problems.push(Problem::BadArgument { argument, reason: error.to_string() });
        }
        self
    }
}

/// How to run it.
impl DoJobber {
    /// How many tries a job has that doesn't say so itself; at least 1. Default: 3 (R5).
    pub fn default_tries(&mut self, tries: u32) -> &mut Self {
        self.defaults.tries = tries;
        self
    }

    /// The time from the start of one try of a job to the next, for jobs that don't say so themselves: a `Duration`,
    /// or seconds. Default: 1 second (R5).
    pub fn default_retry_delay(&mut self, delay: impl Into<Delay>) -> &mut Self {
        self.defaults.terms.retry_delay = Some(delay.into());
        self
    }

    /// How many times longer each wait between two tries is than the one before, for jobs that don't say so
    /// themselves: a finite number, at least 1. Default: 1, so that all are alike (R5).
    pub fn default_retry_backoff(&mut self, factor: f64) -> &mut Self {
        self.defaults.terms.retry_backoff = Some(factor);
        self
    }

    /// The longest wait between two tries, for jobs that don't say so themselves: a `Duration`, or seconds. Default:
    /// none (R5).
    pub fn default_retry_max_delay(&mut self, delay: impl Into<Delay>) -> &mut Self {
        self.defaults.terms.retry_max_delay = Some(delay.into());
        self
    }

    /// Up to this part of a wait between two tries comes on top of it, at random, for jobs that don't say so
    /// themselves: from 0 to 1. Default: 0 (R5).
    pub fn default_retry_jitter(&mut self, part: f64) -> &mut Self {
        self.defaults.terms.retry_jitter = Some(part);
        self
    }

    /// What jitter comes from: it is random, but the same for the same seed. Default: 0 (R5).
    pub fn retry_seed(&mut self, seed: u64) -> &mut Self {
        self.retry_seed = seed;
        self
    }

    /// How long a whole try may take, of a job that doesn't say so itself: a `Duration`, or seconds, more than 0.
    /// Default: as long as it likes (R20).
    pub fn default_timeout(&mut self, timeout: impl Into<Delay>) -> &mut Self {
        self.defaults.terms.timeout = Some(timeout.into());
        self
    }

    /// For how long after run the recheck is called again before a try fails, of a job that doesn't say so itself: a
    /// `Duration`, or seconds. Default: 0, so that it is called once (R5).
    pub fn default_settle(&mut self, time: impl Into<Delay>) -> &mut Self {
        self.defaults.terms.settle = Some(time.into());
        self
    }

    /// The time from the end of one recheck to the next while a job settles that doesn't say so itself: a `Duration`,
    /// or seconds, more than 0. Default: 1 second (R5).
    pub fn default_settle_interval(&mut self, interval: impl Into<Delay>) -> &mut Self {
        self.defaults.terms.settle_interval = Some(interval.into());
        self
    }

    /// Declares a limit: at most `n` tries at once hold it, at least 1, of all jobs that name it (R21). A second call
    /// for one name changes the number. A limit that a job names must be declared.
    ///
    /// ```
    /// use dojobber::prelude::*;
    ///
    /// #[job(limit = "db")]
    /// fn migrate() {}
    ///
    /// let mut dojob = DoJobber::new();
    /// assert!(dojob.root::<migrate>().limit("db", 2).checknrun().unwrap().success());
    /// ```
    pub fn limit(&mut self, name: impl Into<String>, n: u32) -> &mut Self {
        let name = name.into();
        let limits = &mut self.defaults.limits;
        match limits.iter_mut().find(|(known, _)| **known == *name) {
            Some((_, size)) => *size = n,
            None => limits.push((name.into(), n)),
        }
        self
    }

    /// Only calls checks, once each, and so tells what would run (R8). Default: off.
    pub fn no_act(&mut self, no_act: bool) -> &mut Self {
        self.no_act = no_act;
        self
    }

    /// Whether [no-act](Self::no_act) also calls the checks of jobs that need one which would run: such a job stays
    /// [`Unknown`](crate::Status::Unknown), since what its check says is [preliminary](crate::JobReport::preliminary). Default:
    /// off (R8).
    ///
    /// A result that isn't there yet is an error for the check that asks for it. Without no-act this changes nothing.
    ///
    /// ```
    /// use dojobber::{Status, prelude::*};
    ///
    /// let mut dojob = DoJobber::new();
    /// dojob.add(DynJob::new("make file").check(|_| false).run(|_| ()));
    /// dojob.add(DynJob::new("set mode").deps(["make file"]).check(|_| -> Result { change!("mode 0644 → 0600") }).run(|_| ()));
    /// let plan = dojob.root_named("set mode").no_act(true).deep(true).checknrun().unwrap();
    /// let job = plan.job("set mode").unwrap();
    /// assert_eq!((job.status(), job.preliminary()), (Some(Status::Unknown), Some(Status::WouldRun)));
    /// assert_eq!(job.change().unwrap().to_string(), "mode 0644 → 0600");
    /// ```
    pub fn deep(&mut self, deep: bool) -> &mut Self {
        self.deep = deep;
        self
    }

    /// How many tries may run at once: the number of slots, at least 1, or [`Workers::Auto`]. Default: 1, which has an order
    /// that is always the same (R4).
    ///
    /// Blocking code runs in threads, at most one a slot. With one slot it runs in the calling thread, unless something
    /// could cut a job short (a time limit, signals, or a [`CancelHandle`] that somebody holds): then it gets a thread, so that the
    /// run can go on without a job that doesn't return. What several slots change is told in the module
    /// [`concurrency`](crate::concurrency).
    ///
    /// ```
    /// use dojobber::{Workers, prelude::*};
    ///
    /// let mut dojob = DoJobber::new();
    /// dojob.add(DynJob::new("one").run(|_| ())).add(DynJob::new("other").run(|_| ()));
    /// assert!(dojob.root_named("one").root_named("other").workers(2).checknrun().unwrap().success());
    /// assert!(dojob.workers(Workers::Auto).checknrun().unwrap().success());
    /// assert!(dojob.workers(0).checknrun().is_err());
    /// ```
    pub fn workers(&mut self, workers: impl Into<Workers>) -> &mut Self {
        self.slots = match workers.into() {
            Workers::Auto => std::thread::available_parallelism().map_or(1, |count| slots(count.get())),
            Workers::Slots(slots) => slots,
        };
        self
    }

    /// Whether nothing more starts once a job has failed for good: running tries finish, and clean-ups follow. Default:
    /// off, which does all that can still be done (R23).
    pub fn fail_fast(&mut self, fail_fast: bool) -> &mut Self {
        self.fail_fast = fail_fast;
        self
    }

    /// How long the run as a whole may take until it is cancelled: a `Duration`, or seconds. Clean-ups are not counted, nor is
    /// the making of the plan, which has as much time for itself: an async `each` is ended by that. Default: not limited (R23).
    pub fn deadline(&mut self, after: impl Into<Delay>) -> &mut Self {
        if let Some(after) = self.time("time until the deadline", after.into()) {
            self.deadline = Some(after).filter(|after| *after < u64::MAX);
        }
        self
    }

    /// How long blocking code is waited for when the run is cancelled: a `Duration`, or seconds. What has not returned by
    /// then is reported as overrunning, and its clean-up as not called. Default: 30 seconds (R23).
    pub fn grace(&mut self, grace: impl Into<Delay>) -> &mut Self {
        if let Some(grace) = self.time("grace period", grace.into()) {
            self.grace = grace;
        }
        self
    }

    /// Whether clean-ups follow the tries at once. If not, [`cleanup`](Self::cleanup) calls them. Default: on (R7).
    pub fn auto_cleanup(&mut self, cleanup: bool) -> &mut Self {
        self.cleanup = cleanup;
        self
    }

    /// Prints a line for each phase (R17). Default: off.
    pub fn verbose(&mut self, verbose: bool) -> &mut Self {
        let detail = self.audience.detail_mut();
        *detail = if verbose { (*detail).max(Detail::Verbose) } else { Detail::Quiet };
        self
    }

    /// Prints a line for each phase, and below it why it failed: the whole chain of errors, and a backtrace where
    /// `RUST_BACKTRACE` asked for one (R17). Default: off.
    pub fn debug(&mut self, debug: bool) -> &mut Self {
        let detail = self.audience.detail_mut();
        *detail = if debug { Detail::Debug } else { (*detail).min(Detail::Verbose) };
        self
    }

    /// Where verbose lines, and those of failed clean-ups, are written. Default: standard error. An error in writing
    /// loses the line, and the run goes on.
    pub fn lines_to(&mut self, writer: impl Write + Send + 'static) -> &mut Self {
        self.audience.set_lines_to(Box::new(writer));
        self
    }

    /// Calls a function at every event: one call at a time, in whichever thread it happens. What other threads have to tell
    /// waits meanwhile, and often they do, so it should be quick. It must not panic.
    pub fn on_event(&mut self, listener: impl FnMut(&Plan, &Event) + Send + 'static) -> &mut Self {
        self.audience.listen(Box::new(listener));
        self
    }

    /// Whether each phase starts in the directory where [`checknrun`](Self::checknrun) was called, wherever jobs
    /// went; costs a system call a phase. With more than one slot it is an error of the plan, since a process has one
    /// working directory. Default: off (R10).
    pub fn restore_dir(&mut self, restore: bool) -> &mut Self {
        self.restore_dir = restore;
        self
    }

    /// Whether a try fails in which a job reads or overwrites what another job has set in global storage, without
    /// depending on that job at any distance. Default: off, which only warns (see [`Global`](crate::Global)).
    pub fn strict_globals(&mut self, strict: bool) -> &mut Self {
        self.strict_globals = strict;
        self
    }

    /// The clock to go by; see [`testing::VirtualClock`](crate::testing::VirtualClock). Default: the system's, and for what is
    /// awaited that of the tokio runtime, which tests can pause.
    pub fn clock(&mut self, clock: impl Clock + 'static) -> &mut Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Whether `SIGINT` (Ctrl-C), `SIGTERM` and `SIGHUP` (the terminal was closed) cancel the run: the one that is under way,
    /// else the next one as soon as it starts (R23). With the feature `signals`. Default: off.
    ///
    /// Clean-ups follow, and [`Report::exit_code`](crate::Report::exit_code) is 130, 143 or 129; so is
    /// [`PlanError::exit_code`](crate::PlanError::exit_code), where an async `each` was ended. A second signal ends the
    /// process at once, with its status, whatever it does; programs that jobs started by `Context::command`, with the feature
    /// `process`, are killed before. Only `SIGHUP` doesn't, since a terminal that is closed often sends two. A program that was
    /// started so as to ignore that, as by `nohup`, goes on ignoring it; where there is no `/proc/self/status` to find that
    /// out, as on macOS, `SIGHUP` is left alone.
    ///
    /// Every `DoJobber` that asks for this is cancelled. When none is left that does, signals do what they do by default, so
    /// a program that sets handlers of its own should leave this off. Where there is no Unix, this changes nothing.
    ///
    /// ```
    /// use dojobber::prelude::*;
    ///
    /// #[job]
    /// fn bake() {}
    ///
    /// let report = DoJobber::new().root::<bake>().handle_signals(true).checknrun().unwrap();
    /// assert_eq!(report.interrupted_by(), None);
    /// ```
    #[cfg(feature = "signals")]
    pub fn handle_signals(&mut self, handle: bool) -> &mut Self {
        if !handle {
            self.signals = None;
        } else if self.signals.is_none() {
            match crate::signals::Registration::new(&self.cancel.0) {
                Ok(registration) => self.signals = Some(registration),
                Err(error) => self.problems.push(Problem::NoSignals { reason: error.to_string() }),
            }
        }
        self
    }

    /// A command line says what it does, and with it the environment's variables.
    #[cfg(all(feature = "cli", feature = "process"))]
    pub(crate) fn set_of_command_line(&mut self) {
        self.of_command_line = true;
    }

    /// A handle that cancels the run from elsewhere.
    pub fn cancel_handle(&self) -> CancelHandle {
        self.cancel.clone()
    }

    /// In nanoseconds; one that means nothing is an error of the plan.
    fn time(&mut self, term: &'static str, given: Delay) -> Option<u64> {
        match given.nanoseconds() {
            Ok(nanoseconds) => Some(nanoseconds),
            Err(value) => {
                let must_be = "a finite number of seconds, 0 or more";
                self.problems.push(Problem::BadTerm { job: None, term, value, must_be });
                None
            }
        }
    }
}

/// How many tries may run at once; made from any number, too. See [`DoJobber::workers`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workers {
    /// As many as the machine has processors.
    Auto,
    /// So many; 0 is an error of the plan.
    Slots(u32),
}

impl From<usize> for Workers {
    fn from(workers: usize) -> Self {
        Self::Slots(slots(workers))
    }
}

impl From<u32> for Workers {
    fn from(workers: u32) -> Self {
        Self::Slots(workers)
    }
}

impl From<i32> for Workers {
    /// None can be negative: that is 0.
    fn from(workers: i32) -> Self {
        Self::Slots(u32::try_from(workers).unwrap_or(0))
    }
}

fn slots(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(feature = "html")]
impl crate::output::Transcript {
    /// Of the runs to come; each starts it afresh.
    pub fn of(dojob: &mut DoJobber) -> Self {
        let transcript = Self::default();
        let taken = transcript.clone();
        dojob.on_event(move |_, event| taken.hear(event));
        transcript
    }
}
