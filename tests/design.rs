//! The program that dojobber is designed for: what its users are to be able to write. The code up to the tests stands
//! as it does in the design, but for `async`, and for the bodies that are left out there.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]
#![allow(clippy::semicolon_if_nothing_returned, reason = "as it stands in the design")]

use std::cell::RefCell;

use clap::Parser;
use dojobber::prelude::*;
use serde::{Deserialize, Serialize};

thread_local! {
    /// What was done in the world outside, by the test of this thread.
    static DONE: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn done(what: &str) -> bool {
    DONE.with_borrow(|done| done.iter().any(|other| other == what))
}

fn note(what: String) {
    DONE.with_borrow_mut(|done| done.push(what));
}

/// The program's own arguments: a plain clap struct. Serde lets them travel to other machines.
#[derive(clap::Args, Serialize, Deserialize)]
struct MovieNight {
    #[arg(long, default_value = "Noises Off")]
    movie: String,
    #[arg(long)]
    couch_space: bool,
    #[arg(long)]
    guest: Vec<String>,
}

/// A group: no check, no run, it only gathers dependencies.
#[job(deps = [ValidateMovie, PickTimeAndDate])]
struct DetermineDetails;

/// A job. Its fields are its local storage: a fresh value for every try.
#[derive(Default)]
struct CleanCouch {
    dusted: bool,
}

#[job]
impl CleanCouch {
    fn check(&self) -> Result {
        ensure!(self.dusted, "the couch is dusty");
        Ok(())
    }
    fn run(&mut self) {
        self.dusted = true;
    }
    fn cleanup(&mut self, global: &Global) -> Result {
        global.set("duster_returned", true)
    }
}

/// What a job takes, it names in its parameters. What its check returns is its result.
#[derive(Default)]
struct PickTimeAndDate;

#[job(tries = 10, retry_delay = 0.5)]
impl PickTimeAndDate {
    fn check(&self, global: &Global) -> Result<String> {
        global.get("start")
    }
    fn run(&self, global: &Global) -> Result {
        global.set("start", "2099-09-14 16:57 UTC")
    }
}

/// A function is a run-only job; with `check = …` it is a whole job.
#[job]
fn fluff_pillows() {
    println!("fluffed")
}

#[job(check = user_exists, deps = [fluff_pillows])]
fn create_user(Args(args): Args<UserArgs>) -> Result {
    note(format!("user {}", args.user));
    Ok(())
}
fn user_exists(Args(args): Args<UserArgs>) -> bool {
    done(&format!("user {}", args.user))
}

/// A family: one member for each value. Depending on the family is depending on every member.
/// `Output<PickTimeAndDate>` hands over that job's result, typed, and by itself makes it a dependency.
#[derive(Clone)]
struct SendInvite {
    guest: String,
}

#[job(each = guests, name = "Invite {guest}", deps = [DetermineDetails], required_by = [InviteFriends])]
impl SendInvite {
    fn check(&self) -> Result {
        let Self { guest } = self;
        let sent = DONE.with_borrow(|done| done.iter().any(|line| line.starts_with(&format!("to {guest}: "))));
        ensure!(sent, "{guest} has not been invited");
        Ok(())
    }
    fn run(&self, Args(args): Args<MovieNight>, start: Output<PickTimeAndDate>) -> Result {
        note(format!("to {}: {} at {start}", self.guest, args.movie));
        Ok(())
    }
}
fn guests(Args(args): Args<MovieNight>) -> Vec<SendInvite> {
    args.guest.iter().map(|guest| SendInvite { guest: guest.clone() }).collect()
}

// ---- What the design names without showing it -----------------------------------------------------------------------

/// The root.
#[job(deps = [InviteFriends, CleanCouch, TurnOnTV])]
struct WatchMovie;

/// What families join.
#[job]
struct InviteFriends;

#[derive(Default)]
struct ValidateMovie;

#[job]
impl ValidateMovie {
    fn check(&self, Args(args): Args<MovieNight>) -> Result {
        ensure!(args.movie != "Zardoz", "Zardoz is not at home");
        Ok(())
    }
    fn run(&self) {}
}

#[derive(Default)]
struct TurnOnTV;

#[job]
impl TurnOnTV {
    fn check(&self, Args(args): Args<MovieNight>) -> Result {
        ensure!(args.couch_space, "nobody is sitting in front of it");
        Ok(())
    }
    fn run(&self) {}
}

#[derive(Deserialize)]
struct UserArgs {
    user: String,
}

mod program {
    use dojobber::{JobReport, Status};

    use super::*;

    #[derive(Parser)]
    struct CommandLine {
        #[command(flatten)]
        movie_night: MovieNight,
    }

    /// What `main` does, until there is a command line that does it.
    fn main(flags: &[&str]) -> Report {
        let CommandLine { movie_night } = CommandLine::parse_from([&["movie_night"], flags].concat());
        DoJobber::new().root::<WatchMovie>().set_args(movie_night).default_retry_delay(0).checknrun().unwrap()
    }

    #[test]
    fn gets_there() {
        let report = main(&["--couch-space", "--guest", "Wendell", "--guest", "Cat"]);
        let jobs: Vec<_> = report.jobs().map(|job| (job.name(), job.status().unwrap())).collect();
        let golden = [
            ("ValidateMovie", Status::Ok),
            ("PickTimeAndDate", Status::Changed),
            ("DetermineDetails", Status::Ok),
            ("Invite Wendell", Status::Changed),
            ("Invite Cat", Status::Changed),
            ("InviteFriends", Status::Ok),
            ("CleanCouch", Status::Changed),
            ("TurnOnTV", Status::Ok),
            ("WatchMovie", Status::Ok),
        ];
        assert_eq!(jobs, golden);
        assert!(report.success());
        assert_eq!(report.output::<PickTimeAndDate>().unwrap(), "2099-09-14 16:57 UTC");
        let sent = ["to Wendell: Noises Off at 2099-09-14 16:57 UTC", "to Cat: Noises Off at 2099-09-14 16:57 UTC"];
        assert_eq!(DONE.take(), sent);
        assert!(report.global().get::<bool>("duster_returned").unwrap());
    }

    #[test]
    fn says_why_not() {
        let report = main(&["--movie", "Zardoz", "--guest", "Cat"]);
        assert!(report.failure() && report.partial_success());
        assert_eq!(report.error("ValidateMovie").unwrap().to_string(), "Zardoz is not at home");
        assert_eq!(report.status("Invite Cat"), Some(Status::Blocked));
        let blocked_by = report.get::<WatchMovie>().unwrap().blocked_by();
        assert_eq!(blocked_by.map(|job| job.name().to_owned()).collect::<Vec<_>>(), ["ValidateMovie", "TurnOnTV"]);
        assert!(DONE.take().is_empty());
    }

    #[test]
    fn a_function_with_a_check_is_a_whole_job() {
        let mut dojob = DoJobber::new();
        dojob.root::<create_user>().arg("user", "wendell");
        let status = |report: &Report| report.get::<create_user>().and_then(JobReport::status);
        assert_eq!(status(&dojob.checknrun().unwrap()), Some(Status::Changed));
        assert_eq!(status(&dojob.checknrun().unwrap()), Some(Status::Ok));
        assert_eq!(DONE.take(), ["user wendell"]);
    }
}

mod library {
    use std::error::Error as StdError;
    use std::fs::File;
    use std::time::Duration;

    use dojobber::{JobReport, Status};
    use dojobber_tests::Lines;

    use super::*;

    #[test]
    fn has_the_vocabulary_of_the_original() -> std::result::Result<(), Box<dyn StdError>> {
        let folder = tempfile::tempdir()?;
        let mut file = File::create(folder.path().join("night.dot"))?;
        let lines = Lines::new();

        let mut dojob = DoJobber::new();
        dojob.root::<WatchMovie>().default_tries(1).default_retry_delay(Duration::ZERO).verbose(true);
        dojob.set_args(MovieNight { movie: "Noises Off".into(), couch_space: false, guest: vec!["Wendell".into()] });
        dojob.arg("movie", "MST3K").positional("arg1");
        dojob.add_to::<InviteFriends>(SendInvite { guest: "Lawyer".into() });
        dojob.add(
            DynJob::new("Invite Cat")
                .deps(["DetermineDetails"])
                .required_by(["InviteFriends"])
                .check(|ctx| ctx.global().get::<String>("cat_knows"))
                .run(|ctx| {
                    // By name and place, which never mix with what is typed.
                    let (movie, place): (String, String) = (ctx.arg("movie")?, ctx.positional(0)?);
                    ctx.global().set("cat_knows", format!("{movie}, {place}"))
                }),
        );
        dojob.lines_to(lines.clone()).auto_cleanup(false);
        let report = dojob.checknrun()?;

        assert!(!report.success());
        assert!(report.partial_success());
        assert!(report.failure());
        assert_eq!(report.status("TurnOnTV"), Some(Status::Failed));
        assert_eq!(report.error("TurnOnTV").unwrap().to_string(), "nobody is sitting in front of it");
        assert_eq!(report.output::<PickTimeAndDate>().map(String::as_str), Some("2099-09-14 16:57 UTC"));
        assert_eq!(report.output_json("Invite Cat").unwrap().unwrap(), "MST3K, arg1");
        let invited: Vec<_> = report.jobs().map(JobReport::name).filter(|name| name.starts_with("Invite ")).collect();
        assert_eq!(invited, ["Invite Wendell", "Invite Lawyer", "Invite Cat"], "each's own, then those by code");
        let typed = ["to Wendell: Noises Off at 2099-09-14 16:57 UTC", "to Lawyer: Noises Off at 2099-09-14 16:57 UTC"];
        assert_eq!(DONE.take(), typed);

        dojob.write_graph(&mut file, Format::Dot)?;
        let dot = std::fs::read_to_string(folder.path().join("night.dot"))?;
        assert!(dot.contains("Invite Lawyer\""), "{dot}");

        assert!(!report.global().contains("duster_returned"), "clean-ups were to wait");
        dojob.cleanup()?;
        dojob.cleanup()?;
        let cleanups = dojob.report().unwrap().cleanups().map(|cleanup| cleanup.job.name().to_owned());
        assert_eq!(cleanups.collect::<Vec<_>>(), ["CleanCouch"]);
        assert!(lines.take().contains(&"Invite Cat.run: pass".to_owned()));
        Ok(())
    }

    #[test]
    fn a_graph_that_can_t_be_run_is_a_std_error() {
        let error: Box<dyn StdError> = DoJobber::new().root::<create_user>().checknrun().unwrap_err().into();
        assert!(error.to_string().contains("UserArgs"), "{error}");
    }
}
