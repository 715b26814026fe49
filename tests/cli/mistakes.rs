//! Bad usage: a clear error, exit code 2, and nothing is run.

use super::{command, party, said};

#[test]
fn a_root_that_is_not_one() {
    let said = party(&["HavePartee"]);
    let expected = "error: there is no root `HavePartee`; did you mean `HaveParty`? \
                    (the roots are `HaveParty`, `take_nap`)\n";
    assert_eq!((said.code, &*said.err), (2, expected));
}

#[test]
fn a_job_where_a_root_is_to_be() {
    for verb in ["plan", "run", "list"] {
        let said = party(&[verb, "Weather"]);
        let expected = "error: `Weather` is a job, but no root: `--only Weather` is for that \
                        (the roots are `HaveParty`, `take_nap`)\n";
        assert_eq!((said.code, &*said.err), (2, expected), "{verb}");
    }
    let said = party(&["why", "CleanRoom", "Weather"]);
    let expected = "error: `Weather` is a job, but no root: `why` tells of one job, in the graph of the roots behind it \
                    (the roots are `HaveParty`, `take_nap`)\n";
    assert_eq!((said.code, &*said.err), (2, expected));
    let help = party(&["why", "--help"]).out;
    assert!(help.contains("FAMILY[KEY]") && help.contains("In whose graph to look: HaveParty, take_nap"), "{help}");
}

#[test]
fn a_command_that_is_misspelt() {
    let said = party(&["lst"]);
    let expected = "error: there is no root `lst`; did you mean the command `list`? \
                    (the roots are `HaveParty`, `take_nap`)\n";
    assert_eq!((said.code, &*said.err), (2, expected));
    // Of a program with one root, without words of its own.
    let site = super::said(&mut super::command_of(env!("CARGO_BIN_EXE_site"), &["lst"]));
    assert!(site.code == 2 && site.err.contains("'list'"), "{}", site.err);
}

#[test]
fn a_command_behind_options() {
    let said = party(&["-v", "plan"]);
    let expected = "error: `plan` is a command, which comes first, before all options\n";
    assert_eq!((said.code, &*said.err), (2, expected));
}

#[test]
fn an_option_of_another_command() {
    let said = party(&["plan", "--ask"]);
    let expected = "error: unexpected argument '--ask' found\n\n  \
                    tip: `run` takes '--ask'; `run -n --ask` only checks, as `plan` does\n\n\
                    Usage: party plan [OPTIONS] [ROOT]...\n\nFor more information, try '--help'.\n";
    assert_eq!((said.code, &*said.err), (2, expected));
    assert!(party(&["list", "--tries", "2"]).err.contains("tip: `run` takes '--tries'\n"));
    let unknown = party(&["plan", "-x"]).err;
    assert!(unknown.starts_with("error: unexpected argument '-x' found\n") && !unknown.contains("tip"), "{unknown}");
}

#[test]
fn values_that_mean_nothing() {
    for args in [
        &["-j", "0"][..],
        &["-j", "many"],
        &["--tries", "0"],
        &["--retry-delay", "-1"],
        &["--deadline", "inf"],
        &["--deadline", "5 parsecs"],
        &["--retry-delay", ""],
        &["--color", "pink"],
        &["--colour", "never"],
        &["--progress", "dance"],
        &["--graph", "party.docx"],
        &["plan", "--exit-code=3"],
        &["why"],
        &["why", "Weather", "--events", "/nowhere/events"],
        &["graph", "--output", "party.docx"],
        &["completions", "parrot"],
    ] {
        let said = party(args);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{args:?}");
        assert!(said.err.starts_with("error: "), "{}", said.err);
    }
    let with_values =
        ["-j", "--tries", "--retry-delay", "--deadline", "--tag", "--only", "--exclude", "--color", "--progress"];
    for flag in with_values.into_iter().chain(["--lock", "--events", "--junit", "--report", "--graph"]) {
        let said = party(&[flag]);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{flag}");
        assert!(said.err.contains("a value is required"), "{flag}: {}", said.err);
    }
    let switches =
        ["--no-act", "--deep", "--fail-fast", "--no-cleanup", "--ask", "--verbose", "--debug", "--quiet", "--json"];
    for flag in switches {
        let said = party(&[&format!("{flag}=perhaps")]);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{flag}");
        assert!(said.err.starts_with("error: "), "{flag}: {}", said.err);
    }
    assert_eq!(party(&["-q", "-v"]).code, 2);
    assert_eq!(party(&["--only", "Weather", "--tag", "room"]).code, 2);
}

#[test]
fn names_that_there_are_not() {
    for (args, near) in [
        (["--only", "Wether"], "Weather"),
        (["--exclude", "play_musik"], "play_music"),
        (["--tag", "rooms"], "room"),
        (["why", "Wether"], "Weather"),
    ] {
        let said = party(&args);
        assert_eq!(said.code, 2, "{args:?}");
        assert!(said.err.contains(near) && said.err.contains("did you mean"), "{}", said.err);
    }
}

#[test]
fn two_jobs_of_one_name() {
    let said = party(&["--guest", "Ann,Ann"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("Invite Ann"), "{}", said.err);
}

#[test]
fn a_file_that_cannot_be_written_is_told_before_anything_runs() {
    for file in ["/nowhere/graph.dot", "graph"] {
        let said = party(&["take_nap", "-v", "--graph", file]);
        assert_eq!(said.code, 2);
        assert!(
            said.err.starts_with("error: ") && said.err.contains(file) && !said.err.contains("check"),
            "{}",
            said.err
        );
    }
}

#[test]
fn the_environment_can_be_wrong_too() {
    let with = |name: &str, value: &str| said(command(&["take_nap"]).env(name, value));
    assert_eq!(with("DOJOBBER_TRIES", "0").code, 2);
    assert_eq!(with("DOJOBBER_DEADLINE", "5m").code, 0);
    for told in [with("DOJOBBER_DEADLINE", "5 parsecs"), party(&["--deadline", "5 parsecs"])] {
        let expected = "error: invalid value '5 parsecs' for '--deadline <TIME>': it must be a number of seconds, 0 or more, \
                        such as `1.5`, or a time such as `500ms`, `30s`, `5m` or `1h30m`\n";
        assert!(told.code == 2 && told.err.starts_with(expected), "{}", told.err);
    }
    let told = with("DOJOBBER_DEADLINE", "5 parsecs").err;
    assert!(told.contains("tip: the environment has DOJOBBER_DEADLINE\n"), "{told}");
    assert!(!party(&["--deadline", "5 parsecs"]).err.contains("tip: the environment"));
}

/// Neither is a part of what the other one says.
#[test]
fn roots_and_options_that_choose_other_jobs() {
    for (option, value) in [("--only", "CleanRoom"), ("--tag", "room")] {
        for verb in [&[][..], &["plan"], &["list"], &["graph"], &["why", "Weather"]] {
            let run = party(&[verb, &["HaveParty", option, value]].concat());
            let told = format!(
                "error: `{option}` and the root `HaveParty` both say which jobs are meant: leave one of them out\n"
            );
            assert_eq!((run.code, run.out, run.err), (2, String::new(), told), "{verb:?}");
        }
    }
    // A comma was forgotten.
    let run = party(&["--only", "CleanRoom", "Weather"]);
    let told = "error: `Weather` is a job, but no root: `--only Weather` is for that ";
    assert!(run.code == 2 && run.err.starts_with(told), "{}", run.err);
    assert_eq!(party(&["plan", "HaveParty", "--exclude", "Weather"]).code, 0);
}

#[test]
fn what_is_typed_wins_over_the_environment() {
    let with = |args: &[&str], variables: &[&str]| {
        let mut command = command(args);
        for variable in variables {
            let (name, value) = variable.split_once('=').unwrap();
            command.env(format!("DOJOBBER_{name}"), value);
        }
        said(&mut command)
    };
    for (args, variables) in [
        (&["--only", "CleanRoom"][..], &["TAG=room"][..]),
        (&["--tag", "room"], &["ONLY=Weather"]),
        (&["-q"], &["VERBOSE=1", "DEBUG=1"]),
        (&["-d"], &["QUIET=1"]),
        (&["-d"], &["QUIET=1", "VERBOSE=1"]),
        (&["plan", "-v"], &["QUIET=1"]),
        (&["take_nap"], &["ONLY=Weather"]),
        (&["list", "take_nap"], &["TAG=room"]),
        // What says nothing is in nobody's way.
        (&["-v"], &["QUIET=0"]),
    ] {
        let run = with(args, variables);
        assert_eq!(run.code, 0, "{args:?} {variables:?}: {}", run.err);
        assert_eq!(run, party(args), "{variables:?}");
    }
    assert_eq!(with(&["take_nap", "--only", "Weather"], &["TAG=room"]), party(&["take_nap", "--only", "Weather"]));
    assert_eq!(with(&["take_nap", "--tag", "room"], &["ONLY=Weather"]), party(&["take_nap", "--tag", "room"]));
    assert_eq!(with(&["take_nap"], &["QUIET=1", "DEBUG=0"]), with(&["take_nap", "-q"], &[]));
    for (args, variables) in
        [(&["take_nap"][..], &["QUIET=1", "VERBOSE=1"][..]), (&["list"], &["ONLY=Weather", "TAG=room"])]
    {
        let run = with(args, variables);
        let names: Vec<_> = variables.iter().map(|variable| variable.split('=').next().unwrap()).collect();
        let told = format!(
            "error: the environment has both DOJOBBER_{} and DOJOBBER_{}, which cannot be used together\n",
            names[0], names[1]
        );
        assert!(run.code == 2 && run.err.starts_with(&told), "{}", run.err);
    }
    // Whatever else is in the environment.
    let both = with(&["-q", "-v"], &["DEBUG=1"]);
    assert!(both.code == 2 && both.err.contains("'--quiet' cannot be used with '--verbose'\n"), "{}", both.err);
    let both = with(&["--only", "Weather", "--tag", "room"], &["ONLY=CleanRoom"]);
    let told = "error: the argument '--only <JOB>' cannot be used with '--tag <TAG>'\n";
    assert!(both.code == 2 && both.err.starts_with(told), "{}", both.err);
}
