//! What is said of an argument that a verb doesn't take.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Says whose argument it is, if it is one of `run`'s. Else `clap` would advise to pass it as a value, which is no help: no
/// value begins like that.
pub(super) fn improve(error: &mut clap::Error, verb: &str, run: Option<&clap::Command>) {
    if error.kind() != ErrorKind::UnknownArgument {
        return;
    }
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
