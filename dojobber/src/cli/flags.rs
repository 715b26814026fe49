//! What the command line understands. The program's own arguments come beside these, in structs and fields of any name.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::FalseyValueParser;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::screen::{Mode, can_draw};
use super::values::{time, workers};
use crate::output::Format;
use crate::runner::{DoJobber, Workers};

#[derive(Parser)]
#[command(
    about = "Run jobs in the right order: check, else run, then recheck",
    subcommand_required = false,
    after_help = "Without a command, `run` is meant, and takes its options: `run --help` lists them."
)]
pub(super) struct Line<A: Args> {
    #[command(subcommand)]
    pub(super) verb: Verb<A>,
}

#[derive(Subcommand)]
pub(super) enum Verb<A: Args> {
    /// Check every job, and run those whose goal doesn't hold
    Run(Run<A>),
    /// Only check, and tell what would run
    Plan(Plan<A>),
    /// List the jobs, with what they are for
    List(List<A>),
    /// Draw the graph
    Graph(Graph<A>),
    /// Tell why a job is in the graph, and what it waits for
    Why(Why<A>),
    /// Write completions for a shell
    Completions(Completions),
}

#[derive(Args)]
#[group(skip)]
pub(super) struct Run<A: Args> {
    #[command(flatten)]
    pub(super) own: A,
    #[command(flatten, next_help_heading = "What to run")]
    pub(super) what: What,
    #[command(flatten, next_help_heading = "How to run it")]
    pub(super) how: How,
    #[command(flatten, next_help_heading = "What to show")]
    pub(super) show: Show,
}

#[derive(Args)]
#[group(skip)]
#[command(mut_arg("quiet", |arg| arg.help("Nothing but what failed, and the counts. What checks say is not shown either")))]
pub(super) struct Plan<A: Args> {
    #[command(flatten)]
    pub(super) own: A,
    #[command(flatten, next_help_heading = "What to plan")]
    pub(super) what: What,
    /// Also check what needs a job that would run; such an answer is preliminary
    #[arg(long, env = "DOJOBBER_DEEP", value_parser = FalseyValueParser::new(), help_heading = "What to plan")]
    pub(super) deep: bool,
    #[command(flatten, next_help_heading = "How to plan it")]
    pub(super) slots: Slots,
    #[command(flatten, next_help_heading = "What to show")]
    pub(super) detail: Detail,
    /// Exit with 3 if something would run; with 1 if a check couldn't find out, as without this
    #[arg(long, env = "DOJOBBER_EXIT_CODE", help_heading = "What to show", value_parser = FalseyValueParser::new())]
    pub(super) exit_code: bool,
    /// The report as JSON
    #[arg(long, env = "DOJOBBER_JSON", help_heading = "What to show", value_parser = FalseyValueParser::new())]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) color: Color,
}

#[derive(Args)]
#[group(skip)]
pub(super) struct List<A: Args> {
    #[command(flatten)]
    pub(super) own: A,
    #[command(flatten, next_help_heading = "What to list")]
    pub(super) what: What,
    /// The list as JSON
    #[arg(long, env = "DOJOBBER_JSON", help_heading = "What to show", value_parser = FalseyValueParser::new())]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) color: Color,
}

#[derive(Args)]
#[group(skip)]
pub(super) struct Graph<A: Args> {
    #[command(flatten)]
    pub(super) own: A,
    #[command(flatten, next_help_heading = "What to draw")]
    pub(super) what: What,
    /// Into this file, whose ending tells the format; `-` is standard output, which is also meant without this
    #[arg(short, long, value_name = "FILE", help_heading = "What to show")]
    pub(super) output: Option<PathBuf>,
    /// How to draw it, whatever the file's ending says; without either, as a tree on a terminal, else as DOT
    #[arg(long, value_name = "FORMAT", help_heading = "What to show")]
    pub(super) format: Option<Drawn>,
}

/// What a graph can be drawn as by name.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Drawn {
    Svg,
    Png,
    Dot,
    Mermaid,
    Json,
    Text,
}

impl Drawn {
    /// An error says why it can't be written here.
    pub(super) fn format(self) -> Result<Format, String> {
        let format = match self {
            Self::Svg => Format::Svg,
            Self::Png => Format::Png,
            Self::Dot => Format::Dot,
            Self::Mermaid => Format::Mermaid,
            Self::Json => Format::Json,
            Self::Text => Format::Text,
        };
        format.check().map(|()| format).map_err(|error| error.to_string())
    }
}

/// What `why` tells of.
pub(super) const JOB: &str = "JOB";

#[derive(Args)]
#[group(skip)]
pub(super) struct Why<A: Args> {
    /// The job's name; that of a family, or one member of it as FAMILY[KEY]
    #[arg(id = JOB)]
    pub(super) job: String,
    #[command(flatten)]
    pub(super) own: A,
    #[command(flatten, next_help_heading = "In which graph")]
    pub(super) what: What,
    /// Also why it ran, or didn't, in the run that wrote these events
    #[arg(long, value_name = "FILE", help_heading = "What to show")]
    pub(super) events: Option<PathBuf>,
    #[command(flatten)]
    pub(super) color: Color,
}

#[derive(Args)]
#[group(skip)]
pub(super) struct Completions {
    /// Which shell
    pub(super) shell: Shell,
}

#[derive(Args)]
#[group(skip)]
pub(super) struct What {
    #[command(flatten)]
    pub(super) roots: Roots,
    /// All jobs with this tag and what they need; commas separate several, and it may be given several times
    #[arg(short, long, value_name = "TAG", env = "DOJOBBER_TAG")]
    pub(super) tag: Vec<String>,
    /// Only this job and what it needs, or a family, or one member of it as FAMILY[KEY]; commas separate several, and it may be
    /// given several times
    #[arg(long, value_name = "JOB", env = "DOJOBBER_ONLY", conflicts_with = "tag")]
    pub(super) only: Vec<String>,
    /// Leave this job out, a family, or one member of it as FAMILY[KEY]: it is skipped, and what needs it goes on; commas
    /// separate several, and it may be given several times
    #[arg(long, value_name = "JOB", env = "DOJOBBER_EXCLUDE")]
    pub(super) exclude: Vec<String>,
}

/// The names of roots. Where they would take the words of the program's own arguments, they can't be given.
pub(super) struct Roots(pub(super) Vec<String>);

pub(super) const ROOTS: &str = "ROOT";

impl Roots {
    /// What takes them, behind all other words.
    pub(super) fn arg() -> Arg {
        Arg::new(ROOTS).action(ArgAction::Append).num_args(0..).help_heading(None::<&'static str>)
    }
}

impl FromArgMatches for Roots {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let names = matches.try_get_many::<String>(ROOTS).ok().flatten();
        Ok(Self(names.into_iter().flatten().cloned().collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for Roots {
    /// Added by whoever knows the roots.
    fn augment_args(command: Command) -> Command {
        command
    }

    fn augment_args_for_update(command: Command) -> Command {
        command
    }
}

#[derive(Args)]
#[group(skip)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct How {
    /// Only check; tell what would run
    #[arg(short, long, env = "DOJOBBER_NO_ACT", value_parser = FalseyValueParser::new())]
    pub(super) no_act: bool,
    /// With -n or --ask, also check what needs a job that would run; such an answer is preliminary
    #[arg(long, env = "DOJOBBER_DEEP", value_parser = FalseyValueParser::new())]
    deep: bool,
    /// Show the plan and ask before anything is done
    #[arg(long, env = "DOJOBBER_ASK", value_parser = FalseyValueParser::new())]
    ask: bool,
    /// Run only if no other run holds this file
    #[arg(long, value_name = "FILE", env = "DOJOBBER_LOCK")]
    pub(super) lock: Option<PathBuf>,
    #[command(flatten)]
    slots: Slots,
    /// Start nothing more once a job has failed
    #[arg(long, env = "DOJOBBER_FAIL_FAST", value_parser = FalseyValueParser::new())]
    fail_fast: bool,
    /// How often a job is tried that doesn't say so itself
    #[arg(long, value_name = "N", env = "DOJOBBER_TRIES", value_parser = clap::value_parser!(u32).range(1..))]
    tries: Option<u32>,
    /// The time from one try to the next, of jobs that don't say so themselves: seconds, or such as `500ms` or `1h30m`
    #[arg(long, value_name = "TIME", env = "DOJOBBER_RETRY_DELAY", value_parser = time)]
    retry_delay: Option<Duration>,
    /// The time until the run is cancelled: seconds, or such as `500ms` or `1h30m`
    #[arg(long, value_name = "TIME", env = "DOJOBBER_DEADLINE", value_parser = time)]
    deadline: Option<Duration>,
    /// Don't clean up
    #[arg(long, env = "DOJOBBER_NO_CLEANUP", value_parser = FalseyValueParser::new())]
    no_cleanup: bool,
}

impl How {
    /// Whether to ask first. There is nothing to be asked where nothing is done.
    pub(super) fn asks(&self) -> bool {
        self.ask && !self.no_act
    }

    pub(super) fn apply(&self, dojob: &mut DoJobber) {
        dojob.no_act(self.no_act).deep(self.deep).fail_fast(self.fail_fast).auto_cleanup(!self.no_cleanup);
        self.slots.apply(dojob);
        if let Some(tries) = self.tries {
            dojob.default_tries(tries);
        }
        if let Some(delay) = self.retry_delay {
            dojob.default_retry_delay(delay);
        }
        if let Some(deadline) = self.deadline {
            dojob.deadline(deadline);
        }
    }
}

#[derive(Args)]
#[group(skip)]
pub(super) struct Slots {
    /// How many tries run at once: a number, or `auto` for as many as there are processors
    #[arg(short = 'j', long, value_name = "N", env = "DOJOBBER_WORKERS", value_parser = workers)]
    workers: Option<Workers>,
}

impl Slots {
    pub(super) fn apply(&self, dojob: &mut DoJobber) {
        if let Some(workers) = self.workers {
            dojob.workers(workers);
        }
    }
}

/// How much is told.
#[derive(Args)]
#[group(skip)]
pub(super) struct Detail {
    /// How each phase of each job ends
    #[arg(short, long, env = "DOJOBBER_VERBOSE", value_parser = FalseyValueParser::new())]
    pub(super) verbose: bool,
    /// Besides, why it failed
    #[arg(short, long, env = "DOJOBBER_DEBUG", value_parser = FalseyValueParser::new())]
    pub(super) debug: bool,
    /// Nothing but what failed; with -n, the plan. What jobs say is not shown either
    #[arg(short, long, env = "DOJOBBER_QUIET", value_parser = FalseyValueParser::new(), conflicts_with_all = ["verbose", "debug"])]
    pub(super) quiet: bool,
}

impl Detail {
    /// Whether there are verbose lines.
    pub(super) fn is_verbose(&self) -> bool {
        self.verbose || self.debug
    }
}

#[derive(Args)]
#[group(skip)]
pub(super) struct Show {
    #[command(flatten)]
    pub(super) detail: Detail,
    /// How to show what goes on
    #[arg(long, value_name = "HOW", env = "DOJOBBER_PROGRESS", default_value = "auto")]
    progress: Progress,
    /// The report as JSON, on standard output; jobs that use `println!` write there, too, which `ctx.println` doesn't
    #[arg(long, env = "DOJOBBER_JSON", value_parser = FalseyValueParser::new())]
    pub(super) json: bool,
    /// The graph, in the colours of what came of the jobs, into this file; its ending tells the format
    #[arg(long, value_name = "FILE", env = "DOJOBBER_GRAPH")]
    pub(super) graph: Option<PathBuf>,
    /// Each event of the run as a line of JSON, at once, into this file; `-` is standard output, which jobs that use `println!`
    /// write to as well
    #[arg(long, value_name = "FILE", env = "DOJOBBER_EVENTS")]
    pub(super) events: Option<PathBuf>,
    /// What came of each job, as JUnit XML, into this file; `-` is standard output
    #[arg(long, value_name = "FILE", env = "DOJOBBER_JUNIT")]
    pub(super) junit: Option<PathBuf>,
    /// The report as a page for browsers, with the graph, a timeline, and what jobs said, into this file; `-` is standard
    /// output
    #[arg(long, value_name = "FILE", env = "DOJOBBER_REPORT")]
    pub(super) report: Option<PathBuf>,
    #[command(flatten)]
    pub(super) color: Color,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Progress {
    /// A bar on a terminal, lines elsewhere, nothing with `-q`
    Auto,
    /// A bar, if standard error is a terminal; else lines
    Bar,
    /// A line when a job ends, and one after every 30 s without any
    Plain,
    /// Nothing while jobs run but what they say themselves; then what came of it, as ever
    None,
}

impl Show {
    /// How progress is shown. Where there are verbose lines or a plan, a line for each job's end would say all twice.
    pub(super) fn mode(&self, no_act: bool) -> Mode {
        match self.progress {
            Progress::None => Mode::None,
            Progress::Auto if self.detail.quiet => Mode::None,
            Progress::Auto | Progress::Bar if can_draw() => Mode::Bar,
            Progress::Auto => Mode::Plain { jobs: !self.detail.is_verbose() && !no_act },
            Progress::Bar | Progress::Plain => Mode::Plain { jobs: true },
        }
    }
}

#[derive(Args)]
#[group(skip)]
pub(super) struct Color {
    /// When to use colours
    #[arg(long, value_name = "WHEN", env = "DOJOBBER_COLOR", default_value = "auto", help_heading = "What to show")]
    color: When,
}

#[derive(Clone, Copy, ValueEnum)]
enum When {
    /// On a terminal that has them
    Auto,
    Always,
    Never,
}

impl Color {
    /// For all that this process writes from now on.
    pub(super) fn apply(&self) {
        match self.color {
            When::Auto => return,
            When::Always => anstream::ColorChoice::Always,
            When::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}
