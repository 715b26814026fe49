//! The example program, run as users run it.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]

use std::path::Path;
use std::process::{Command, Output};

/// What the program says and how it exits, with these flags.
struct Night {
    exit: i32,
    out: String,
    err: String,
}

fn night(flags: &[&str]) -> Night {
    night_with_backtraces("0", flags)
}

fn night_with_backtraces(backtraces: &str, flags: &[&str]) -> Night {
    let mut command = Command::new(env!("CARGO_BIN_EXE_movie_night"));
    let Output { status, stdout, stderr } =
        command.args(flags).env("RUST_BACKTRACE", backtraces).env_remove("RUST_LOG").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Night { exit: status.code().unwrap(), out: text(stdout), err: text(stderr) }
}

impl Night {
    /// Every `NAME.phase: outcome`, without what comes behind it.
    fn trace(&self) -> Vec<&str> {
        let lines = self.err.lines().map(|line| line.split(" \"").next().unwrap());
        lines.filter(|line| line.ends_with(": pass") || line.ends_with(": fail")).collect()
    }
}

/// Runs the original was seen to make; see `conformance/README.md`.
mod traces {
    use super::*;

    fn recorded(name: &str) -> String {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance/movie_night");
        std::fs::read_to_string(folder.join(name)).unwrap()
    }

    #[test]
    fn by_default_there_is_no_movie() {
        let night = night(&["-v"]);
        assert_eq!(night.trace(), recorded("default.txt").lines().collect::<Vec<_>>());
        assert_eq!(night.exit, 1);
    }

    #[test]
    fn with_batteries_and_space_on_the_couch_there_is() {
        let night = night(&["-v", "--battery-state", "charged", "--couch-space"]);
        assert_eq!(night.trace(), recorded("success.txt").lines().collect::<Vec<_>>());
        assert_eq!(night.exit, 0);
    }

    #[test]
    fn as_in_the_documentation() {
        let night = night(&["-v", "--bowl-success-try", "6", "--pop-success-try", "3"]);
        assert_eq!(night.trace(), recorded("documented.txt").lines().collect::<Vec<_>>());
        let failed = |line: &&str| line.contains(".recheck: fail");
        assert_eq!(night.err.lines().filter(failed).count(), 15);
        assert!(night.err.contains("\nPopcorn.recheck: fail \"it is still popping\"\n"));
        assert_eq!(night.exit, 1);
    }
}

mod flags {
    use super::*;

    #[test]
    fn quiet_is_quiet_but_says_in_the_end_why_not() {
        let success = night(&["-q", "--battery-state", "charged", "--couch-space"]);
        assert_eq!((success.exit, &success.out[..], &success.err[..]), (0, "", ""));
        let failure = night(&["-q", "--couch-space"]);
        assert_eq!((failure.exit, &failure.out[..]), (1, ""));
        let golden = "failed TurnOnTV after 3 tries\n    \
                      the remote's batteries are dead\n\
                      blocked by TurnOnTV: 2 (StartMovie, WatchMovie)\n";
        assert!(failure.err.starts_with(golden), "{}", failure.err);
    }

    #[test]
    fn no_act_only_checks() {
        for flag in ["-n", "--no-act"] {
            let night = night(&[flag, "-v", "--app-logs", "--battery-state", "charged"]);
            assert_eq!(night.exit, 1);
            let golden = [
                "ValidateMovie.check: pass",
                "PickTimeAndDate.check: fail",
                "CleanCouch.check: fail",
                "FluffPillows.check: fail",
                "FindTVRemote.check: pass",
                "TurnOnTV.check: pass",
                "InsertDVD.check: pass",
                "PopcornBowl.check: fail",
                "Pizza.check: fail",
            ];
            assert_eq!(night.trace(), golden);
        }
        let golden = "would run PickTimeAndDate: nothing in global storage is named `start`\n";
        assert!(night(&["-n"]).err.contains(golden));
    }

    #[test]
    fn debug_says_why() {
        let lines = night(&["-d", "--battery-state", "flat"]).err;
        let golden = "TurnOnTV.check: fail\n    the remote's batteries are flat\nTurnOnTV.run: pass\n";
        assert!(lines.contains(golden), "{lines}");
    }

    #[test]
    fn debug_shows_where_errors_came_into_being_if_the_environment_asks_for_it() {
        let place = "movie_night::jobs::TurnOnTV::check";
        assert!(night_with_backtraces("1", &["-d"]).err.contains(place));
        assert!(!night_with_backtraces("1", &["-v"]).err.contains(place));
        assert!(!night(&["-d"]).err.contains(place));
    }

    #[test]
    fn app_logs_show_what_jobs_log_and_where() {
        let night = night(&["-q", "--app-logs", "--movie", "MST3K"]);
        let logs: Vec<_> = night.err.lines().map(str::trim).filter(|line| line.starts_with("INFO ")).collect();
        let [wendell, cat, dusting, pillows, duster] = logs[..] else { panic!("{logs:#?}") };
        let place =
            r#"INFO run{jobs=20}:job{job="Invite Wendell Bagg"}:try{try=1}:phase{phase="run"}: movie_night::jobs: "#;
        let invitation = "to Wendell Bagg <bagg@example.com>: come and watch MST3K with me, 2099-09-14 16:57 UTC";
        assert_eq!(wendell, format!("{place}{invitation}"));
        assert!(cat.contains("to Lawyer Cat <lawyercat@example.com>: "));
        assert!(dusting.contains(r#":job{job="CleanCouch"}:try{try=1}:phase{phase="run"}: "#));
        assert!(pillows.contains(r#":job{job="FluffPillows"}:"#));
        assert!(duster.contains(r#":job{job="CleanCouch"}:try{try=1}:phase{phase="cleanup"}: "#));
    }

    #[test]
    fn zardoz_is_known_but_not_at_home_and_others_are_refused() {
        let zardoz = night(&["--movie", "Zardoz", "-v"]);
        assert_eq!(zardoz.exit, 1);
        assert!(zardoz.err.contains("ValidateMovie.recheck: fail \"Zardoz is not at home\"\n"));
        assert!(!zardoz.err.contains("Invite Lawyer Cat."), "nobody is invited to it");
        let other = night(&["--movie", "Plan 9"]);
        assert_eq!(other.exit, 2);
        assert!(other.err.contains("invalid value 'Plan 9' for '--movie <MOVIE>'"), "{}", other.err);
    }

    #[test]
    fn the_pizza_can_be_early_or_never_come() {
        let tries = |flag| {
            let night = night(&["-v", "--pizza-success-try", flag]);
            night
                .trace()
                .into_iter()
                .filter(|line| line.starts_with("Pizza.run: "))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(tries("1"), ["Pizza.run: pass"]);
        assert_eq!(tries("4"), ["Pizza.run: fail"; 3]);
    }

    #[test]
    fn dot_draws_what_came_of_the_jobs() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("night.dot");
        assert_eq!(night(&["--dot", file.to_str().unwrap()]).exit, 1);
        let dot = std::fs::read_to_string(&file).unwrap();
        for (job, look) in [
            ("✓ FindTVRemote", "ellipse, style=filled, fillcolor=\"#a6e3b4\""),
            ("+ Invite Lawyer Cat", "ellipse, style=filled, fillcolor=\"#00573f\""),
            ("✗ TurnOnTV", "ellipse, style=filled, fillcolor=\"#f2683c\""),
            ("✓ Food", "box, style=filled, fillcolor=\"#a6e3b4\""),
            ("⊘ WatchMovie", "ellipse]"),
        ] {
            let line = dot.lines().find(|line| line.contains(&format!("[ label=\"{job}\", "))).unwrap();
            assert!(line.contains(&format!(", shape={look}")), "{line}");
        }
        assert_eq!(dot.matches(" -> ").count(), 25);
    }

    #[test]
    fn dot_draws_plans_too_and_tells_what_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("night.dot");
        assert_eq!(night(&["plan", "--dot", file.to_str().unwrap()]).exit, 0);
        assert!(std::fs::read_to_string(&file).unwrap().contains("[ label=\"! TurnOnTV\", "));
        #[cfg(target_os = "linux")]
        {
            let lost = night(&["--battery-state", "charged", "--couch-space", "--dot", "/dev/full"]);
            assert_eq!(lost.exit, 1, "{}", lost.err);
            assert!(
                lost.err.contains("\nsuccess: ") && lost.err.contains("\nerror: --dot: No space left"),
                "{}",
                lost.err
            );
        }
    }

    #[test]
    fn graph_draws_it_in_the_format_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        for (name, start) in [("night.svg", &b"<svg "[..]), ("night.png", b"\x89PNG"), ("night.mmd", b"flowchart")] {
            let file = folder.path().join(name);
            assert_eq!(night(&["--graph", file.to_str().unwrap()]).exit, 1);
            assert!(std::fs::read(&file).unwrap().starts_with(start), "{name}");
        }
        assert_eq!(night(&["--graph", folder.path().join("night").to_str().unwrap()]).exit, 2);
    }

    #[test]
    fn bad_usage_and_files_that_can_t_be_written_are_told_apart_from_failure() {
        for (flags, reason) in [
            (&["--frobnicate"][..], "unexpected argument '--frobnicate'"),
            (&["--pop-success-try", "soon"], "invalid value 'soon'"),
            (
                &["--dot", "no/such/folder/night.dot"],
                "invalid value 'no/such/folder/night.dot' for '--dot <FILE>': No such",
            ),
            (&["--graph", "no/such/folder/night.svg"], "no/such/folder/night.svg: No such"),
        ] {
            let night = night(flags);
            assert_eq!(night.exit, 2);
            assert!(night.err.contains(reason) && night.trace().is_empty(), "{}", night.err);
        }
    }
}
