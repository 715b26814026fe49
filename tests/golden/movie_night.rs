//! Movie night: with no flags it fails.

use super::{Program, has_colors};

const HAPPY: [&str; 3] = ["--battery-state", "charged", "--couch-space"];

pub(crate) fn movie_night() -> Program {
    Program::new("movie_night", env!("CARGO_BIN_EXE_movie_night"))
}

#[test]
fn help() {
    let night = movie_night();
    night.golden("help", &["--help"]);
    for verb in ["run", "plan", "list", "graph", "why", "completions"] {
        night.golden(&format!("help_{verb}"), &[verb, "--help"]);
    }
}

#[test]
fn before_a_run() {
    let night = movie_night();
    night.golden("plan", &["plan"]);
    night.golden("list", &["list"]);
    night.golden("graph", &["graph"]);
    night.golden("why", &["why", "DetermineDetails"]);
}

#[test]
fn runs() {
    let night = movie_night();
    night.golden("failure", &[]);
    night.golden("success", &HAPPY);
    night.golden("verbose", &["-v"]);
    night.golden("debug", &["-d", "--only", "TurnOnTV"]);
    night.golden("quiet", &["-q"]);
    night.golden("app_logs", &["--app-logs", "--progress", "none", "--only", "PrepareRoom,InviteFriends"]);
    let (.., code) = night.says(&["-q", "--events", "events.jsonl"]);
    assert_eq!(code, 1);
    night.golden("why_events", &["why", "StartMovie", "--events", "events.jsonl"]);
}

#[test]
fn for_programs() {
    let night = movie_night();
    night.golden("json", &["--json", "-q", "--only", "TurnOnTV,Pizza"]);
    night.golden("plan_json", &["plan", "--json", "--only", "TurnOnTV,Pizza"]);
    night.golden("list_json", &["list", "--json", "--only", "TurnOnTV,Pizza"]);
    night.golden("junit", &["--junit", "-", "-q"]);
}

#[test]
fn screens_at_the_end() {
    let night = movie_night();
    night.golden_screens("screen", &[]);
    night.golden_screens("screen_plan", &["plan"]);
}

/// Nothing happens until jobs are tried again, which is not waited for.
#[test]
fn a_screen_in_a_run() {
    let night = movie_night();
    for (columns, env) in [(80, &[][..]), (120, &[]), (80, &[("NO_COLOR", "1")])] {
        let mut terminal = night.at_terminal(columns, &["--tries", "1", "--retry-delay", "50"], env);
        let expected = "\
failed TurnOnTV in … s: the remote's batteries are dead
failed SitOnCouch in … s: no space on the couch
  Pizza  waits … s for try 2 of 3
  Popcorn  waits … s for try 2 of 5
[=================>  ] 17/20  7 ok, 6 changed, 2 failed, 2 blocked";
        // Behind it is the time, of which 80 columns show a part.
        terminal.wait_for(|text| text.split_once("  … s, about ").is_some_and(|(text, _)| text == expected));
        terminal.type_in("\u{3}");
        assert_eq!(terminal.end(), 130);
        let raw = String::from_utf8(terminal.raw).unwrap();
        assert_eq!(has_colors(&raw), env.is_empty(), "{raw:?}");
    }
}
