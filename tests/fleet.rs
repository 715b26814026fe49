//! The example `fleet`, run as users run it, in a directory of its own.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

const HOSTS: &str = include_str!("../examples/fleet/hosts.toml");

/// A directory for the hosts' disks, and beside it a hosts file.
struct Fleet(TempDir);

/// What the program said, and how it exited.
struct Run {
    exit: i32,
    out: String,
    err: String,
}

impl Fleet {
    /// Nothing but the hosts file.
    fn new(hosts: &str) -> Self {
        let fleet = Self(tempfile::tempdir().unwrap());
        fleet.set_hosts(hosts);
        fleet
    }

    /// The example's own hosts, with all that they are to be.
    fn complete() -> Self {
        let fleet = Self::new(HOSTS);
        assert_eq!(fleet.run(&[]).exit, 0);
        fleet
    }

    fn set_hosts(&self, hosts: &str) {
        fs::write(self.hosts(), hosts).unwrap();
    }

    fn hosts(&self) -> PathBuf {
        self.0.path().join("hosts.toml")
    }

    fn root(&self) -> PathBuf {
        self.0.path().join("root")
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// Runs the program, always verbose.
    fn run(&self, flags: &[&str]) -> Run {
        let mut command = program();
        command.arg("--root").arg(self.root()).arg("--hosts").arg(self.hosts()).arg("-v").args(flags);
        Run::of(command)
    }

    /// Everything on the disks: each file's text, each directory.
    fn snapshot(&self) -> BTreeMap<PathBuf, Option<String>> {
        let mut found = BTreeMap::new();
        let mut open = vec![self.root()];
        while let Some(path) = open.pop() {
            if path.is_dir() {
                open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
                found.insert(path, None);
            } else if path.exists() {
                let text = fs::read_to_string(&path).unwrap();
                found.insert(path, Some(text));
            }
        }
        found
    }
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_fleet"))
}

impl Run {
    fn of(mut command: Command) -> Self {
        let Output { status, stdout, stderr } = command.env("RUST_BACKTRACE", "0").output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { exit: status.code().unwrap(), out: text(stdout), err: text(stderr) }
    }

    /// The jobs that were run, in that order.
    fn ran(&self) -> Vec<&str> {
        self.err.lines().filter_map(|line| line.strip_suffix(".run: pass")).collect()
    }

    /// The jobs that were looked at, in that order.
    fn checked(&self) -> Vec<&str> {
        self.err.lines().filter_map(|line| Some(line.split_once(".check: ")?.0)).collect()
    }

    /// The last line, without how long it took.
    fn verdict(&self) -> &str {
        let last = self.err.lines().last().unwrap();
        last.split(" in ").next().unwrap()
    }

    /// The plan's lines.
    fn planned(&self) -> Vec<&str> {
        self.err.lines().filter(|line| line.starts_with("would run ") || line.starts_with("unknown ")).collect()
    }
}

/// Every job of the example's hosts, in the order in which they are tried: host by host and step by step, since no job
/// waits for another host; then what takes part on its own, and around what was found the family that was made late.
const ALL: [&str; 24] = [
    "MakeDirectories ant",
    "WriteConfig ant/web",
    "RunService ant/web",
    "WriteConfig ant/mail",
    "RunService ant/mail",
    "MakeDirectories bee",
    "WriteConfig bee/web",
    "RunService bee/web",
    "MakeDirectories cat",
    "WriteConfig cat/db",
    "RunService cat/db",
    "Greet ant",
    "Greet bee",
    "Greet cat",
    "WatchDirectory",
    "FrontDoor",
    "FindServices",
    "Watch",
    "Watch ant/mail",
    "Watch ant/web",
    "Watch bee/web",
    "Watch cat/db",
    "WatchList",
    "Fleet",
];

/// Those that only look, or gather.
const NEVER_RUN: [&str; 3] = ["FindServices", "Watch", "Fleet"];

#[test]
fn the_first_run_changes_everything_and_the_second_one_nothing() {
    let fleet = Fleet::new(HOSTS);
    let first = fleet.run(&[]);
    assert_eq!((first.exit, first.checked()), (0, ALL.to_vec()), "{}", first.err);
    let all_that_run: Vec<_> = ALL.into_iter().filter(|job| !NEVER_RUN.contains(job)).collect();
    assert_eq!(first.ran(), all_that_run);
    assert_eq!(first.verdict(), "success: 21 changed, 3 ok");

    let config = "# web on bee. Written by fleet: what is changed here will be undone.\n\
                  listen = \"bee.fleet.example:8080\"\n\
                  log = \"/log/web.log\"\n";
    assert_eq!(fleet.read("hosts/bee/etc/web.conf"), config);
    assert_eq!(fleet.read("hosts/bee/etc/motd"), "This is bee.fleet.example. Mind the sting.\n");
    assert!(fleet.read("upstreams.conf").contains("\nserver ant.fleet.example:2525;\n"));
    assert_eq!(fleet.read("watch/list"), "ant.mail.toml\nant.web.toml\nbee.web.toml\ncat.db.toml\n");

    let before = fleet.snapshot();
    let second = fleet.run(&[]);
    assert_eq!((second.exit, second.checked()), (0, ALL.to_vec()), "{}", second.err);
    let lines = second.err.lines().count();
    assert_eq!(lines, ALL.len() + 1, "every check passes, and there is nothing else:\n{}", second.err);
    assert_eq!((&*second.out, second.verdict()), ("", "success: 24 ok"));
    assert_eq!(fleet.snapshot(), before);
}

/// What somebody does to the disks while nobody looks.
fn meddle(fleet: &Fleet) {
    fs::remove_file(fleet.path("hosts/ant/etc/motd")).unwrap();
    fs::write(fleet.path("hosts/bee/etc/web.conf"), "listen = \"*:80\"\n").unwrap();
}

#[test]
fn what_was_changed_behind_its_back_is_put_right_and_nothing_else_runs() {
    let fleet = Fleet::complete();
    let before = fleet.snapshot();
    meddle(&fleet);
    let run = fleet.run(&[]);
    assert_eq!(run.exit, 0);
    // The service that is restarted is the one whose config was edited.
    assert_eq!(run.ran(), ["WriteConfig bee/web", "RunService bee/web", "Greet ant"]);
    assert_eq!(run.verdict(), "success: 21 ok, 3 changed");
    let mut after = fleet.snapshot();
    let restarted = fleet.path("hosts/bee/run/web.toml");
    assert_ne!(after[&restarted], before[&restarted], "another process");
    after.insert(restarted.clone(), before[&restarted].clone());
    assert_eq!(after, before);
    assert!(fleet.run(&[]).ran().is_empty());
}

#[test]
fn a_service_that_is_gone_is_started_without_a_word_about_its_config() {
    let fleet = Fleet::complete();
    fs::remove_file(fleet.path("hosts/cat/run/db.toml")).unwrap();
    assert_eq!(fleet.run(&[]).ran(), ["RunService cat/db"]);
}

#[test]
fn a_run_that_ended_between_config_and_restart_is_made_up_for() {
    let fleet = Fleet::complete();
    fleet.set_hosts(&HOSTS.replace("5432", "5433"));
    assert_eq!(fleet.run(&["--tag", "config"]).ran(), ["WriteConfig cat/db"]);
    let rest = ["RunService cat/db", "FrontDoor", "Watch cat/db"];
    assert_eq!(fleet.run(&[]).ran(), rest);
}

mod no_act {
    use super::*;

    #[test]
    fn tells_the_same_without_changing_a_byte() {
        let fleet = Fleet::complete();
        meddle(&fleet);
        let before = fleet.snapshot();
        let (bee, ant) = (fleet.path("hosts/bee/etc/web.conf"), fleet.path("hosts/ant/etc/motd"));
        for flag in ["-n", "--no-act"] {
            let run = fleet.run(&[flag]);
            assert_eq!((run.exit, run.ran()), (1, Vec::new()));
            // What runs on bee can't be known before, so neither can whom to watch.
            let golden = [
                format!("would run WriteConfig bee/web: {}: lines to change: 4", bee.display()),
                "unknown   RunService bee/web: WriteConfig bee/web would change first".to_owned(),
                format!("would run Greet ant: {}: No such file or directory (os error 2)", ant.display()),
                "unknown   FrontDoor: WriteConfig bee/web would change first".to_owned(),
                "unknown   FindServices: WriteConfig bee/web would change first".to_owned(),
                "unknown   Watch: WriteConfig bee/web would change first".to_owned(),
                "unknown   WatchList: WriteConfig bee/web would change first".to_owned(),
                "unknown   Fleet: WriteConfig bee/web, Greet ant would change first".to_owned(),
            ];
            assert_eq!(run.planned(), golden);
        }
        assert_eq!(fleet.snapshot(), before);
        assert_eq!(fleet.run(&[]).ran(), ["WriteConfig bee/web", "RunService bee/web", "Greet ant"]);
    }

    #[test]
    fn makes_the_family_where_nothing_stands_in_its_way() {
        let fleet = Fleet::complete();
        fs::remove_file(fleet.path("watch/bee.web.toml")).unwrap();
        let run = fleet.run(&["-n"]);
        let missing = fleet.path("watch/bee.web.toml");
        let golden = [
            format!("would run Watch bee/web: {}: No such file or directory (os error 2)", missing.display()),
            "unknown   Watch: Watch bee/web would change first".to_owned(),
            "unknown   WatchList: Watch bee/web would change first".to_owned(),
            "unknown   Fleet: Watch bee/web would change first".to_owned(),
        ];
        // Whichever way the report orders members that came during the run.
        let sorted = |mut lines: Vec<&str>| {
            lines.sort_unstable();
            lines.join("\n")
        };
        assert_eq!((run.exit, sorted(run.planned())), (1, sorted(golden.iter().map(String::as_str).collect())));
        assert_eq!(run.verdict(), "Plan: 1 would run, 3 unknown, 20 hold");
    }

    #[test]
    fn leaves_an_empty_directory_empty() {
        let fleet = Fleet::new(HOSTS);
        assert_eq!(fleet.run(&["-n"]).exit, 1);
        assert!(!fleet.root().exists());
    }

    #[test]
    fn is_a_success_where_everything_holds() {
        let run = Fleet::complete().run(&["-n"]);
        assert_eq!((run.exit, run.verdict()), (0, "Plan: 0 would run, 24 hold"));
    }
}

mod families {
    use super::*;

    #[test]
    fn a_new_host_s_jobs_are_all_that_runs() {
        let fleet = Fleet::complete();
        let dog = "\n[[host]]\nname = \"dog\"\ngreeting = \"Woof.\"\nservices = [{ name = \"web\", port = 80 }]\n";
        fleet.set_hosts(&format!("{HOSTS}{dog}"));
        let run = fleet.run(&[]);
        let golden = [
            "MakeDirectories dog",
            "WriteConfig dog/web",
            "RunService dog/web",
            "Greet dog",
            "FrontDoor",
            "Watch dog/web",
            "WatchList",
        ];
        assert_eq!((run.exit, run.ran()), (0, golden.to_vec()));
    }

    #[test]
    fn members_come_in_the_order_of_the_file() {
        let host = |name: &str| format!("[[host]]\nname = \"{name}\"\ngreeting = \"Hi\"\n");
        let fleet = Fleet::new(&format!("domain = \"d\"\n{}{}{}", host("zebra"), host("ant"), host("mule")));
        let run = fleet.run(&[]);
        let greeted = ["zebra", "ant", "mule"];
        let golden: Vec<_> =
            greeted.iter().flat_map(|host| [format!("MakeDirectories {host}"), format!("Greet {host}")]).collect();
        assert_eq!((run.exit, &run.ran()[..6]), (0, &golden.iter().map(String::as_str).collect::<Vec<_>>()[..]));
    }

    #[test]
    fn without_hosts_they_are_empty_and_pass() {
        let fleet = Fleet::new("domain = \"fleet.example\"\n");
        let run = fleet.run(&[]);
        assert_eq!((run.exit, run.ran()), (0, vec!["WatchDirectory", "FrontDoor", "WatchList"]), "{}", run.err);
        assert_eq!(fleet.run(&[]).verdict(), "success: 6 ok");
    }

    #[test]
    fn one_is_made_of_what_is_found_and_not_of_what_the_file_says() {
        let fleet = Fleet::complete();
        let stray = fleet.path("hosts/eel/run");
        fs::create_dir_all(&stray).unwrap();
        fs::write(stray.join("ftp.toml"), "pid = 7\nlisten = \"eel:21\"\nconfig_sha256 = \"\"\n").unwrap();
        let run = fleet.run(&[]);
        assert_eq!((run.exit, run.ran()), (0, vec!["Watch eel/ftp", "WatchList"]));
        assert!(fleet.read("watch/eel.ftp.toml").contains("\"tcp://eel:21\""));
    }

    #[test]
    fn one_host_s_trouble_is_no_other_s() {
        let fleet = Fleet::new(HOSTS);
        fs::create_dir_all(fleet.path("hosts")).unwrap();
        fs::write(fleet.path("hosts/bee"), "a file where a directory is to be").unwrap();
        let run = fleet.run(&[]);
        assert_eq!(run.exit, 1);
        let blocked = "WriteConfig bee/web, RunService bee/web, Greet bee and 5 more";
        let golden = format!("\nblocked by MakeDirectories bee: 8 ({blocked})\n");
        assert!(run.err.contains("\nfailed MakeDirectories bee\n") && run.err.contains(&golden), "{}", run.err);
        for host in ["ant", "cat"] {
            assert!(run.ran().contains(&format!("Greet {host}").as_str()));
            assert!(fleet.path(&format!("hosts/{host}/run")).read_dir().unwrap().count() > 0);
        }
        fs::remove_file(fleet.path("hosts/bee")).unwrap();
        assert_eq!(fleet.run(&[]).exit, 0, "starting again gets closer to the goal");
    }
}

mod usage {
    use super::*;

    #[test]
    fn tags_run_a_set_and_what_it_needs() {
        let fleet = Fleet::new(HOSTS);
        let run = fleet.run(&["--tag", "config"]);
        assert_eq!(run.exit, 0);
        let is_config =
            |job: &&str| ["MakeDirectories", "WriteConfig", "Greet"].iter().any(|kind| job.starts_with(kind));
        let mut golden: Vec<_> = ALL.into_iter().filter(is_config).collect();
        let mut ran = run.ran();
        golden.sort_unstable();
        ran.sort_unstable();
        assert_eq!(ran, golden);
        let unknown = fleet.run(&["--tag", "confg"]);
        assert_eq!(unknown.exit, 2);
        assert!(unknown.err.contains("no job has the tag `confg`; did you mean `config`?"), "{}", unknown.err);
    }

    #[test]
    fn bad_hosts_files_are_told_apart_from_failure_and_nothing_is_done() {
        for (hosts, reason) in [
            ("domain = ", "hosts.toml: TOML parse error at line 1"),
            ("[[host]]\nname = \"ant\"\ngreeting = \"\"\n", "missing field `domain`"),
            ("domain = \"d\"\nhots = []\n", "unknown field `hots`"),
            ("domain = \"d\"\n[[host]]\nname = \"../../etc\"\ngreeting = \"\"\n", "`../../etc` is no name"),
            // What the file's types can't say, the plan finds: two members of one name.
            (&HOSTS.replace("\"bee\"", "\"ant\""), "are named `RunService ant/web`"),
        ] {
            let fleet = Fleet::new(hosts);
            let run = fleet.run(&[]);
            assert_eq!(run.exit, 2, "{reason}");
            assert!(run.err.starts_with("error: ") && run.err.contains(reason), "{reason} in {}", run.err);
            assert!(!fleet.root().exists());
        }
    }

    #[test]
    fn bad_usage_is_told_apart_from_failure() {
        let run = |flags: &[&str]| {
            let mut command = program();
            command.args(flags);
            Run::of(command)
        };
        let missing = run(&["--root", "x"]);
        assert_eq!(missing.exit, 2);
        assert!(missing.err.contains("--hosts <FILE>"), "{}", missing.err);
        let nowhere = Path::new("no/such/hosts.toml");
        let unreadable = run(&["--root", "x", "--hosts", nowhere.to_str().unwrap()]);
        assert_eq!(unreadable.exit, 2);
        assert!(unreadable.err.starts_with("error: no/such/hosts.toml: "), "{}", unreadable.err);
    }
}
