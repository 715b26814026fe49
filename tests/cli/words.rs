//! The program's own words on its command line, and names that were typed.

use dojobber::prelude::*;

use super::{Said, command_of, lines, said};

fn words(args: &[&str]) -> Said {
    said(&mut command_of(env!("CARGO_BIN_EXE_words"), args))
}

#[test]
fn without_a_verb_words_are_those_of_run() {
    for args in [&["run", "Sunrise", "Noon"][..], &["Sunrise", "Noon"], &["-q", "Sunrise", "Noon", "-j2"]] {
        let run = words(args);
        assert_eq!(run.code, 0, "{args:?}: {}", run.err);
    }
    let run = words(&["Sunrise", "Noon"]);
    assert!(run.err.contains("changed Hang Sunrise in ") && run.err.contains("changed Hang Noon in "), "{}", run.err);
    assert_eq!(words(&["run", "Sunrise", "Noon"]), run);
    let plan = words(&["plan", "Sunrise", "Noon"]).out;
    assert!(plan.contains("would run Label Noon: check returned false\n"), "{plan}");
    // Of `why`, the job comes first.
    assert!(words(&["why", "Unpack", "Sunrise", "Noon"]).out.starts_with("Unpack ("));
    let run = words(&[]);
    assert!(run.code == 2 && run.err.contains("<WHAT>"), "{}", run.err);
}

#[test]
fn a_verb_that_is_misspelt_is_no_word() {
    for (typed, verb) in [("plam", "plan"), ("lst", "list"), ("hlep", "help")] {
        let run = words(&[typed, "Noon"]);
        let expected = format!(
            "error: there is no command `{typed}`; did you mean `{verb}`? As the program's own argument, it comes behind \
             `run`: `run {typed}`\n"
        );
        assert_eq!((run.code, &*run.out, run.err), (2, "", expected));
        assert_eq!(words(&["run", typed, "Noon"]).code, 0);
    }
}

#[derive(clap::Args)]
struct Rest {
    what: String,
    more: Vec<String>,
}

#[derive(clap::Args)]
struct Indexed {
    #[arg(index = 1)]
    what: Option<String>,
}

#[derive(clap::Args)]
struct One {
    what: Option<String>,
}

#[derive(clap::Args)]
struct Versions {
    /// Which one to build
    #[arg(long)]
    version: Option<u32>,
    #[arg(short = 'V', long)]
    verify: bool,
}

#[derive(clap::Args)]
struct Named {
    #[arg(long = "padlock")]
    lock: Option<String>,
}

#[job]
fn sweep() {}

#[job]
fn dust() {}

/// What is wrong with a command line of these arguments.
fn wrong(cli: &dojobber::cli::Cli<impl clap::Args + Send + Sync + 'static>) -> Option<String> {
    let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| cli.debug_assert()));
    let wrong = checked.err().map(|panic| *panic.downcast::<String>().unwrap());
    assert_eq!(cli.run(["program", "list"]), if wrong.is_some() { 2 } else { 0 });
    wrong
}

#[test]
fn words_that_leave_none_for_roots() {
    assert_eq!(wrong(&dojobber::cli::<One>().root::<sweep>().root::<dust>()), None);
    assert_eq!(wrong(&dojobber::cli::<One>().root::<sweep>()), None);
    assert_eq!(wrong(&dojobber::cli::<One>()), None);
    let expected = "the program's argument `more` takes all words that there are, and none would be left to choose one of \
                    several roots: make it a flag, or have one root";
    assert_eq!(wrong(&dojobber::cli::<Rest>().root::<sweep>().root::<dust>()).as_deref(), Some(expected));
}

/// They are the program's own, unless it has a version to tell.
#[test]
fn versions_that_are_arguments() {
    let cli = || dojobber::cli::<Versions>().root::<sweep>();
    assert_eq!(wrong(&cli()), None);
    let checked = cli().configure(|_, own| {
        ensure!(own.version == Some(3) && own.verify, "they are lost");
        Ok(())
    });
    assert_eq!(checked.run(["program", "--version", "3", "-V"]), 0);
    assert_eq!(checked.run(["program", "-V", "--version=3"]), 0);
    assert_eq!(checked.run(["program", "plan", "-V", "--version=3"]), 0);
    let expected = "the program's flags `--version`, `-V` tell the version of a program that has one: give them other \
                    names, or leave the version out";
    assert_eq!(wrong(&cli().version("1")).as_deref(), Some(expected));
}

#[test]
fn arguments_that_are_in_the_way_of_others() {
    let indexed = wrong(&dojobber::cli::<Indexed>().root::<sweep>()).unwrap();
    assert!(indexed.starts_with("the program's argument `what` has an index"), "{indexed}");
    let named = wrong(&dojobber::cli::<Named>().root::<sweep>()).unwrap();
    assert!(named.starts_with("the program's argument `lock` is called as one that dojobber has"), "{named}");
}

#[test]
fn names_with_commas() {
    for args in [
        &["plan", "Noon", "--only", "Buy nails, hooks"][..],
        &["plan", "Noon", "--tag", "loud, dusty"],
        &["plan", "Noon", "--tag", "loud", "--exclude", "Buy nails, hooks"],
        &["plan", "Noon", "--only", "Buy nails, hooks", "--only", "Buy glue,Label"],
    ] {
        let plan = words(args);
        assert_eq!(plan.code, 0, "{args:?}: {}", plan.err);
    }
    let both = words(&["plan", "Noon", "--only", "Buy nails, hooks", "--only", "Buy glue,Label"]).out;
    assert!(both.ends_with("Plan: 3 would run, 0 hold\n"), "{both}");
    let mut from_variable = command_of(env!("CARGO_BIN_EXE_words"), &["plan", "Noon"]);
    let plan = said(from_variable.env("DOJOBBER_ONLY", "Buy nails, hooks"));
    let expected =
        lines(["would run Buy nails, hooks: it has no check, so it runs every time", "Plan: 1 would run, 0 hold"]);
    assert_eq!((plan.code, plan.out), (0, expected));
    let help = words(&["run", "--help"]).out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(help.matches("commas separate several").count(), 3, "{help}");
}

#[test]
fn names_that_nobody_has() {
    for (args, expected) in [
        (&["--only", "Nope"][..], "error: no job is named `Nope`; `list` shows those that there are\n"),
        (
            &["--only", "Unpac"],
            "error: no job is named `Unpac`; did you mean `Unpack`? `list` shows those that there are\n",
        ),
        (
            &["--only", "Unpack,Nope", "--exclude", "None of these"],
            "error: no job is named `Nope`; `list` shows those that there are\n\
             no job is named `None of these`; `list` shows those that there are\n",
        ),
    ] {
        let plan = words(&[&["plan", "Noon"], args].concat());
        assert_eq!((plan.code, &*plan.out, &*plan.err), (2, "", expected));
    }
}

#[test]
fn why_a_root_and_a_family() {
    let why = words(&["why", "Exhibition", "Noon"]).out;
    assert!(
        why.contains("\n\nIt is a root of the graph\n\nIt needs\n") && !why.contains("in the graph because of"),
        "{why}"
    );
    let why = words(&["why", "Label", "Sunrise", "Noon"]);
    let (place, members) = why.out.split_once('\n').unwrap();
    assert!(place.starts_with("Label (") && place.contains("words.rs:") && place.ends_with(')'), "{place}");
    let expected = lines([
        "    There is a label.",
        "",
        "It is a family. In this graph its members are",
        "    ok        Label Sunrise",
        "    would run Label Noon",
    ]);
    assert_eq!((why.code, members), (0, &*expected));
    let expected = "error: there is no job `Lable` in this graph; did you mean `Label`?\n";
    assert_eq!(words(&["why", "Lable", "Noon"]).err, expected);
}

#[test]
fn why_what_came_during_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let events = folder.path().join("events");
    let events = events.to_str().unwrap();
    assert_eq!(words(&["Sunrise", "Noon", "--job", "Noon", "--events", events]).code, 1);
    let why = |job: &str| {
        let why = words(&["why", job, "Sunrise", "Noon", "--events", events]);
        assert_eq!(why.code, 0, "{job}: {}", why.err);
        why.out.replace(events, "FILE")
    };
    let expected = lines([
        "Hang Noon",
        "",
        "It is made during the run, as a member of Hang",
        "",
        "In the run of FILE it was failed",
        "    it ran, since it has no check",
        "    the nail is bent",
    ]);
    assert_eq!(why("Hang Noon"), expected);
    let expected = lines([
        "",
        "In the run of FILE it was blocked",
        "    its members were made during the run: Hang Sunrise, Hang Noon",
        "    because of Hang Noon: the nail is bent",
    ]);
    assert!(why("Hang").ends_with(&expected), "{}", why("Hang"));
}

#[test]
fn families_that_come_into_being_during_the_run_can_be_left_out() {
    for (excluded, skipped) in [("Hang", "Hang"), ("Hang[Hang Noon]", "Hang Noon")] {
        let run = words(&["run", "Sunrise", "Noon", "--job", "Noon", "--exclude", excluded, "-v"]);
        assert_eq!(run.code, 0, "{}", run.err);
        let line = format!("{skipped}: skipped, excluded\n");
        assert!(run.err.contains(&line) && !run.err.contains(&format!("{skipped}.run")), "{}", run.err);
        assert_eq!(run.err.contains("Hang Sunrise.run: pass"), excluded != "Hang", "{}", run.err);
    }
    let run =
        words(&["run", "Sunrise", "Noon", "--job", "Noon", "--exclude", "Hang[Hang Noon], Hang[Hang Sunrise]", "-v"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(run.err.matches(": skipped, excluded\n").count(), 2, "{}", run.err);
    let run = words(&["run", "Noon", "--exclude", "Label[Label Noon],Hung[Noon],Label[Dusk]"]);
    assert_eq!(run.code, 2);
    let unknown: Vec<_> = run.err.lines().map(|line| line.split(';').next().unwrap()).collect();
    assert_eq!(unknown, ["error: no job is named `Hung[Noon]`", "no job is named `Label[Dusk]`"]);
}

#[test]
fn members_by_their_family_and_key() {
    let plan = |args: &[&str]| words(&[&["plan", "Sunrise", "Noon"], args].concat());
    let only = plan(&["--only", "Label[Label Noon]"]);
    let expected = lines(["would run Label Noon: check returned false", "Plan: 1 would run, 0 hold"]);
    assert_eq!((only.code, only.out), (0, expected), "{}", only.err);
    let only = plan(&["--only", "Label[Label Noon],Buy glue"]);
    assert!(only.out.ends_with("Plan: 2 would run, 0 hold\n"), "{only:?}");
    // A job may be called so.
    let only = plan(&["--only", "Hang[a mirror]"]);
    assert!(only.code == 0 && only.out.ends_with("Plan: 1 would run, 0 hold\n"), "{only:?}");
    let only = plan(&["--only", "Hang[Hang Noon]"]);
    let expected = "error: `Hang[Hang Noon]` would come into being during the run, as a member of `Hang`, which can only be \
                    named as a whole\n";
    assert_eq!((only.code, &*only.err), (2, expected));
    for (flag, typed, near) in [
        ("--only", "Label[Label Non]", "Label[Label Noon]"),
        ("--only", "Lable[Label Noon]", "Label[Label Noon]"),
        ("--exclude", "Label[Label Noom]", "Label[Label Noon]"),
        ("--exclude", "Hung[Hang Noon]", "Hang[Hang Noon]"),
    ] {
        let expected =
            format!("error: no job is named `{typed}`; did you mean `{near}`? `list` shows those that there are\n");
        assert_eq!(plan(&[flag, typed]).err, expected);
    }
}

#[test]
fn why_of_members_by_their_family_and_key() {
    let why = |job: &str| words(&["why", job, "Sunrise", "Noon"]);
    assert!(why("Label[Label Noon]").out.starts_with("Label Noon ("), "{:?}", why("Label[Label Noon]"));
    let late = why("Hang[Hang Noon]");
    let expected = "\
Hang[Hang Noon]

It is made during the run, as a member of Hang, if that has one of this key
";
    assert_eq!((late.code, &*late.out), (0, expected), "{}", late.err);
    for (typed, near) in [("Label[Label Non]", "Label[Label Noon]"), ("Hung[Hang Noon]", "Hang[Hang Noon]")] {
        let expected = format!("error: there is no job `{typed}` in this graph; did you mean `{near}`?\n");
        assert_eq!(why(typed).err, expected);
    }
    let expected =
        "error: there is no job `Hang Noon` in this graph. (Members of `Hang` come into being during the run.)\n";
    assert_eq!(words(&["why", "Hang Noon", "Sunrise"]).err, expected);
}
