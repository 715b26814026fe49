//! Programs that jobs start.

#[cfg(feature = "cli")]
mod alone;
mod asked;
mod child;
#[cfg(feature = "tokio")]
mod dropped;
mod error;
mod lines;
mod outlive;
mod output;
mod wait;

// `Cargo.toml` says the same of where the dependencies of each are wanted.
#[cfg_attr(
    all(unix, not(any(target_os = "cygwin", target_os = "horizon", target_os = "openbsd", target_os = "redox"))),
    path = "group.rs"
)]
#[cfg_attr(
    not(all(unix, not(any(target_os = "cygwin", target_os = "horizon", target_os = "openbsd", target_os = "redox")))),
    path = "lone.rs"
)]
mod platform;

use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use secrecy::zeroize::Zeroize;

#[cfg(all(test, feature = "cli"))]
pub(crate) use self::alone::ALONE;
pub(crate) use self::asked::Asked;
use self::child::{Running, Start};
#[cfg(feature = "tokio")]
pub(crate) use self::dropped::Dropped;
#[cfg(feature = "tokio")]
use self::dropped::Followed;
pub use self::error::CommandError;
use self::error::Failure;
use self::lines::Tail;
pub use self::output::CommandOutput;
use self::wait::{End, Limits, Why};
use crate::context::{Context, Phase};
use crate::error::{Error, Result};
use crate::event::Stream;
use crate::secret::{MASK, Secret};

/// A program that a job starts, from [`Context::command`]: what it is called with, and then one of [`run`](Self::run),
/// [`output`](Self::output) and [`status`](Self::status), which start it and wait for its end.
///
/// ```no_run
/// use dojobber::prelude::*;
///
/// #[derive(Default)]
/// struct AddUser;
///
/// #[job(timeout = 60)]
/// impl AddUser {
///     fn check(&self, ctx: &Context) -> Result<u32> {
///         let id = ctx.command("id").args(["-u", "wendell"]).output()?; // fails while there is no such user
///         Ok(id.stdout().trim().parse()?)
///     }
///
///     fn run(&self, ctx: &Context) -> Result {
///         if !ctx.command("getent").args(["group", "guests"]).status()?.success() {
///             ctx.command("addgroup").arg("guests").run()?;
///         }
///         ctx.command("adduser").args(["--system", "wendell"]).env("LANG", "C").current_dir("/").run()?;
///         ctx.command("chpasswd").stdin("wendell:pillow\n").run()
///     }
/// }
/// ```
///
/// # What it reads and says
///
/// Standard input is empty, unless [`stdin`](Self::stdin) gives some.
///
/// There is nobody to answer at the terminal, since several jobs may run at once. A program that asks there nevertheless,
/// whatever its standard input is, as those do that want a password, is ended, and the error says so. So give it what it
/// wants (`sudo -S` reads it from standard input), or have it ask nothing: `sudo -n`, `ssh -o BatchMode=yes`, `git` with
/// `GIT_TERMINAL_PROMPT=0`. What only a person can answer is best asked before the run, as by `sudo -v`.
///
/// Whatever it says is told while it runs, line by line, as [events](crate::EventKind::Output) with the name of the job
/// in front, which [verbose](crate::DoJobber::verbose) runs print: the lines of each stream in their order. What is no
/// UTF-8 is replaced by `�`. A line ends with `\n` or `\r\n`, or with the output; one of more than 64 KiB is told in
/// pieces of no more than that. So memory is bounded however much a program says, unless `output` is asked for, which
/// keeps it all.
///
/// When the program has ended but something that it started holds its pipes open, such as a service, that is listened
/// to until it is silent for 1 second, and for no longer than 10 seconds, unless those who are told of lines take that long
/// for what the program itself said. Then the job goes on, and so does the service; what that writes into the pipes from
/// then on is read, and lost.
///
/// # How it ends
///
/// By itself, or since the time of the try is over, or the run was cancelled. Then the program, and all that it started,
/// are asked to end (`SIGTERM`); what hasn't done so 5 seconds later ([`kill_after`](Self::kill_after)) is killed
/// (`SIGKILL`). The call fails when the program and what holds its pipes has ended, and at the latest 1 second after the
/// killing: what has left the group (see below) is not killed, and may hold them for ever. A clean-up has no such limits.
/// A program is not started at all where the time is over already, or the run cancelled.
///
/// Futures, of [`run_async`](Self::run_async) and the like, are dropped by a run when they are to end, which does the
/// same without waiting: the try fails with the error that a blocking call returns, and what the program says from then on
/// is not told. It is best not to drive one on one's own from blocking code, since nobody would drop it when the
/// time is over.
///
/// "All that it started" is its process group, which doesn't have those that left for groups of their own, as
/// interactive shells and daemons do. Being in a group of its own, the program gets no `SIGINT` when somebody presses
/// Ctrl-C: to end it is the matter of your program, with [`CancelHandle`](crate::CancelHandle). The run ends no earlier
/// than every program that was asked to has ended or was killed. (What else is in its group, and holds no pipe, may
/// escape being killed if your process exits within those 5 seconds.) A try that follows may start earlier. A second
/// signal, where [signals are handled](crate::DoJobber::handle_signals), kills all groups before it ends your process.
///
/// Where there are no process groups (on Windows), only the program itself is ended, by killing it at once. The limit is
/// the time that is left when it starts, measured by the system's clock, whichever one the run goes by.
///
/// # No-act
///
/// Programs that checks start are started in no-act too (R8). As all of a check, they must not change anything.
#[must_use = "a command does nothing until it is run"]
pub struct Command<'c> {
    ctx: &'c Context,
    inner: std::process::Command,
    /// Which of its arguments are not shown.
    secrets: Vec<usize>,
    stdin: Option<Vec<u8>>,
    kill_after: Duration,
}

impl Context {
    /// A program for the job to start, found as the system finds programs: see [`Command`]. Needs the feature `process`.
    ///
    /// ```
    /// # #[cfg(unix)] {
    /// use dojobber::prelude::*;
    ///
    /// #[job]
    /// fn greet(ctx: &Context) -> Result<String> {
    ///     Ok(ctx.command("echo").arg("hello").output()?.stdout().trim().to_owned())
    /// }
    ///
    /// let report = DoJobber::new().root::<greet>().checknrun().unwrap();
    /// assert_eq!(report.output::<greet>().unwrap(), "hello");
    /// # }
    /// ```
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command<'_> {
        #[cfg_attr(not(feature = "cli"), allow(unused_mut, reason = "then nothing is kept from it"))]
        let mut inner = std::process::Command::new(program);
        #[cfg(feature = "cli")]
        if self.run().of_command_line {
            alone::keep(&mut inner);
        }
        Command { ctx: self, inner, secrets: Vec::new(), stdin: None, kill_after: Duration::from_secs(5) }
    }
}

/// What it is called with.
impl Command<'_> {
    /// Adds an argument. No shell sees it: what is special in a shell is not here.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.inner.arg(arg);
        self
    }

    /// Adds arguments.
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.inner.args(args);
        self
    }

    /// Adds an argument that is `***` wherever the command is shown, as in errors.
    ///
    /// Whoever can list the machine's processes sees it while the program runs, so that an environment variable or standard
    /// input is the better way, where the program has one; neither is ever shown.
    ///
    /// ```
    /// # #[cfg(unix)] {
    /// use dojobber::prelude::*;
    ///
    /// #[job(tries = 1)]
    /// fn log_in(ctx: &Context) -> Result {
    ///     let password = Secret::new("pillow".to_owned());
    ///     ctx.command("false").arg("--password").secret_arg(&password).run()
    /// }
    ///
    /// let report = DoJobber::new().root::<log_in>().checknrun().unwrap();
    /// assert_eq!(report.error("log_in").unwrap().to_string(), "`false --password '***'` exited with status 1");
    /// # }
    /// ```
    pub fn secret_arg<T: AsRef<OsStr> + Zeroize>(mut self, arg: &Secret<T>) -> Self {
        self.secrets.push(self.inner.get_args().len());
        self.inner.arg(arg.expose_secret());
        self
    }

    /// Sets an environment variable; the others are as those of this process. But where a command line (feature `cli`) runs
    /// the jobs, the variables that tell it alone what to do (which jobs, where to write, what to exit with) are left out: those of
    /// `--events`, `--junit`, `--report`, `--graph`, `--json`, `--lock`, `--ask`, `--only`, `--tag`, `--exclude` and
    /// `--exit-code`. Programs that jobs start may have one, too.
    pub fn env(mut self, key: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.inner.env(key, value);
        self
    }

    /// Sets environment variables.
    pub fn envs<K: AsRef<OsStr>, V: AsRef<OsStr>>(mut self, vars: impl IntoIterator<Item = (K, V)>) -> Self {
        self.inner.envs(vars);
        self
    }

    /// Takes an environment variable away.
    pub fn env_remove(mut self, key: impl AsRef<OsStr>) -> Self {
        self.inner.env_remove(key);
        self
    }

    /// Takes all environment variables away, also those that were set so far.
    pub fn env_clear(mut self) -> Self {
        self.inner.env_clear();
        self
    }

    /// The directory to start in. Default: that of this process.
    pub fn current_dir(mut self, directory: impl AsRef<Path>) -> Self {
        self.inner.current_dir(directory);
        self
    }

    /// What it reads from its standard input: text, or bytes. It need not read all of it, or any. Default: nothing.
    pub fn stdin(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(input.into());
        self
    }

    /// The time from asking it to end to killing it, where it is to end early. Default: 5 seconds.
    pub fn kill_after(mut self, time: Duration) -> Self {
        self.kill_after = time;
        self
    }
}

/// Starting it.
impl Command<'_> {
    /// Starts it, and blocks until it has ended; an error unless it exits with status 0.
    pub fn run(self) -> Result {
        self.checked(false).map(drop)
    }

    /// As [`run`](Self::run), and returns what it said, of which all lines are told nevertheless. An error has the last
    /// lines only.
    pub fn output(self) -> Result<CommandOutput> {
        self.checked(true)
    }

    /// Starts it, and blocks until it has ended, in whatever way; an error only if it can't be started, or doesn't end
    /// by itself.
    pub fn status(self) -> Result<ExitStatus> {
        Ok(self.block(false)?.status)
    }

    /// As one would type it, without the secrets.
    fn typed(&self) -> String {
        let args = self.inner.get_args().enumerate();
        let shown = args.map(|(index, arg)| if self.secrets.contains(&index) { OsStr::new(MASK) } else { arg });
        crate::quote::words(std::iter::once(self.inner.get_program()).chain(shown))
    }

    fn checked(self, keep: bool) -> Result<CommandOutput> {
        self.block(keep)?.checked()
    }

    fn block(self, keep: bool) -> Result<Ended> {
        let ctx = self.ctx;
        let (mut call, running) = self.start(keep)?;
        let end = wait::block(&running, &call.limits, |lines| tell(ctx, &mut call.tail, lines));
        call.ended(end, &running)
    }

    /// Starts it.
    fn start(mut self, keep: bool) -> Result<(Call, Running)> {
        let mut limits = Limits { kill_after: self.kill_after, ..Limits::default() };
        if self.ctx.phase() != Phase::Cleanup {
            limits.time = self.ctx.time_left();
            limits.is_of_run = self.ctx.ends_with_run();
            limits.alarm = Some(Arc::clone(self.ctx.alarm()));
        }
        let typed = self.typed();
        if let Some(why) = limits.passed(Duration::ZERO) {
            return Err(CommandError::new(typed, Failure::Stopped { why, started: false }, Vec::new()).into_error());
        }
        let input = if self.stdin.is_some() { Stdio::piped() } else { Stdio::null() };
        self.inner.stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped());
        let start = Start {
            command: &mut self.inner,
            stdin: self.stdin.take(),
            keep,
            kill_after: self.kill_after,
            asked: self.ctx.run().asked.clone(),
        };
        match Running::start(start) {
            Ok(running) => Ok((Call { typed, limits, tail: Tail::default() }, running)),
            Err(error) => {
                let reason = why_not(&self.inner, &error);
                Err(CommandError::new(typed, Failure::NotStarted { error, reason }, Vec::new()).into_error())
            }
        }
    }
}

/// Starting it in async jobs; needs the feature `tokio`.
#[cfg(feature = "tokio")]
impl Command<'_> {
    /// As [`run`](Self::run), without blocking. Dropping the future stops the program, and waits for nothing.
    ///
    /// It can be polled anywhere: no runtime is needed, since three small threads look after every program, blocking or
    /// not.
    pub async fn run_async(self) -> Result {
        self.follow(false).await?.checked().map(drop)
    }

    /// As [`output`](Self::output), without blocking; see [`run_async`](Self::run_async).
    pub async fn output_async(self) -> Result<CommandOutput> {
        self.follow(true).await?.checked()
    }

    /// As [`status`](Self::status), without blocking; see [`run_async`](Self::run_async).
    pub async fn status_async(self) -> Result<ExitStatus> {
        Ok(self.follow(false).await?.status)
    }

    async fn follow(self, keep: bool) -> Result<Ended> {
        let ctx = self.ctx;
        let (call, running) = self.start(keep)?;
        let mut followed = Followed { ctx, call, has_ended: false };
        let (limits, tail) = (&followed.call.limits, &mut followed.call.tail);
        let end = wait::follow(&running, limits, |lines| tell(ctx, tail, lines)).await;
        followed.end().ended(end, &running)
    }
}

/// Without its environment and its input, which may be secret.
impl fmt::Debug for Command<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Command");
        debug.field("command", &self.typed()).field("kill_after", &self.kill_after).finish_non_exhaustive()
    }
}

/// A program that was started, as it is told of.
#[derive(Default)]
struct Call {
    typed: String,
    limits: Limits,
    tail: Tail,
}

/// A program that has ended by itself.
struct Ended {
    typed: String,
    status: ExitStatus,
    kept: [Vec<u8>; 2],
    tail: Tail,
}

impl Call {
    fn ended(self, end: End, running: &Running) -> Result<Ended> {
        match end {
            End::Exited(Ok(status)) => {
                let Call { typed, tail, .. } = self;
                Ok(Ended { typed, status, kept: running.take_kept(), tail })
            }
            End::Exited(Err(error)) => Err(self.failed(Failure::Lost(error))),
            End::Stopped(why) => Err(self.stopped(why)),
        }
    }

    fn stopped(self, why: Why) -> Error {
        self.failed(Failure::Stopped { why, started: true })
    }

    fn failed(self, failure: Failure) -> Error {
        CommandError::new(self.typed, failure, self.tail.into_lines()).into_error()
    }
}

impl Ended {
    fn checked(self) -> Result<CommandOutput> {
        let Ended { typed, status, kept: [stdout, stderr], tail } = self;
        if status.success() {
            return Ok(CommandOutput { status, stdout, stderr });
        }
        Err(CommandError::new(typed, Failure::Exited(status), tail.into_lines()).into_error())
    }
}

/// Passes lines on.
fn tell(ctx: &Context, tail: &mut Tail, lines: Vec<(Stream, String)>) {
    tail.note(&lines);
    for (stream, line) in lines {
        ctx.say(stream, [line]);
    }
}

/// What the system doesn't say well: it says "not found" of programs and of directories.
fn why_not(command: &std::process::Command, error: &io::Error) -> Option<String> {
    if error.kind() != io::ErrorKind::NotFound {
        return None;
    }
    Some(match command.get_current_dir().filter(|directory| !directory.is_dir()) {
        Some(directory) => format!("there is no directory `{}`", directory.display()),
        None => format!("there is no program `{}`", command.get_program().to_string_lossy()),
    })
}
