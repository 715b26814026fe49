//! `completions`: a script for a shell.
//!
//! It is written once, and tells the names of jobs, tags and roots that are known then: of what the program's arguments make
//! of jobs, it knows nothing. What is typed is looked up as ever.

use std::collections::BTreeSet;

use clap::Command;
use clap::builder::PossibleValuesParser;
use clap_complete::Shell;

use super::flags::{JOB, ROOTS};
use crate::registry::registered;

/// Shells read the script whenever they start, and it has all names several times.
const MOST: usize = 500;

/// The script, for the program of this command line.
pub(super) fn script(shell: Shell, command: Command, program: &str, roots: &[&'static str]) -> Vec<u8> {
    let jobs = names(registered().iter().map(|job| job.name()));
    let tags = names(registered().iter().flat_map(|job| job.tags()).copied());
    let roots = names(roots.iter().copied());
    let mut command = command.mut_subcommands(|verb| {
        verb.mut_args(|arg| {
            let names = match arg.get_id().as_str() {
                JOB | "only" | "exclude" => &jobs,
                "tag" => &tags,
                ROOTS => &roots,
                _ => return arg,
            };
            if names.is_empty() { arg } else { arg.value_parser(PossibleValuesParser::new(names)) }
        })
    });
    // Without a verb, `run` is meant.
    let of_run: Vec<_> = command.find_subcommand("run").into_iter().flat_map(Command::get_arguments).cloned().collect();
    command = command.args(of_run.into_iter().filter(|arg| !arg.is_positional()));
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, program, &mut script);
    script
}

/// Those that are words in every shell, since not all that write scripts quote them: none if there are too many.
fn names(all: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let is_word = |name: &&str| {
        !name.is_empty() && !name.starts_with('-') && name.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c))
    };
    let names: BTreeSet<_> = all.filter(is_word).collect();
    if names.len() > MOST { Vec::new() } else { names.into_iter().collect() }
}
