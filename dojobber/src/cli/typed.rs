//! What was typed, and what the environment says: where only one of two can be, what was typed wins.

use std::ffi::OsString;

use clap::builder::{FalseyValueParser, Resettable, TypedValueParser};
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, Id};

/// What the command makes of these words, of which the second is the verb.
pub(super) fn matches(command: &Command, words: &[OsString]) -> Result<ArgMatches, clap::Error> {
    let of = |command: Command| command.try_get_matches_from(words);
    let error = match of(command.clone()) {
        Err(error) if error.kind() == ErrorKind::ArgumentConflict => error,
        all_else => return all_else,
    };
    // `clap` holds two arguments against each other wherever they come from.
    let Some(verb) = words.get(1).and_then(|verb| command.find_subcommand(verb)) else {
        return Err(error);
    };
    let apart: Vec<_> = verb
        .get_arguments()
        .flat_map(|arg| verb.get_arg_conflicts_with(arg).into_iter().map(move |other| (arg, other)))
        .collect();
    let without = |unread: &[&Id]| {
        of(command.clone().mut_subcommand(verb.get_name(), |verb| {
            verb.mut_args(|arg| if unread.contains(&arg.get_id()) { arg.env(Resettable::Reset) } else { arg })
        }))
    };
    let all: Vec<_> = apart.iter().flat_map(|(one, other)| [one.get_id(), other.get_id()]).collect();
    let typed = without(&all)?;
    let typed = typed.subcommand_matches(verb.get_name());
    let is_typed = |arg: &Arg| {
        typed.is_some_and(|typed| typed.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine))
    };
    let mut unread: Vec<_> =
        all.into_iter().filter(|id| verb.get_arguments().any(|arg| arg.get_id() == *id && !says(arg))).collect();
    for (one, other) in &apart {
        match (is_typed(one), is_typed(other)) {
            (true, false) => unread.push(other.get_id()),
            (false, true) => unread.push(one.get_id()),
            _ => {}
        }
    }
    let is_read = |arg: &Arg| !is_typed(arg) && !unread.contains(&arg.get_id());
    let both = apart.iter().find(|(one, other)| is_read(one) && is_read(other));
    if let Some([Some(one), Some(other)]) = both.map(|(one, other)| [one.get_env(), other.get_env()]) {
        let (one, other) = (one.display(), other.display());
        let told = format!("the environment has both {one} and {other}, which cannot be used together");
        return Err(command.clone().error(ErrorKind::ArgumentConflict, told));
    }
    without(&unread)
}

/// Whether its variable does: one can say that a switch is off.
fn says(arg: &Arg) -> bool {
    let Some(value) = arg.get_env().and_then(std::env::var_os) else {
        return false;
    };
    let is_switch = matches!(arg.get_action(), ArgAction::SetTrue);
    !is_switch || FalseyValueParser::new().parse_ref(&Command::new(""), None, &value).is_ok_and(|is_on| is_on)
}
