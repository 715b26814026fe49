//! What was typed, and what the environment says: where only one of two can be, what was typed wins.

use std::ffi::OsString;

use clap::builder::{FalseyValueParser, Resettable, TypedValueParser};
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::flags::ROOTS;

/// Options that choose other jobs than the roots.
const CHOICES: [&str; 2] = ["only", "tag"];

/// What the command makes of these words, of which the second is the verb.
pub(super) fn matches(command: &Command, words: &[OsString]) -> Result<ArgMatches, clap::Error> {
    let first = command.clone().try_get_matches_from(words);
    let Some(verb) = words.get(1).and_then(|verb| command.find_subcommand(verb)) else {
        return first;
    };
    let parse = |command: &Command, unread: &[&str]| {
        let command = command.clone().mut_subcommand(verb.get_name(), |verb| {
            verb.mut_args(|arg| if unread.contains(&arg.get_id().as_str()) { arg.env(Resettable::Reset) } else { arg })
        });
        command.try_get_matches_from(words)
    };
    match &first {
        // `clap` holds two arguments against each other wherever they come from.
        Err(error) if error.kind() == ErrorKind::ArgumentConflict => {}
        Ok(matches) if has_roots(matches) && CHOICES.into_iter().any(|choice| source(matches, choice) == Some(ENV)) => {
            return parse(command, &CHOICES);
        }
        _ => return first,
    }
    let apart = apart(verb);
    let all: Vec<_> = apart.as_flattened().iter().map(|arg| arg.get_id().as_str()).collect();
    // Only to find what was typed: whatever is missing may be in the environment.
    let typed = parse(&command.clone().ignore_errors(true), &all)?;
    let is_typed = |arg: &Arg| source(&typed, arg.get_id().as_str()) == Some(ValueSource::CommandLine);
    let silent = apart.as_flattened().iter().filter(|arg| !says(arg)).map(|arg| arg.get_id().as_str());
    let mut unread: Vec<_> = silent.chain(CHOICES.into_iter().filter(|_| has_roots(&typed))).collect();
    for [one, other] in &apart {
        match (is_typed(one), is_typed(other)) {
            (true, false) => unread.push(other.get_id().as_str()),
            (false, true) => unread.push(one.get_id().as_str()),
            _ => {}
        }
    }
    let is_read = |arg: &Arg| !is_typed(arg) && !unread.contains(&arg.get_id().as_str());
    let both = apart.iter().find(|[one, other]| is_read(one) && is_read(other));
    if let Some([Some(one), Some(other)]) = both.map(|both| both.map(Arg::get_env)) {
        let (one, other) = (one.display(), other.display());
        let told = format!("the environment has both {one} and {other}, which cannot be used together");
        return Err(command.clone().error(ErrorKind::ArgumentConflict, told));
    }
    parse(command, &unread)
}

/// Pairs of arguments of which only one can be. Of a program's own that are global, `clap` doesn't tell.
fn apart(verb: &Command) -> Vec<[&Arg; 2]> {
    let told = verb.get_arguments().filter(|arg| !arg.is_global_set());
    let told = told.flat_map(|arg| verb.get_arg_conflicts_with(arg).into_iter().map(move |other| [arg, other]));
    let groups = verb.get_groups().filter(|group| !(*group).clone().is_multiple());
    let grouped = groups.flat_map(|group| {
        let args: Vec<_> =
            group.get_args().filter_map(|id| verb.get_arguments().find(|arg| arg.get_id() == id)).collect();
        let pairs =
            args.iter().enumerate().flat_map(|(place, one)| args[..place].iter().map(move |other| [*other, *one]));
        pairs.collect::<Vec<_>>()
    });
    told.chain(grouped).collect()
}

const ENV: ValueSource = ValueSource::EnvVariable;

/// Where the value of an argument that the verb has comes from.
fn source(matches: &ArgMatches, arg: &str) -> Option<ValueSource> {
    matches.subcommand()?.1.value_source(arg)
}

/// Whether roots were named, which no variable does.
fn has_roots(matches: &ArgMatches) -> bool {
    let roots = matches.subcommand().and_then(|(_, verb)| verb.try_get_many::<String>(ROOTS).ok().flatten());
    roots.is_some()
}

/// Whether its variable does: one can say that a switch is off.
fn says(arg: &Arg) -> bool {
    let Some(value) = arg.get_env().and_then(std::env::var_os) else {
        return false;
    };
    let is_switch = matches!(arg.get_action(), ArgAction::SetTrue);
    !is_switch || FalseyValueParser::new().parse_ref(&Command::new(""), None, &value).is_ok_and(|is_on| is_on)
}

#[cfg(test)]
mod tests {
    use clap::ArgGroup;

    use super::*;

    /// A variable that is there wherever there are programs.
    const THERE: &str = "PATH";

    fn run(args: impl IntoIterator<Item = Arg>) -> Command {
        Command::new("run").args(args)
    }

    /// Which of these arguments there are when these are typed behind the verb.
    fn given(run: Command, args: [&str; 2], typed: &[&str]) -> [bool; 2] {
        let words: Vec<OsString> = ["site", "run"].iter().chain(typed).map(Into::into).collect();
        let matches = matches(&Command::new("site").subcommand(run), &words).unwrap();
        args.map(|arg| matches.subcommand().unwrap().1.contains_id(arg))
    }

    #[test]
    fn what_is_required_may_be_in_the_environment() {
        let token = Arg::new("token").long("token").env(THERE).required_unless_present("anonymous");
        let token = token.conflicts_with("anonymous");
        let anonymous = Arg::new("anonymous").long("anonymous");
        let of = Arg::new("of").long("of").env(THERE).conflicts_with("at");
        let at = Arg::new("at").long("at");
        assert_eq!(given(run([token, anonymous, of, at]), ["token", "of"], &["--at", "noon"]), [true, false]);
    }

    #[test]
    fn what_a_group_keeps_apart() {
        let of = || [Arg::new("file").long("file").env(THERE), Arg::new("url").long("url")];
        let group = ArgGroup::new("from").args(["file", "url"]);
        assert_eq!(given(run(of()).group(group), ["file", "url"], &["--url", "x"]), [false, true]);
    }

    #[test]
    fn a_global_argument_that_a_group_keeps_away() {
        let none = Arg::new("none").long("none").global(true).conflicts_with("from");
        let all = [none, Arg::new("file").long("file"), Arg::new("of").long("of").env(THERE).conflicts_with("at")];
        let group = ArgGroup::new("from").args(["file"]).multiple(true);
        let run = run(all).arg(Arg::new("at").long("at")).group(group);
        assert_eq!(given(run, ["of", "at"], &["--at", "noon"]), [false, true]);
    }
}
