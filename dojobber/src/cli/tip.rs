//! What else is said of arguments that are wrong: whose they are, or where they come from.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Of one that a verb doesn't take, says whose it is, if it is one of `run`'s. Else `clap` would advise to pass it as a value,
/// which is no help: no value begins like that. Of a wrong value, and of what can't be used together, says which variables of
/// the environment are set.
pub(super) fn improve(error: &mut clap::Error, verb: &str, command: &clap::Command) {
    match error.kind() {
        ErrorKind::UnknownArgument => whose(error, verb, command.find_subcommand("run")),
        ErrorKind::ArgumentConflict | ErrorKind::ValueValidation | ErrorKind::InvalidValue => {
            if let Some(verb) = command.find_subcommand(verb) {
                from_where(error, verb);
            }
        }
        _ => {}
    }
}

/// What is wrong may not have been typed.
fn from_where(error: &mut clap::Error, verb: &clap::Command) {
    let named: Vec<String> = [ContextKind::InvalidArg, ContextKind::PriorArg]
        .into_iter()
        .filter_map(|kind| match error.get(kind)? {
            ContextValue::String(one) => Some(vec![one.clone()]),
            ContextValue::Strings(several) => Some(several.clone()),
            _ => None,
        })
        .flatten()
        .collect();
    let is_named = |arg: &&clap::Arg| {
        let long = arg.get_long().map(|long| format!("--{long}"));
        long.is_some_and(|long| named.iter().any(|named| named.split(' ').next() == Some(&long)))
    };
    let variables = verb.get_arguments().filter(is_named).filter_map(clap::Arg::get_env);
    let set = variables.filter(|name| std::env::var_os(name).is_some());
    let tips: Vec<_> = set.map(|name| format!("the environment has {}", name.display()).into()).collect();
    if !tips.is_empty() {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
    }
}

fn whose(error: &mut clap::Error, verb: &str, run: Option<&clap::Command>) {
    error.remove(ContextKind::Suggested);
    let Some(ContextValue::String(unknown)) = error.get(ContextKind::InvalidArg) else {
        return;
    };
    let is_of_run = run.into_iter().flat_map(clap::Command::get_arguments).any(|arg| {
        let long = arg.get_long().map(|long| format!("--{long}"));
        let short = arg.get_short().map(|short| format!("-{short}"));
        long.as_ref() == Some(unknown) || short.as_ref() == Some(unknown)
    });
    if verb == "run" || !is_of_run {
        return;
    }
    let tip = match verb {
        "plan" => format!("`run` takes '{unknown}'; `run -n {unknown}` only checks, as `plan` does"),
        _ => format!("`run` takes '{unknown}'"),
    };
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
}
