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
    let without = |unread: &[&str]| {
        let command = command.clone().mut_subcommand(verb.get_name(), |verb| {
            verb.mut_args(|arg| if unread.contains(&arg.get_id().as_str()) { arg.env(Resettable::Reset) } else { arg })
        });
        command.try_get_matches_from(words)
    };
    match &first {
        // `clap` holds two arguments against each other wherever they come from.
        Err(error) if error.kind() == ErrorKind::ArgumentConflict => {}
        Ok(matches) if has_roots(matches) && CHOICES.into_iter().any(|choice| source(matches, choice) == Some(ENV)) => {
            return without(&CHOICES);
        }
        _ => return first,
    }
    let apart: Vec<_> = verb
        .get_arguments()
        .flat_map(|arg| verb.get_arg_conflicts_with(arg).into_iter().map(move |other| [arg, other]))
        .collect();
    let all: Vec<_> = apart.as_flattened().iter().map(|arg| arg.get_id().as_str()).collect();
    let typed = without(&all)?;
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
    without(&unread)
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
