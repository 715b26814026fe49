//! A command line for a program of jobs, in one line of `main` (feature `cli`).
//!
//! ```no_run
//! use dojobber::prelude::*;
//!
//! /// Watch a movie with friends
//! #[derive(clap::Args, serde::Deserialize)]
//! struct MovieNight {
//!     /// What to watch
//!     #[arg(long, default_value = "Noises Off")]
//!     movie: String,
//! }
//!
//! /// The movie is on
//! #[job]
//! fn watch_movie(Args(args): Args<MovieNight>) {
//!     println!("watching {}", args.movie);
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     dojobber::cli::<MovieNight>().root::<watch_movie>().main()
//! }
//! ```
//!
//! The program's verbs are `run` (what it does without one), `plan`, `list`, `graph`, `why` and `completions`; each has
//! the program's own arguments, and a help. Those may be words without a flag, too: they come behind the job of `why`, and
//! before the names of roots, which can be given where there are several. What it exits with:
//!
//! | code | means |
//! | --- | --- |
//! | 0 | all jobs passed; of `plan`: no check failed to tell, whatever would run |
//! | 1 | a job failed, was blocked or would run, a clean-up failed, an output was lost, or `--ask` was answered with no; of `plan`, with `--exit-code` or without: a check failed or couldn't find out ([`unsure!`](crate::unsure)), or an output was lost |
//! | 2 | bad usage, a graph that can't be run, an output that can't be opened, or a `--lock` that another process holds or that is a file of something else: then nothing was run, and files are as they were |
//! | 3 | of `plan --exit-code`: something would run |
//! | 129, 130, 143 | interrupted by SIGHUP (the terminal was closed), by SIGINT, by SIGTERM |
//!
//! A job that is unknown because one that it needs would change first is no failure of a plan to tell, nor is a preliminary
//! answer of `plan --deep`.
//!
//! A program that has a [version](Cli::version) tells it (`--version`). Whatever flags say can come from the environment, too
//! (`--help` has the variables). What is typed wins, also over a variable that contradicts it, as `-v` over `DOJOBBER_QUIET`,
//! and roots over `DOJOBBER_ONLY`; roots and `--only`, or `--tag`, can't both be typed. A variable that is nearly one of these
//! is warned of. Those that tell one program alone what to do, such as `DOJOBBER_EVENTS` and `DOJOBBER_ONLY`, are not handed
//! on to programs that `Context::command` starts (feature `process`), which may be of dojobber, too; but to those that are
//! started in other ways.
//!
//! While jobs run, a terminal shows a bar with what goes on; elsewhere there is a line when a job ends, and one after every
//! 30 s without any (`--progress`). What jobs say with [`Context::println`](crate::Context::println), and what programs say
//! that they start, comes above the bar with the job's name; for all else there is [`stderr`]. The end tells once more what
//! failed, and what to type to try again.

mod ask;
mod completions;
mod files;
mod flags;
mod lines;
mod list;
mod lock;
mod names;
mod own;
mod paint;
mod past;
mod plan;
mod recap;
mod roots;
mod screen;
mod stop;
mod target;
mod tip;
mod typed;
mod values;
mod variables;
mod why;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use anstream::AutoStream;
use clap::builder::Resettable;
use clap::{Args, CommandFactory, FromArgMatches};
use serde::Serialize;

use self::flags::{Line, Roots, Verb, What};
use self::plan::few;
use self::roots::Root;
pub use self::screen::{Stderr, stderr};
use self::stop::Stop;
use crate::Job;
use crate::error::Result;
use crate::harmless;
use crate::nearest::nearest;
use crate::plan::after_signal;
use crate::report::Report;
use crate::runner::DoJobber;
use crate::secret::{MASK, noting_typed};

/// A command line whose own arguments are an `A`: see the [module](mod@crate::cli).
pub fn cli<A: Args + Send + Sync + 'static>() -> Cli<A> {
    Cli { version: None, roots: Vec::new(), configure: Vec::new(), finish: Vec::new() }
}

/// A command line for a program of jobs; made by [`cli`](fn@crate::cli).
pub struct Cli<A> {
    version: Option<String>,
    roots: Vec<Root>,
    configure: Vec<Configure<A>>,
    finish: Vec<Finish<A>>,
}

type Configure<A> = Box<dyn Fn(&mut DoJobber, &A) -> Result>;
type Finish<A> = Box<dyn Fn(&Report, &A) -> Result>;

/// What a verb came to: what to exit with, or why it came to nothing.
type Outcome = std::result::Result<u8, Stop>;

/// All is well; something is not; the program was used wrongly.
const PASSED: u8 = 0;
const FAILED: u8 = 1;
const USAGE: u8 = 2;
const WOULD_RUN: u8 = 3;

impl<A: Args + Send + Sync + 'static> Cli<A> {
    /// What the program runs. Of several, the first is run unless others are named on the command line; without any, all
    /// that nothing depends on.
    #[must_use]
    pub fn root<J: Job>(mut self) -> Self {
        self.roots.push(Root {
            name: J::DEF.name(),
            choose: |dojob| {
                dojob.root::<J>();
            },
        });
        self
    }

    /// The program's version, which `--version` and `-V` tell: mostly `env!("CARGO_PKG_VERSION")`. It wins over what
    /// `#[command(version)]` at the program's arguments says, which does the same. A program that has one can have no
    /// flags of these names of its own; without one they are free.
    ///
    /// ```
    /// # use dojobber::prelude::*;
    /// #[job]
    /// fn bake() {}
    ///
    /// let cli = dojobber::cli::<()>().root::<bake>().version(env!("CARGO_PKG_VERSION"));
    /// assert_eq!(cli.run(["bakery", "--version"]), 0);
    /// ```
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// What else is to be said to the [`DoJobber`] before the command line is: states, limits, defaults, jobs made by
    /// code. It is handed the program's arguments. An error is one of usage: nothing runs, and the program exits with 2.
    #[must_use]
    pub fn configure(mut self, configure: impl Fn(&mut DoJobber, &A) -> Result + 'static) -> Self {
        self.configure.push(Box::new(configure));
        self
    }

    /// What else is to be done with what came of the jobs: an output of the program's own. It is called last, after `run` and
    /// after `plan` ([`Report::no_act`] tells those apart), whatever came of them, and handed the program's arguments. An
    /// error is told, and the program exits with 1, as for any output that is lost.
    ///
    /// ```no_run
    /// # use dojobber::prelude::*;
    /// #[derive(clap::Args)]
    /// struct Cellar {
    ///     /// Append what came of it to this file
    ///     #[arg(long, value_name = "FILE")]
    ///     log: Option<std::path::PathBuf>,
    /// }
    ///
    /// #[job]
    /// fn count_bottles() {}
    ///
    /// fn main() -> std::process::ExitCode {
    ///     dojobber::cli::<Cellar>()
    ///         .root::<count_bottles>()
    ///         .finish(|report, cellar| {
    ///             if let Some(log) = &cellar.log {
    ///                 let mut log = std::fs::File::options().append(true).create(true).open(log)?;
    ///                 std::io::Write::write_all(&mut log, format!("success: {}\n", report.success()).as_bytes())?;
    ///             }
    ///             Ok(())
    ///         })
    ///         .main()
    /// }
    /// ```
    #[must_use]
    pub fn finish(mut self, finish: impl Fn(&Report, &A) -> Result + 'static) -> Self {
        self.finish.push(Box::new(finish));
        self
    }

    /// Does what this process's command line says. To be returned from `main`.
    pub fn main(self) -> ExitCode {
        ExitCode::from(self.run(std::env::args_os()))
    }

    /// Panics if there is something wrong with the command line itself, such as two flags of one name: for a test.
    pub fn debug_assert(&self) {
        if let Err(clash) = own::clashes::<A>(self.has_several_roots(), self.has_version()) {
            panic!("{clash}");
        }
        self.command().debug_assert();
    }

    /// Does what these arguments say, of which the first is the program's name; returns what to exit with.
    pub fn run(&self, args: impl IntoIterator<Item = impl Into<OsString>>) -> u8 {
        paint::respect_terminal();
        if let Err(clash) = own::clashes::<A>(self.has_several_roots(), self.has_version()) {
            return Stop::from(clash).end();
        }
        let typed: Vec<OsString> = args.into_iter().map(Into::into).collect();
        let program = own::name(typed.first());
        let args = match self.with_verb(typed.clone()) {
            Ok(args) => args,
            Err(message) => return Stop::from(message).end(),
        };
        let verb = args.get(1).and_then(|verb| verb.to_str()).unwrap_or_default().to_owned();
        let (line, secrets) = noting_typed(|| {
            let matches = typed::matches(&self.command_of(&program), &args)?;
            Line::from_arg_matches(&matches)
        });
        let again = again(typed, &secrets);
        let line = match line {
            Ok(line) => line,
            Err(mut error) => {
                tip::improve(&mut error, &verb, &self.command());
                // Help and version are no mistakes, and go where they are to be read.
                let code = if error.use_stderr() { USAGE } else { PASSED };
                let _ = error.print();
                return code;
            }
        };
        self.perform(line, &program, &again).unwrap_or_else(Stop::end)
    }

    /// With it come the program's name, and what to type to try again.
    fn perform(&self, line: Line<A>, program: &str, again: &str) -> Outcome {
        match line.verb {
            Verb::Run(run) => {
                run.show.color.apply();
                self.warn_of_variables(run.show.detail.quiet);
                files::apart(&run.show, run.how.lock.as_deref())?;
                let _lock = run.how.lock.as_deref().map(lock::Lock::take).transpose()?;
                let own = Arc::new(run.own);
                let mut dojob = self.dojob_to_check("run", &run.what, Arc::clone(&own))?;
                run.how.apply(&mut dojob);
                lines::direct(&mut dojob, &run.show.detail);
                // What can't be run or written is told before anything runs.
                let plan = dojob.ready()?;
                let files = files::Files::open(&run.show)?;
                if run.how.asks()
                    && let Some(code) = ask::ask(&mut dojob, run.show.detail.quiet)?
                {
                    return Ok(code);
                }
                let mode = run.show.mode(run.how.no_act);
                let (report, code) = recap::run(&mut dojob, plan, files, &run.show, mode, again)?;
                Ok(code.max(self.finished(&report, &own)))
            }
            Verb::Plan(plan) => {
                plan.color.apply();
                self.warn_of_variables(plan.detail.quiet);
                let own = Arc::new(plan.own);
                let mut dojob = self.dojob_to_check("plan", &plan.what, Arc::clone(&own))?;
                dojob.deep(plan.deep);
                plan.slots.apply(&mut dojob);
                lines::direct(&mut dojob, &plan.detail);
                lines::tell(&mut dojob, &plan.detail);
                let told = plan::Told { quiet: plan.detail.quiet, json: plan.json, exit_code: plan.exit_code };
                let (report, code) = plan::plan(&mut dojob, told)?;
                Ok(code.max(self.finished(&report, &own)))
            }
            Verb::List(list) => {
                list.color.apply();
                self.warn_of_variables(false);
                let roots = self.roots_of(&list.what);
                list::list(&self.dojob("list", &list.what, Arc::new(list.own))?, list.json, roots.as_deref())
            }
            Verb::Graph(graph) => {
                self.warn_of_variables(false);
                let dojob = self.dojob("graph", &graph.what, Arc::new(graph.own))?;
                list::graph(&dojob, graph.output.as_deref(), graph.format)
            }
            Verb::Why(why) => {
                why.color.apply();
                self.warn_of_variables(false);
                let own = Arc::new(why.own);
                let mut dojob = self.dojob_to_check(roots::WHY, &why.what, Arc::clone(&own))?;
                let roots_of = |dojob: &_| self.roots_with(&why.job, &own, dojob);
                why::why(&mut dojob, &why.job, why.events.as_deref(), roots_of)
            }
            Verb::Completions(wanted) => {
                let roots: Vec<_> = self.roots.iter().map(|root| root.name).collect();
                let script = completions::script(wanted.shell, self.command_of(program), program, &roots);
                let mut out = stdout();
                Ok(written(out.write_all(&script).and_then(|()| out.flush())))
            }
        }
    }

    fn warn_of_variables(&self, is_quiet: bool) {
        if !is_quiet {
            variables::warn_of_misspelt(|| self.command());
        }
    }

    /// What the program itself does at the end; returns what to exit with for that.
    fn finished(&self, report: &Report, args: &A) -> u8 {
        let mut code = PASSED;
        for finish in &self.finish {
            if let Err(error) = finish(report, args) {
                complain(&format!("{error:#}"));
                code = FAILED;
            }
        }
        code
    }

    fn dojob(&self, verb: &str, what: &What, args: Arc<A>) -> std::result::Result<DoJobber, Stop> {
        let mut dojob = self.configured(args)?;
        self.choose(what, verb, &mut dojob)?;
        Ok(dojob)
    }

    /// What a signal ends from now on, it ends as a run.
    fn dojob_to_check(&self, verb: &str, what: &What, args: Arc<A>) -> std::result::Result<DoJobber, Stop> {
        let mut dojob = self.configured(args)?;
        dojob.handle_signals(true);
        self.choose(what, verb, &mut dojob).map_err(|message| Stop::of(&dojob, message))?;
        Ok(dojob)
    }

    /// Without roots.
    fn configured(&self, args: Arc<A>) -> std::result::Result<DoJobber, String> {
        let mut dojob = DoJobber::new();
        #[cfg(feature = "process")]
        dojob.set_of_command_line();
        for configure in &self.configure {
            configure(&mut dojob, &args).map_err(|error| format!("{error:#}"))?;
        }
        dojob.share_args(args);
        Ok(dojob)
    }

    fn command(&self) -> clap::Command {
        let mut command = Line::<A>::command();
        let own = own::arguments::<A>();
        if let Some(about) = own.get_about() {
            command = command.about(about.clone());
        }
        let several = self.has_several_roots();
        let takes_roots = several || !own::has_words::<A>();
        let version = own::version::<A>(self.version.as_deref());
        if let Some(version) = version {
            command = command.version(version);
        }
        for (verb, which) in [
            ("run", "What to run"),
            ("plan", "What to run"),
            ("list", "What to list, with all that it needs"),
            ("graph", "What to draw, with all that it needs"),
            (roots::WHY, "In whose graph to look"),
        ] {
            command = command.mut_subcommand(verb, |verb| {
                // That of the arguments is the program's.
                let verb = verb.version(Resettable::Reset).long_version(Resettable::Reset);
                let verb = verb.mut_args(|arg| arg.hide_env_values(true));
                if !takes_roots {
                    return verb;
                }
                let names: Vec<_> = self.roots.iter().map(|root| root.name).collect();
                let help = format!("{which}: {} [default: the first]", names.join(", "));
                verb.arg(Roots::arg().hide(!several).help(help))
            });
        }
        command
    }

    /// Of a program of this name.
    fn command_of(&self, program: &str) -> clap::Command {
        self.command().name(program.to_owned()).bin_name(program)
    }

    fn has_several_roots(&self) -> bool {
        self.roots.len() > 1
    }

    fn has_version(&self) -> bool {
        own::version::<A>(self.version.as_deref()).is_some()
    }

    fn is_verb(&self, word: &str) -> bool {
        word == HELP || self.command().find_subcommand(word).is_some()
    }

    fn nearest_verb(&self, word: &str) -> Option<String> {
        let command = self.command();
        let verbs = command.get_subcommands().map(clap::Command::get_name);
        nearest(word, verbs.chain([HELP])).map(str::to_owned)
    }

    /// Without a verb, `run` is meant. An error says which verb may be.
    fn with_verb(&self, mut args: Vec<OsString>) -> std::result::Result<Vec<OsString>, String> {
        let is_run = match args.get(1).and_then(|first| first.to_str()) {
            None => true,
            Some("-h" | "--help") => false,
            Some("-V" | "--version") if self.has_version() => false,
            Some(first) if first.starts_with('-') => true,
            Some(first) if self.is_verb(first) => false,
            Some(first) if own::has_words::<A>() => {
                // A slip of the finger is not to run anything.
                let is_root = self.roots.iter().any(|root| root.name == first);
                if let Some(verb) = self.nearest_verb(first).filter(|_| !is_root) {
                    let word = harmless::tame(first);
                    return Err(format!(
                        "there is no command `{word}`; did you mean `{verb}`? \
                         As the program's own argument, it comes behind `run`: `run {word}`"
                    ));
                }
                true
            }
            // Of one that is no root, or else nothing at all, others tell.
            Some(_) => self.has_several_roots(),
        };
        if is_run {
            args.insert(args.len().min(1), "run".into());
        }
        Ok(args)
    }
}

/// The verb that clap adds.
const HELP: &str = "help";

/// For much at once: lines would be written one by one. Whoever has it flushes it.
fn stdout() -> impl Write {
    io::BufWriter::new(anstream::stdout().lock())
}

/// What to type to try again, but for the secrets.
fn again(typed: Vec<OsString>, secrets: &[impl std::ops::Deref<Target = String>]) -> String {
    let mask = |word: OsString| match word.into_string() {
        Ok(word) => secrets
            .iter()
            .filter(|secret| !secret.is_empty())
            .fold(word, |word, secret| word.replace(secret.as_str(), MASK))
            .into(),
        Err(word) => word,
    };
    let words: Vec<_> = typed.into_iter().map(mask).collect();
    crate::quote::words(words.iter().map(OsString::as_os_str))
}

/// What came of writing to standard output. Whoever closed it has read enough.
fn written(written: io::Result<()>) -> u8 {
    match written {
        Ok(()) => PASSED,
        Err(error) => {
            if error.kind() != io::ErrorKind::BrokenPipe {
                complain(&format!("standard output: {error}"));
            }
            FAILED
        }
    }
}

/// In lines, for people too.
fn write_json(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let json = serde_json::to_string_pretty(value).map(harmless::json)?;
    writeln!(out, "{json}")
}

fn complain(message: &str) {
    // Where that can't be written, the exit code has to do.
    let _ = write!(AutoStream::auto(io::stderr()), "error: {}", harmless::calm(message));
}
