//! Variables of the environment that nobody reads, since they are misspelt.

use std::collections::BTreeSet;
use std::io::Write;

use clap::{Arg, Command};

use crate::harmless::tame;
use crate::nearest::nearest;

const PREFIX: &str = "DOJOBBER_";

/// Says of each variable that is no flag's, but is called nearly as one, what it should be called. Others of that kind are the
/// program's own.
pub(super) fn warn_of_misspelt(command: impl FnOnce() -> Command) {
    let set: BTreeSet<_> = std::env::vars_os().filter_map(|(name, _)| of_ours(name.to_str()?)).collect();
    if set.is_empty() {
        return;
    }
    let mut known = BTreeSet::new();
    collect(&command(), &mut known);
    for name in set.difference(&known) {
        if let Some(near) = nearest(name, known.iter().map(String::as_str)) {
            let name = tame(name);
            // What can't be said is lost: the run goes on.
            let _ = writeln!(
                anstream::stderr(),
                "warning: {PREFIX}{name} in the environment means nothing here; did you mean {PREFIX}{near}?"
            );
        }
    }
}

/// The rest of the name. All of it would make every two of them alike.
fn of_ours(name: &str) -> Option<String> {
    name.strip_prefix(PREFIX).map(str::to_owned)
}

fn collect(command: &Command, known: &mut BTreeSet<String>) {
    let of_args = command.get_arguments().filter_map(Arg::get_env);
    known.extend(of_args.filter_map(|name| of_ours(name.to_str()?)));
    for verb in command.get_subcommands() {
        collect(verb, known);
    }
}

#[cfg(all(test, feature = "process"))]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::flags::Line;
    use crate::command::ALONE;

    #[test]
    fn what_is_kept_from_other_programs_is_what_flags_read() {
        let mut known = BTreeSet::new();
        collect(&Line::<()>::command(), &mut known);
        let kept: BTreeSet<_> = ALONE.iter().filter_map(|name| of_ours(name)).collect();
        assert!(kept.len() == ALONE.len() && kept.is_subset(&known), "{kept:?} of {known:?}");
    }
}
