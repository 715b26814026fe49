//! What each verb prints.

use super::{command, command_of, lines, party, said};

#[test]
fn without_a_verb_jobs_are_run() {
    let run = party(&["--guest", "Cat"]);
    assert_eq!(run.code, 0);
    assert_eq!(run.out, "");
    let expected = lines([
        "changed CleanRoom in … s",
        "ok Weather in … s",
        "ok Invite Cat in … s",
        "play_music: la la la",
        "changed play_music in … s, in its try 2",
        "ok HaveParty in … s",
        "play_music passed in its try 2",
        "success: 2 changed, 3 ok in … s",
    ]);
    assert_eq!(run.err, expected);
    assert_eq!(party(&["run", "--guest", "Cat"]), run);
}

#[test]
fn without_progress_only_jobs_and_the_end_speak() {
    let run = party(&["--guest", "Cat", "--progress", "none"]);
    let expected = lines(["play_music: la la la", "play_music passed in its try 2", "success: 2 changed, 3 ok in … s"]);
    assert_eq!(run.err, expected);
    assert_eq!(said(command(&["--guest", "Cat"]).env("DOJOBBER_PROGRESS", "none")), run);
}

#[test]
fn verbose_prints_a_line_a_phase() {
    let expected = lines([
        "CleanRoom.check: fail",
        "CleanRoom.run: pass",
        "CleanRoom.recheck: pass",
        "take_nap.check: fail",
        "take_nap.run: pass",
        "take_nap.recheck: pass",
        "success: 2 changed in … s",
    ]);
    assert_eq!(party(&["take_nap", "-v"]).err, expected);
}

#[test]
fn backtraces_go_down_to_the_jobs_own_code() {
    let with = |how: &str| said(command(&["-d", "--only", "CleanRoom"]).env("RUST_BACKTRACE", how)).err;
    let short = with("1");
    assert!(short.contains("CleanRoom::check") && !short.contains("executor") && short.lines().count() < 15, "{short}");
    assert!(with("full").contains("executor"));
}

#[test]
fn a_failure_is_told_once_more_at_the_end_with_all_that_it_blocked() {
    let run = party(&["--broken", "stereo", "--progress", "none", "--exclude", "Weather"]);
    assert_eq!(run.code, 1);
    let expected = lines([
        "failed play_music after 2 tries",
        "    turning it on",
        "    caused by: no sound",
        "blocked by play_music: 1 (HaveParty)",
        "failure: 1 changed, 1 failed, 1 skipped, 1 blocked in … s",
        &format!("try again: {} --broken stereo --progress none --exclude Weather", env!("CARGO_BIN_EXE_party")),
    ]);
    assert_eq!(run.err, expected);
}

#[test]
fn quiet_tells_of_failures_alone() {
    assert_eq!(party(&["-q", "take_nap"]).err, "");
    // What jobs say is not shown either.
    assert_eq!(party(&["-q"]).err, "");
    // Clean-ups that failed are.
    let line = "CleanRoom.cleanup: fail \"the broom is broken\"\n";
    assert!(party(&["-q", "take_nap", "--broken", "broom"]).err.starts_with(line));
    assert!(party(&["-q", "--broken", "stereo"]).err.starts_with("failed play_music"));
}

#[test]
fn a_plan_tells_what_would_run_and_what_nobody_can_know() {
    let plan = party(&["plan", "--guest", "Cat,Ann"]);
    assert_eq!((plan.code, &*plan.err), (0, ""));
    let expected = lines([
        "would run CleanRoom: there is dust on the couch",
        "unknown   play_music: CleanRoom would change first",
        "would run Invite Ann: check returned false",
        "unknown   HaveParty: CleanRoom, Invite Ann would change first",
        "Plan: 2 would run, 2 unknown, 2 hold",
    ]);
    assert_eq!(plan.out, expected);
    assert_eq!(party(&["plan", "--exit-code"]).code, 3);
    assert_eq!(party(&["plan", "--exit-code", "--only", "Weather"]).code, 0);
}

#[test]
fn a_plan_says_where_a_check_could_not_find_out() {
    let plan = party(&["plan", "--only", "Weather", "--broken", "barometer"]);
    let expected = lines([
        "unknown   Weather: its check couldn't find out: nobody can tell",
        "Plan: 0 would run, 1 unknown (1 couldn't find out), 0 hold",
    ]);
    assert_eq!((plan.code, plan.out), (1, expected));
}

#[test]
fn a_plan_that_could_not_find_out_is_a_failure_to_tell() {
    // Whatever else would run.
    for flags in [&[][..], &["--exit-code"], &["--deep"], &["--exit-code", "--json"]] {
        assert_eq!(party(&[&["plan", "--broken", "barometer"], flags].concat()).code, 1, "{flags:?}");
    }
    // What is unknown only because of what would change first is none.
    for flags in [&[][..], &["--deep"]] {
        let plan = party(&[&["plan", "take_nap"], flags].concat());
        assert!(plan.code == 0 && plan.out.contains("1 unknown"), "{plan:?}");
    }
    let deep = party(&["plan", "--broken", "barometer", "--deep"]);
    let expected = lines([
        "would run CleanRoom: there is dust on the couch",
        "unknown   play_music: CleanRoom would change first; preliminary: would run: it has no check, so it runs every time",
        "unknown   Weather: its check couldn't find out: nobody can tell",
        "unknown   HaveParty: CleanRoom would change first, Weather is unknown",
        "Plan: 1 would run, 3 unknown (1 couldn't find out; preliminary: 1 would run; 1 not checked), 0 hold",
    ]);
    assert_eq!(deep.out, expected);
}

#[test]
fn no_act_is_a_plan_that_fails_if_something_would_run() {
    let run = party(&["-n", "take_nap"]);
    assert_eq!(run.code, 1);
    assert!(run.err.ends_with("Plan: 1 would run, 1 unknown, 0 hold\n"), "{}", run.err);
}

#[test]
fn a_list_tells_what_jobs_are_for_and_where_they_come_from() {
    let expected = lines([
        "CleanRoom   job       The room is clean.  [room]",
        "play_music  run-only  There is music.  [room]",
        "Weather     job       It doesn't rain.",
        "HaveParty   group     All that makes a party.",
        "4 jobs: 4 from party",
    ]);
    assert_eq!(party(&["list"]).out, expected);
    let json: serde_json::Value = serde_json::from_str(&party(&["list", "--json"]).out).unwrap();
    assert_eq!((&json[3]["name"], &json[3]["dependencies"][1]), (&"HaveParty".into(), &"Weather".into()));
    assert_eq!((&json[1]["tags"], &json[2]["tags"]), (&serde_json::json!(["room"]), &serde_json::json!([])));
}

#[test]
fn a_list_tells_of_what_root_it_is_and_which_others_there_are() {
    let told = "root: HaveParty; another one is take_nap (`list take_nap`)\n";
    assert_eq!(party(&["list"]).err, told);
    assert_eq!(party(&["list", "--json"]).err, told);
    let other = party(&["list", "take_nap"]);
    assert!(other.out.ends_with("take_nap   run-only  Sleep instead.\n2 jobs: 2 from party\n"), "{}", other.out);
    assert_eq!(other.err, "root: take_nap; another one is HaveParty (`list HaveParty`)\n");
    for args in [&["list", "HaveParty", "take_nap"][..], &["list", "--tag", "room"], &["list", "--only", "Weather"]] {
        assert_eq!(party(args).err, "", "{args:?}");
    }
    let one = party(&["list", "--only", "Weather"]).out;
    assert!(one.ends_with("1 job: 1 from party\n"), "{one}");
    let help = party(&["list", "-h"]).out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains("What to list, with all that it needs: HaveParty, take_nap [default: the first]"), "{help}");
}

#[test]
fn why_shows_the_ways_to_a_job_and_what_it_needs() {
    let why = party(&["why", "play_music"]);
    assert_eq!(why.code, 0);
    let expected = [
        "",
        "It is in the graph because of",
        "    HaveParty → play_music",
        "",
        "It needs",
        "    would run CleanRoom",
        "",
        "Now it is unknown, because of CleanRoom",
    ];
    let told: Vec<_> = why.out.lines().collect();
    assert!(told[0].starts_with("play_music (") && told[1] == "    There is music.", "{told:?}");
    assert_eq!(told[2..], expected);
    let why = party(&["why", "CleanRoom"]);
    assert_eq!(why.out.lines().last(), Some("Now it would run: there is dust on the couch"));
}

#[test]
fn why_a_job_that_is_in_the_graphs_of_other_roots() {
    for (typed, job, root) in [
        (&["why", "take_nap"][..], "take_nap", "take_nap"),
        (&["why", "play_music", "take_nap"], "play_music", "HaveParty"),
        (&["why", "Invite Ann", "take_nap", "--guest", "Ann"], "Invite Ann", "HaveParty"),
        (&["why", "Invite", "take_nap", "--guest", "Ann"], "Invite", "HaveParty"),
        (&["why", "play_music", "--only", "Weather"], "play_music", "HaveParty"),
    ] {
        let why = party(typed);
        let typed = if job.contains(' ') { format!("'{job}'") } else { job.to_owned() };
        let expected =
            format!("error: `{job}` is not in this graph, but in that of the root `{root}`: `why {typed} {root}`\n");
        assert_eq!((why.code, why.err), (2, expected));
    }
    let why = party(&["why", "CleanRoom", "--only", "Weather"]);
    let expected = "error: `CleanRoom` is not in this graph, but in those of the roots `HaveParty` and `take_nap`: \
        `why CleanRoom HaveParty`\n";
    assert_eq!((why.code, why.err.as_str()), (2, expected));
    assert!(party(&["why", "take_nup"]).err.contains("there is no job `take_nup` in this graph"));
}

#[test]
fn parts_of_the_graph() {
    let only = party(&["--only", "Weather,CleanRoom"]);
    assert_eq!(only.err.lines().last(), Some("success: 1 changed, 1 ok in … s"));
    let tagged = party(&["plan", "--tag", "room"]);
    assert_eq!(tagged.out.lines().count(), 3);
    let without = party(&["--exclude", "play_music", "-v"]);
    assert_eq!(without.code, 0);
    assert!(without.err.contains("play_music: skipped, excluded\n"), "{}", without.err);
    // What only that needed isn't there.
    assert!(!without.err.contains("CleanRoom"), "{}", without.err);
}

#[test]
fn flags_come_from_the_environment_too() {
    let run = said(command(&["take_nap"]).env("DOJOBBER_NO_ACT", "1"));
    assert_eq!(run.code, 1);
    assert_eq!(said(command(&["take_nap"]).env("DOJOBBER_NO_ACT", "0")).code, 0);
    assert_eq!(said(command(&["take_nap"]).env("DOJOBBER_WORKERS", "none")).code, 2);
}

#[test]
fn help_is_about_the_program() {
    let help = party(&["--help"]);
    assert_eq!(help.code, 0);
    assert!(help.out.starts_with("Have a party\n\nUsage: party [COMMAND]\n"), "{}", help.out);
    let help = party(&["plan", "-h"]).out;
    assert!(
        help.contains(
            "\n\nArguments:\n  [ROOT]...  What to run: HaveParty, take_nap [default: the first]\n\nOptions:\n"
        ),
        "{help}"
    );
    assert!(help.contains("--guest <GUEST>") && help.contains("What to run: HaveParty, take_nap"), "{help}");
}

#[test]
fn a_version_where_the_program_has_one() {
    for flag in ["--version", "-V"] {
        let version = party(&[flag]);
        assert_eq!((version.code, &*version.out, &*version.err), (0, "party 2.1\n", ""));
        // As its arguments have it.
        let version = said(&mut command_of(env!("CARGO_BIN_EXE_words"), &[flag]));
        assert_eq!((version.code, &*version.out), (0, "words 7\n"));
        let none = said(&mut command_of(env!("CARGO_BIN_EXE_site"), &["--title", "x", flag]));
        assert!(none.code == 2 && none.err.contains(&format!("unexpected argument '{flag}' found")), "{}", none.err);
    }
    assert!(party(&["--help"]).out.contains("-V, --version"));
    for verb in ["run", "plan", "list", "graph", "why", "completions"] {
        let help = said(&mut command_of(env!("CARGO_BIN_EXE_words"), &[verb, "--help"]));
        assert!(help.code == 0 && !help.out.contains("--version"), "{}", help.out);
    }
}

#[test]
fn a_plan_is_as_talkative_as_is_wanted() {
    let verbose = party(&["plan", "take_nap", "-v"]);
    let lines_of = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(verbose.err, "CleanRoom.check: fail\n");
    assert_eq!(verbose.out, party(&["plan", "take_nap"]).out);
    let debug = party(&["plan", "take_nap", "-d"]);
    assert_eq!(lines_of(&debug.err), ["CleanRoom.check: fail", "    there is dust on the couch"]);
    let quiet = party(&["plan", "take_nap", "-q"]);
    assert_eq!((quiet.code, &*quiet.err, &*quiet.out), (0, "", "Plan: 1 would run, 1 unknown, 0 hold\n"));
    // What made it fail is told.
    let unsure = party(&["plan", "--broken", "barometer", "-q", "--only", "Weather"]);
    let expected = lines([
        "unknown   Weather: its check couldn't find out: nobody can tell",
        "Plan: 0 would run, 1 unknown (1 couldn't find out), 0 hold",
    ]);
    assert_eq!((unsure.code, unsure.out), (1, expected));
    assert_eq!(said(command(&["plan", "take_nap"]).env("DOJOBBER_QUIET", "1")), quiet);
    assert_eq!(said(command(&["plan", "take_nap"]).env("DOJOBBER_VERBOSE", "1")), verbose);
    // What checks say themselves.
    let tick = |flag: &str| said(&mut command_of(env!("CARGO_BIN_EXE_ending"), &["plan", "--tick", flag])).err;
    assert_eq!((&*tick("-j1"), &*tick("-q")), ("clock: tick\n", ""));
}

#[test]
fn checks_of_a_plan_at_once() {
    use std::sync::{Condvar, Mutex};
    use std::time::Duration;

    use dojobber::DynJob;
    // Each check waits for the other one.
    static HERE: (Mutex<u32>, Condvar) = (Mutex::new(0), Condvar::new());
    let meets = |_: &dojobber::Context| {
        let mut here = HERE.0.lock().unwrap();
        *here += 1;
        HERE.1.notify_all();
        let (here, _) = HERE.1.wait_timeout_while(here, Duration::from_secs(20), |here| *here < 2).unwrap();
        *here == 2
    };
    let cli = dojobber::cli::<()>().configure(move |dojob, ()| {
        dojob.add(DynJob::new("one").check(meets).run(|_| ())).add(DynJob::new("two").check(meets).run(|_| ()));
        dojob.add(DynJob::new("both").deps(["one", "two"]));
        Ok(())
    });
    assert_eq!(cli.run(["program", "plan", "-j", "2", "--exit-code", "--only", "both"]), 0);
}

#[test]
fn variables_that_are_misspelt() {
    let with = |name: &str, args: &[&str]| said(command(args).env(name, "1"));
    let expected = "warning: DOJOBBER_WORKER in the environment means nothing here; did you mean DOJOBBER_WORKERS?\n";
    assert_eq!(with("DOJOBBER_WORKER", &["plan"]).err, expected);
    let run = with("DOJOBBER_WORKER", &["take_nap"]);
    assert!(run.code == 0 && run.err.starts_with(expected) && run.err.matches("warning").count() == 1, "{}", run.err);
    assert!(with("DOJOBBER_COLOUR", &["plan"]).err.contains("did you mean DOJOBBER_COLOR?"));
    for args in [&["list"][..], &["graph"], &["why", "Weather"]] {
        let err = with("DOJOBBER_WORKER", args).err;
        assert!(err.starts_with(expected) && err.matches("warning").count() == 1, "{args:?}: {err}");
    }
    for (name, args) in [
        ("DOJOBBER_WORKER", &["plan", "-q"][..]),
        ("DOJOBBER_WORKER", &["-q", "take_nap"]),
        ("DOJOBBER_WORKER", &["completions", "bash"]),
        ("DOJOBBER_WORKERS", &["plan"]),
        // Of the program's own.
        ("DOJOBBER_LOG", &["plan"]),
        ("DOJOBBER_", &["plan"]),
        ("DOJOBBERS_WORKER", &["plan"]),
    ] {
        assert_eq!(with(name, args).err, "", "{name} {args:?}");
    }
    assert_eq!(said(command(&["plan"]).env("DOJOBBER_WORKER", "1").env("DOJOBBER_QUIET", "1")).err, "");
}

/// Those that there are at the program's start, and that need no quotes in any shell.
#[test]
fn names_in_completions() {
    for shell in ["bash", "zsh", "fish"] {
        let script = party(&["completions", shell]).out;
        for name in ["HaveParty", "play_music", "Weather", "room"] {
            assert!(script.contains(name), "{shell}: {name}\n{script}");
        }
    }
    // Without a verb, `run` is meant.
    let script = party(&["completions", "fish"]).out;
    assert!(script.contains("__fish_party_needs_command\" -l only"), "{script}");
    // Whatever else is given stays to be looked up.
    let expected = "error: no job is named `Nope`; `list` shows those that there are\n";
    assert_eq!(party(&["plan", "--only", "Nope"]).err, expected);
    assert!(!party(&["plan", "--help"]).out.contains("possible values: C"));
}

#[test]
fn completions_for_shells() {
    for (shell, starts) in [
        ("bash", "-o default party\n"),
        ("zsh", "#compdef party\n"),
        ("fish", "complete -c party "),
        ("elvish", "edit:completion:arg-completer[party]"),
        ("powershell", "-CommandName 'party'"),
    ] {
        let script = party(&["completions", shell]);
        assert!(script.code == 0 && script.out.contains("fail-fast"), "{}", script.out);
        assert!(script.out.contains(starts), "{}", script.out);
        // Variables of the environment are called so.
        assert!(!script.out.contains("dojobber"), "{}", script.out);
    }
}

/// Its name is what whoever started it has called it.
#[cfg(unix)]
#[test]
fn a_program_of_another_name() {
    use std::os::unix::process::CommandExt;
    let renamed = |name: &str, args: &[&str]| said(command(args).arg0(name));
    assert!(renamed("/bin/fête", &["completions", "bash"]).out.contains("-o default fête\n"));
    let help = renamed("bin/fête", &["plan", "--help"]).out;
    assert!(help.contains("Usage: fête plan [OPTIONS]"), "{help}");
    let wrong = renamed("fête", &["plan", "--nope"]).err;
    assert!(wrong.contains("Usage: fête plan"), "{wrong}");
    for nothing in ["", "/", ".."] {
        assert!(renamed(nothing, &["--help"]).out.contains("Usage: party [COMMAND]"));
    }
}
