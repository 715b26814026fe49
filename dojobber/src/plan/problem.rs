//! Why a graph can't be run.

use std::fmt;
use std::process::ExitCode;

use serde::Serialize;

use crate::given::Meaningless;
use crate::harmless::tame;

/// Why a graph can't be run: all the reasons at once. Nothing was run.
#[derive(Clone)]
pub struct PlanError {
    problems: Vec<Problem>,
    interrupted_by: Option<i32>,
}

impl PlanError {
    /// The reasons; at least one.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The number of the signal that cancelled the run before its plan was made, as
    /// [`Report::interrupted_by`](crate::Report::interrupted_by) has it of a run that has one; then the reasons may be no more
    /// than what was ended for that. `None` if none did (R23).
    pub fn interrupted_by(&self) -> Option<i32> {
        self.interrupted_by
    }

    /// What the program may exit with: 2, or 128 and the signal's number if it was
    /// [interrupted by a signal](Self::interrupted_by).
    ///
    /// ```
    /// use std::process::ExitCode;
    ///
    /// let error = dojobber::DoJobber::new().root_named("nobody").checknrun().unwrap_err();
    /// assert_eq!(error.interrupted_by(), None);
    /// assert_eq!(error.exit_code(), ExitCode::from(2));
    /// ```
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.interrupted_by.map_or(2, after_signal))
    }

    pub(crate) fn new(problems: Vec<Problem>) -> Self {
        debug_assert!(!problems.is_empty());
        Self { problems, interrupted_by: None }
    }

    /// The signal of this number came while the plan was made, or before that.
    pub(crate) fn during(self, signal: Option<i32>) -> Self {
        Self { interrupted_by: signal, ..self }
    }
}

/// What a process exits with that the signal of this number has ended, as shells have it.
pub(crate) fn after_signal(signal: i32) -> u8 {
    u8::try_from(signal).unwrap_or(u8::MAX).saturating_add(128)
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problems[..] {
            [one] => write!(f, "the jobs can't be run: {one}"),
            many => {
                write!(f, "the jobs can't be run, for {} reasons:", many.len())?;
                many.iter().try_for_each(|problem| write!(f, "\n- {problem}"))
            }
        }
    }
}

/// As it is displayed, since that is what a `main` prints that returns it.
impl fmt::Debug for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for PlanError {}

/// One reason why a graph can't be run (R5, R10, R13, R14, R18, R20, R21).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Nothing says what to run.
    #[error(
        "there is no root: name one with `root::<J>()` or `root_named(\"…\")`, or call `discover()` to run all jobs that are linked in ({linked})"
    )]
    NoRoot {
        /// How many jobs there are, by crate.
        linked: String,
    },
    /// Jobs need each other in a circle.
    #[error("a cycle of dependencies: {}", cycle(jobs))]
    Cycle {
        /// The jobs on it, each needing the next, the last one the first.
        jobs: Vec<JobPlace>,
    },
    /// A name that no job has.
    #[error("no job is named `{}`{}{}", tame(name), wanted_by.as_ref().map(|job| format!(", which {job} needs")).unwrap_or_default(), hint(nearest.as_ref(), linked))]
    UnknownJob {
        /// The name.
        name: String,
        /// The job that depends on it; none for a root.
        wanted_by: Option<JobPlace>,
        /// The most similar name that there is, if one is similar.
        nearest: Option<JobPlace>,
        /// How many jobs there are, by crate.
        linked: String,
    },
    /// Two jobs with one name.
    #[error(
        "two jobs are named `{}`: {first} and {second}; give one another name, with `name = \"…\"` or `rename::<J>(\"…\")`",
        tame(name)
    )]
    DuplicateName {
        /// The name.
        name: String,
        /// The first of them.
        first: JobPlace,
        /// The other one.
        second: JobPlace,
    },
    /// Two members of a family with one name.
    #[error(
        "two members of {family} are named `{}`: the {first}. and the {second}. that its `each` made, or that code added; let its template name a field in which they differ",
        tame(name)
    )]
    DuplicateMember {
        /// The name.
        name: String,
        /// The family.
        family: JobPlace,
        /// The first one's place in the family's order, counted from 1.
        first: usize,
        /// The other one's.
        second: usize,
    },
    /// Two members of a family with one key.
    #[error(
        "{} and {second} have one key, `{}`, by which members are found; let `key` name fields in which they differ",
        tame(first),
        readable(key)
    )]
    DuplicateKey {
        /// The key.
        key: String,
        /// The name of the first one.
        first: String,
        /// The other one.
        second: JobPlace,
    },
    /// A job, or the run's default, has no try at all.
    #[error("{} 0; at least 1 is needed", job.as_ref().map_or_else(|| "the default number of tries is".to_owned(), |job| format!("the number of tries of {job} is")))]
    NoTries {
        /// The job; none for the default of the run.
        job: Option<JobPlace>,
    },
    /// A delay, a time limit or something else about tries that means nothing.
    #[error("{} is {value}; it must be {must_be}", job.as_ref().map_or_else(|| format!("the default {term}"), |job| format!("the {term} of {job}")))]
    BadTerm {
        /// The job; none for the default of the run.
        job: Option<JobPlace>,
        /// What it is, in words, as in "retry delay".
        term: &'static str,
        /// The value as it was given.
        value: String,
        /// What it must be, in words.
        must_be: &'static str,
    },
    /// A job holds a limit that nobody declared.
    #[error("{job} holds the limit `{}`, which nobody declared; {}", tame(limit), nearest.as_ref().map_or_else(|| format!("declare it, as in `dojob.limit({limit:?}, 2)`"), |near| format!("did you mean `{}`?", tame(near))))]
    UnknownLimit {
        /// The limit's name.
        limit: String,
        /// The job.
        job: JobPlace,
        /// The most similar name of a limit that is declared, if one is similar.
        nearest: Option<String>,
    },
    /// A limit without a name.
    #[error("the name of a limit{} is empty", job.as_ref().map(|job| format!(" of {job}")).unwrap_or_default())]
    UnnamedLimit {
        /// The job that holds it; none where the run declares it.
        job: Option<JobPlace>,
    },
    /// A limit that no try could ever hold.
    #[error("the limit `{}` is 0; at least 1 is needed", tame(limit))]
    NoPlaces {
        /// The limit's name.
        limit: String,
    },
    /// More limits than can be counted.
    #[error("there are more than {} limits", u32::from(u16::MAX) + 1)]
    TooManyLimits,
    /// Arguments that a job takes are not there.
    #[error(
        "{job} takes arguments of the type `{type_name}`, which weren't set with `set_args`, and can't be made from the named ones: {}",
        tame(reason)
    )]
    MissingArgs {
        /// A job that takes them.
        job: JobPlace,
        /// Their type.
        type_name: &'static str,
        /// What building them from the named arguments met.
        reason: String,
    },
    /// A state that a job takes is not there.
    #[error("{job} takes a state of the type `{type_name}`, which wasn't given with `state`")]
    MissingState {
        /// A job that takes it.
        job: JobPlace,
        /// Its type.
        type_name: &'static str,
    },
    /// The `each` of a family failed when the plan was made.
    #[error("the members of {family} can't be known: {}", tame(reason))]
    EachFailed {
        /// The family.
        family: JobPlace,
        /// The error of its `each`.
        reason: String,
    },
    /// A job asks for the result of one member of a family, but doesn't say of which.
    #[error("{job} takes the one result of {family}, which is a family: take `Outputs` of it, or depend on one member, as in `deps = [{}[field]]`", tame(&family.name))]
    WhichMember {
        /// The job.
        job: JobPlace,
        /// The family.
        family: JobPlace,
    },
    /// A job needs a member of a family that the family doesn't have.
    #[error("{job} needs the member of {family} whose key is `{}`, and there is none{}", readable(key), nearest.as_ref().map(|near| format!("; the nearest is `{}`", readable(near))).unwrap_or_default())]
    NoSuchMember {
        /// The job.
        job: JobPlace,
        /// The family.
        family: JobPlace,
        /// The key.
        key: String,
        /// The most similar key that there is, if one is similar.
        nearest: Option<String>,
    },
    /// No job has this tag.
    #[error("no job has the tag `{}`{}", tame(tag), nearest.as_ref().map(|near| format!("; did you mean `{}`?", tame(near))).unwrap_or_default())]
    UnknownTag {
        /// The tag.
        tag: String,
        /// The most similar tag that there is, if one is similar.
        nearest: Option<String>,
    },
    /// A named or positional argument that could not be stored.
    #[error("the argument {} can't be stored: {}", tame(argument), tame(reason))]
    BadArgument {
        /// Its name, or its place counted from 0.
        argument: String,
        /// What its `Serialize` said.
        reason: String,
    },
    /// Several tries at once, each of which is to start in one directory (R10): a process has one, which all share.
    #[error("`restore_dir(true)` needs one slot, but there are {slots}, and all tries share one working directory")]
    SharedDirectory {
        /// How many slots there are.
        slots: u32,
    },
    /// Signals were to cancel the run, and the system doesn't tell of them.
    #[error("signals can't be handled: {reason}")]
    NoSignals {
        /// What the system said.
        reason: String,
    },
    /// [`checknrun_async`](crate::DoJobber::checknrun_async) was awaited outside of a tokio runtime.
    #[error(
        "`checknrun_async` needs the tokio runtime of whoever awaits it, and there is none; `checknrun` makes its own"
    )]
    NoRuntime,
    /// The run may have to wait for a time (the next try, a recheck, the end of a time limit or of the grace period), and the
    /// tokio runtime of whoever awaits [`checknrun_async`](crate::DoJobber::checknrun_async) can't.
    #[error(
        "the run may have to wait, and the tokio runtime has no timers: build it with `enable_time()` or `enable_all()`"
    )]
    NoTimers,
    /// More jobs or dependencies than can be counted.
    #[error("there are more than {} jobs or dependencies", u32::MAX - 1)]
    TooLarge,
}

impl Problem {
    /// Whether the same type of arguments or states is missing.
    pub(crate) fn is_of_same_type(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::MissingArgs { type_name: one, .. }, Self::MissingArgs { type_name: two, .. })
            | (Self::MissingState { type_name: one, .. }, Self::MissingState { type_name: two, .. }) => one == two,
            _ => false,
        }
    }

    pub(super) fn bad_term(job: Option<JobPlace>, wrong: Meaningless) -> Self {
        let Meaningless { term, value, must_be } = wrong;
        Self::BadTerm { job, term, value, must_be }
    }
}

/// A job with its place in the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JobPlace {
    /// The job's name in this plan.
    pub name: String,
    /// The crate, for a job made by `#[job]`.
    pub krate: Option<String>,
    /// The source file, as the compiler was given it.
    pub file: String,
    /// The line, counted from 1: that of the `#[job]`, or of the call that made the job.
    pub line: u32,
}

impl fmt::Display for JobPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}:{})", tame(&self.name), self.file, self.line)
    }
}

fn cycle(jobs: &[JobPlace]) -> String {
    let around = jobs.iter().chain(jobs.first());
    let names: Vec<_> = around.map(|job| tame(&job.name)).collect();
    let places = jobs.iter().map(|job| format!("\n    {} at {}:{}", tame(&job.name), job.file, job.line));
    names.join(" → ") + &places.collect::<String>()
}

fn hint(nearest: Option<&JobPlace>, linked: &str) -> String {
    match nearest {
        Some(near) => format!("; did you mean {near}?"),
        None => {
            format!("; there are {linked}, and a crate that nothing names is not linked: `use its_name as _;` links it")
        }
    }
}

/// A key of several fields has a separator between them that no text has.
pub(super) fn readable(key: &str) -> String {
    tame(&key.replace('\u{1f}', ", "))
}
