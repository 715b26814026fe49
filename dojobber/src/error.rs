//! The error of a job's phase: anything that `?` can turn into one.

mod macros;

use std::backtrace::{Backtrace, BacktraceStatus};
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::catch::{catch, discard};
use crate::event::Stream;
use crate::frames;
use crate::harmless::bare_line;

/// What a job's functions return: [`Result`](std::result::Result) with defaults for both parameters.
///
/// `Result` alone is "it worked, or an [`Error`]"; `Result<String>` also carries the job's result.
pub type Result<T = (), E = Error> = std::result::Result<T, E>;

/// Why a phase of a job failed.
///
/// Made by `?` from anything that converts into a boxed [`std::error::Error`]: strings, I/O errors,
/// `anyhow::Error`, your own types. To allow that, it can't be a [`std::error::Error`] itself. Cloning is
/// cheap: the clones share one value.
///
/// `{}` prints the outermost message, `{:#}` the whole chain on one line, `{:?}` the chain over several lines,
/// with what a program that failed said last, the place of a panic, and the backtrace where there is one: of
/// `RUST_BACKTRACE=1` the frames down to the job's function, of `RUST_BACKTRACE=full` all.
///
/// ```
/// use dojobber::Error;
///
/// fn port() -> dojobber::Result<u16> {
///     Ok("eighty".parse::<u16>()?)
/// }
/// let error = port().unwrap_err().context("reading the port");
/// assert_eq!(error.to_string(), "reading the port");
/// assert_eq!(format!("{error:#}"), "reading the port: invalid digit found in string");
/// assert_eq!(Error::from("no space").to_string(), "no space");
/// ```
#[derive(Clone)]
pub struct Error(Arc<Inner>);

/// What is said of a value that panicked when it was dropped.
const OF_DROP: &str = "dropping the job's value";

struct Inner {
    kind: ErrorKind,
    cause: Cause,
    backtrace: Option<Backtrace>,
}

enum Cause {
    Message(Box<str>),
    Source(Box<dyn StdError + Send + Sync>),
    Context(Box<str>, Error),
    /// The same failure, of another kind.
    Same(Error),
    /// The first one, which the second one led to.
    Because(Error, Error),
}

/// What kind of failure an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The job's own code returned an error.
    Failed,
    /// The job's own code returned `false`.
    ReturnedFalse,
    /// The job's own code panicked (R16).
    Panicked,
    /// It used a key of global storage that another job had set, on which it doesn't depend, where
    /// [`strict_globals`](crate::DoJobber::strict_globals) forbids that.
    Raced,
    /// No further try can mend it: see [`Error::permanent`].
    Permanent,
    /// A check could not find out whether the goal holds: see [`Error::unsure`].
    Unsure,
    /// The goal doesn't hold, and this is what is to change: see [`change`].
    Change,
    /// The try took longer than its `timeout` (R20).
    TimedOut,
    /// The run was cancelled while this was under way, by its `deadline`, say (R23).
    Cancelled,
    /// A run-only job in no-act: it has no check that could say whether it is needed (R8).
    RunOnly,
    /// The job was skipped, since its `when` returned `false`.
    Skipped,
}

impl ErrorKind {
    /// Whether nothing may follow in a try that failed so.
    pub(crate) fn ends_try(self) -> bool {
        matches!(self, ErrorKind::Permanent | ErrorKind::Raced | ErrorKind::TimedOut | ErrorKind::Cancelled)
    }
}

/// What a check returns whose goal doesn't hold, and which knows what is to change: a failure of the
/// [kind](ErrorKind::Change) that says so, in words.
///
/// A plan shows it as what the job would do, the lines of [verbose](crate::DoJobber::verbose) behind `check: fail`, and
/// [reports](crate::JobReport::change) tell it also of jobs that passed. Apart from that it is an error like any other.
/// [`change!`](macro@crate::change) returns with one.
///
/// ```
/// use dojobber::prelude::*;
///
/// #[derive(Default)]
/// struct SetMode;
///
/// #[job]
/// impl SetMode {
///     fn check(&self, global: &Global) -> Result {
///         match global.get::<u32>("mode") {
///             Ok(0o600) => Ok(()),
///             Ok(mode) => Err(change(format_args!("mode {mode:04o} → 0600"))),
///             Err(_) => Err(change("mode 0600")),
///         }
///     }
///
///     fn run(&self, global: &Global) -> Result { global.set("mode", 0o600) }
/// }
///
/// let mut dojob = DoJobber::new();
/// let plan = dojob.root::<SetMode>().no_act(true).checknrun().unwrap();
/// assert_eq!(plan.error("SetMode").unwrap().to_string(), "mode 0600");
/// let report = dojob.no_act(false).checknrun().unwrap();
/// assert_eq!(report.get::<SetMode>().unwrap().change().unwrap().to_string(), "mode 0600");
/// ```
pub fn change(what: impl fmt::Display) -> Error {
    // Nobody asks where it came into being: it is no mistake.
    Error(Arc::new(Inner { kind: ErrorKind::Change, cause: Cause::Message(what.to_string().into()), backtrace: None }))
}

impl Error {
    /// An error with this message.
    pub fn msg(message: impl fmt::Display) -> Self {
        Self::with_kind(ErrorKind::Failed, message)
    }

    /// The same failure, and no further try would help: the job has no more of them (R5). Messages and causes stay.
    ///
    /// From a check, it also keeps `run` from being called. From a `run`, the recheck still decides: if the goal holds,
    /// the job has passed. [`permanent!`](crate::permanent) returns with one.
    ///
    /// ```
    /// use dojobber::{Error, ErrorKind};
    ///
    /// let refused = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
    /// let error = Error::permanent(Error::from(refused).context("opening the door"));
    /// assert_eq!(error.kind(), ErrorKind::Permanent);
    /// assert_eq!(format!("{error:#}"), "opening the door: permission denied");
    /// ```
    pub fn permanent(error: impl Into<Error>) -> Self {
        error.into().into_kind(ErrorKind::Permanent)
    }

    /// The same failure, of a check that couldn't find out whether the goal holds, which isn't that it doesn't (R5).
    /// Messages and causes stay.
    ///
    /// So `run` is not called; the try has failed, and the next one checks again. In no-act the job isn't one that would
    /// run, but one of which that isn't known. [`unsure!`](crate::unsure) returns with one.
    ///
    /// ```
    /// use dojobber::{Error, ErrorKind};
    ///
    /// let error = Error::unsure("the server doesn't answer");
    /// assert_eq!(error.kind(), ErrorKind::Unsure);
    /// assert_eq!(error.to_string(), "the server doesn't answer");
    /// ```
    pub fn unsure(error: impl Into<Error>) -> Self {
        error.into().into_kind(ErrorKind::Unsure)
    }

    /// The same failure, with a message about what was being done in front of it.
    #[must_use]
    pub fn context(self, message: impl fmt::Display) -> Self {
        let kind = self.kind();
        Self(Arc::new(Inner { kind, cause: Cause::Context(message.to_string().into(), self), backtrace: None }))
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The messages from the outermost to the root cause; never empty.
    pub fn chain(&self) -> Vec<String> {
        let mut messages = Vec::new();
        let mut error = self;
        loop {
            match &error.0.cause {
                Cause::Message(message) => {
                    messages.push(message.to_string());
                    return messages;
                }
                Cause::Context(message, inner) => {
                    messages.push(message.to_string());
                    error = inner;
                }
                Cause::Same(inner) => error = inner,
                Cause::Because(first, reason) => {
                    messages.extend(first.chain());
                    error = reason;
                }
                Cause::Source(source) => {
                    let walked = catch(|| {
                        let mut next: Option<&dyn StdError> = Some(source.as_ref());
                        while let Some(source) = next {
                            messages.push(shown(source));
                            next = source.source();
                        }
                        Ok(())
                    });
                    // `source` panicked: what there is before that was told.
                    drop(walked);
                    return messages;
                }
            }
        }
    }

    /// The first error of the type `E` in the chain, as `?` took it in.
    ///
    /// ```
    /// let error = dojobber::Error::from(std::io::Error::from(std::io::ErrorKind::NotFound));
    /// assert_eq!(error.downcast_ref::<std::io::Error>().unwrap().kind(), std::io::ErrorKind::NotFound);
    /// ```
    pub fn downcast_ref<E: StdError + 'static>(&self) -> Option<&E> {
        let mut error = self;
        loop {
            match &error.0.cause {
                Cause::Message(_) => return None,
                Cause::Context(_, inner) | Cause::Same(inner) => error = inner,
                Cause::Because(first, reason) => match first.downcast_ref() {
                    Some(found) => return Some(found),
                    None => error = reason,
                },
                // `source` is a user's, and may panic, as above.
                Cause::Source(source) => return catch(|| Ok(found(source.as_ref()))).ok().flatten(),
            }
        }
    }

    /// Where the error came into being, if `RUST_BACKTRACE` asked for that.
    pub fn backtrace(&self) -> Option<&Backtrace> {
        let mut error = self;
        loop {
            if let Some(backtrace) = &error.0.backtrace
                && backtrace.status() == BacktraceStatus::Captured
            {
                return Some(backtrace);
            }
            match &error.0.cause {
                Cause::Context(_, inner) | Cause::Same(inner) => error = inner,
                Cause::Because(first, reason) => match first.backtrace() {
                    Some(backtrace) => return Some(backtrace),
                    None => error = reason,
                },
                Cause::Message(_) | Cause::Source(_) => return None,
            }
        }
    }

    /// The last lines of the program that failed, if one did: what it said is no cause, but may tell of it.
    #[cfg_attr(not(feature = "process"), allow(clippy::unused_self, reason = "then no program is started"))]
    fn said(&self) -> Vec<(Stream, &str)> {
        #[cfg(feature = "process")]
        if let Some(error) = self.downcast_ref::<crate::CommandError>() {
            return error.last_lines().collect();
        }
        Vec::new()
    }

    /// These lines, each with its stream in front, unless the messages tell them.
    pub(crate) fn said_last(&self) -> Vec<String> {
        let said = self.said();
        if self.tells(said.iter().map(|(_, line)| *line)) {
            return Vec::new();
        }
        let name = |stream| if stream == Stream::Stderr { "stderr" } else { "stdout" };
        said.into_iter().map(|(stream, line)| format!("{}: {}", name(stream), bare_line(line))).collect()
    }

    /// Whether nothing was said that the messages don't have: no more than one line, which is the end of one of them.
    pub(crate) fn tells<'l>(&self, lines: impl Iterator<Item = &'l str>) -> bool {
        let mut lines = lines.map(str::trim).filter(|line| !line.is_empty());
        match (lines.next(), lines.next()) {
            (None, _) => true,
            (Some(line), None) => {
                let line = bare_line(line);
                self.chain().iter().any(|message| message.ends_with(line.trim()))
            }
            _ => false,
        }
    }

    /// The same failure, with a message in front of it, as one of another kind.
    pub(crate) fn recast(self, kind: ErrorKind, message: impl fmt::Display) -> Self {
        Self(Arc::new(Inner { kind, cause: Cause::Context(message.to_string().into(), self), backtrace: None }))
    }

    /// This failure, which another one led to; that alone is not told twice.
    pub(crate) fn because(self, reason: Error) -> Self {
        if self.chain() == reason.chain() {
            return self;
        }
        Self(Arc::new(Inner { kind: self.kind(), cause: Cause::Because(self, reason), backtrace: None }))
    }

    /// The same failure, of no particular kind.
    pub(crate) fn plain(self) -> Self {
        self.into_kind(ErrorKind::Failed)
    }

    fn into_kind(self, kind: ErrorKind) -> Self {
        Self(Arc::new(Inner { kind, cause: Cause::Same(self), backtrace: None }))
    }

    pub(crate) fn with_kind(kind: ErrorKind, message: impl fmt::Display) -> Self {
        Self(Arc::new(Inner {
            kind,
            cause: Cause::Message(message.to_string().into()),
            backtrace: Some(Backtrace::capture()),
        }))
    }

    /// What `?` makes of this error, as one of another kind.
    #[cfg(feature = "process")]
    pub(crate) fn of_kind(kind: ErrorKind, error: impl StdError + Send + Sync + 'static) -> Self {
        let backtrace = Some(Backtrace::capture());
        Self(Arc::new(Inner { kind, cause: Cause::Source(Box::new(error)), backtrace }))
    }

    /// The panic of a value of a job's, when that was dropped.
    pub(crate) fn of_drop(self) -> Self {
        self.context(OF_DROP)
    }

    /// Whether it is [of a drop](Self::of_drop).
    #[cfg(feature = "cli")]
    pub(crate) fn is_of_drop(&self) -> bool {
        self.kind() == ErrorKind::Panicked
            && matches!(&self.0.cause, Cause::Context(message, _) if **message == *OF_DROP)
    }

    pub(crate) fn panicked(message: &str, place: Option<&str>, backtrace: Option<Backtrace>) -> Self {
        let message = match place {
            Some(place) => format!("panicked at {place}: {message}"),
            None => format!("panicked: {message}"),
        };
        Self(Arc::new(Inner { kind: ErrorKind::Panicked, cause: Cause::Message(message.into()), backtrace }))
    }
}

/// A user's error may panic when it is dropped, which can be anywhere.
impl Drop for Inner {
    fn drop(&mut self) {
        if let Cause::Source(_) = self.cause {
            discard(std::mem::replace(&mut self.cause, Cause::Message(Box::default())));
        }
    }
}

/// It, or the first of its causes, that is of this type.
fn found<'e, E: StdError + 'static>(error: &'e (dyn StdError + 'static)) -> Option<&'e E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// What it says; its `Display` is a user's, and may panic (R16).
fn shown(error: &dyn StdError) -> String {
    catch(|| Ok(error.to_string())).unwrap_or_else(|panic| format!("an error that can't be displayed: {panic}"))
}

impl<E: Into<Box<dyn StdError + Send + Sync>>> From<E> for Error {
    fn from(error: E) -> Self {
        let backtrace = Some(Backtrace::capture());
        Self(Arc::new(Inner { kind: ErrorKind::Failed, cause: Cause::Source(error.into()), backtrace }))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            return f.write_str(&self.chain().join(": "));
        }
        match &self.0.cause {
            Cause::Message(message) | Cause::Context(message, _) => f.write_str(message),
            Cause::Source(source) => f.write_str(&shown(source.as_ref())),
            Cause::Same(error) | Cause::Because(error, _) => fmt::Display::fmt(error, f),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chain = self.chain();
        f.write_str(&chain[0])?;
        for cause in &chain[1..] {
            write!(f, "\n  caused by: {cause}")?;
        }
        for (place, line) in self.said_last().iter().enumerate() {
            let before = if place == 0 { "\n  it said last:" } else { "" };
            write!(f, "{before}\n    {line}")?;
        }
        match self.backtrace() {
            Some(backtrace) => write!(f, "\n{}", frames::shown(backtrace)),
            None => Ok(()),
        }
    }
}

/// A line of a program.
#[derive(serde::Serialize)]
struct Said<'e> {
    stream: Stream,
    line: &'e str,
}

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let said: Vec<_> = self.said().into_iter().map(|(stream, line)| Said { stream, line }).collect();
        let mut out = serializer.serialize_struct("Error", if said.is_empty() { 2 } else { 3 })?;
        out.serialize_field("kind", &self.kind())?;
        out.serialize_field("chain", &self.chain())?;
        if !said.is_empty() {
            out.serialize_field("said", &said)?;
        }
        out.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{change, permanent, unsure};

    fn io() -> Error {
        std::io::Error::other("disk on fire").into()
    }

    #[test]
    fn converts_from_what_the_question_mark_meets() {
        assert_eq!(Error::from("text").to_string(), "text");
        assert_eq!(Error::from(String::from("owned")).to_string(), "owned");
        assert_eq!(io().to_string(), "disk on fire");
        let chained: Error = anyhow::anyhow!("inner").context("outer").into();
        assert_eq!(chained.chain(), ["outer", "inner"]);
        let same = |error: Error| -> Result { Err(error)? };
        assert_eq!(same(Error::msg("kept")).unwrap_err().to_string(), "kept");
    }

    #[test]
    fn context_keeps_kind_and_cause() {
        let error = Error::with_kind(ErrorKind::ReturnedFalse, "check returned false").context("looking");
        assert_eq!(error.kind(), ErrorKind::ReturnedFalse);
        assert_eq!(format!("{error:#}"), "looking: check returned false");
        assert!(io().context("saving").downcast_ref::<std::io::Error>().is_some());
        assert!(Error::msg("x").downcast_ref::<std::io::Error>().is_none());
    }

    #[test]
    fn another_kind_keeps_the_chain() {
        let error = Error::permanent(io().context("saving")).context("cleaning");
        assert_eq!(
            (error.kind(), error.chain()),
            (ErrorKind::Permanent, io().context("saving").context("cleaning").chain())
        );
        assert!(error.downcast_ref::<std::io::Error>().is_some());
        let text = format!("{:?}", Error::unsure(io().context("saving")));
        assert!(text.starts_with("saving\n  caused by: disk on fire"), "{text}");
        assert_eq!(Error::unsure(std::io::Error::other("x")).kind(), ErrorKind::Unsure);
    }

    #[test]
    fn returns_early_with_its_kind() {
        let fails = |number: u8| -> Result {
            match number {
                0 => permanent!("{number} is {}", "nothing"),
                1 => permanent!(std::io::Error::other("disk on fire")),
                2 => unsure!("{number}"),
                _ => unsure!(Error::msg("kept").context("outer")),
            }
        };
        let error = |number| fails(number).unwrap_err();
        assert_eq!((error(0).kind(), error(0).to_string()), (ErrorKind::Permanent, "0 is nothing".to_owned()));
        assert_eq!((error(1).kind(), error(1).to_string()), (ErrorKind::Permanent, "disk on fire".to_owned()));
        assert_eq!((error(2).kind(), error(2).to_string()), (ErrorKind::Unsure, "2".to_owned()));
        assert_eq!((error(3).kind(), format!("{:#}", error(3))), (ErrorKind::Unsure, "outer: kept".to_owned()));
    }

    #[test]
    fn a_change_is_a_kind_of_its_own() {
        let wants = |number: u8| -> Result {
            match number {
                0 => change!("{number} → {}", 1),
                1 => change!(String::from("1 → 2")),
                _ => Err(change("2 → 3").context("counting")),
            }
        };
        let told = [0, 1, 2].map(|number| wants(number).unwrap_err());
        assert!(told.iter().all(|error| error.kind() == ErrorKind::Change && error.backtrace().is_none()));
        assert_eq!(told.map(|error| format!("{error:#}")), ["0 → 1", "1 → 2", "counting: 2 → 3"]);
    }

    #[test]
    fn debug_prints_the_chain_over_lines() {
        assert!(format!("{:?}", io().context("saving")).starts_with("saving\n  caused by: disk on fire"));
    }
}
