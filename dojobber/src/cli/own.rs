//! What is the program's own on its command line: its name, and its arguments beside dojobber's.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap::{Arg, ArgAction, Args, CommandFactory};

use super::flags::Line;

/// As whoever started the program called it, without folders.
pub(super) fn name(typed: Option<&OsString>) -> String {
    let file = |path: &Path| path.file_name().map(OsStr::to_owned);
    let name = typed.and_then(|typed| file(Path::new(typed)));
    let name = name.or_else(|| std::env::current_exe().ok().and_then(|path| file(&path)));
    name.map_or_else(|| "program".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// The program's own arguments, and what it says of itself.
pub(super) fn arguments<A: Args>() -> clap::Command {
    A::augment_args(clap::Command::new("own"))
}

/// The version that the program tells: the one that was given, or else that of its arguments.
pub(super) fn version<A: Args>(given: Option<&str>) -> Option<String> {
    given.map(str::to_owned).or_else(|| arguments::<A>().get_version().map(str::to_owned))
}

/// Whether some of the program's own arguments are words without a flag.
pub(super) fn has_words<A: Args>() -> bool {
    arguments::<A>().get_positionals().next().is_some()
}

/// An argument of the program that is in the way of one of dojobber's: clap would only say so in debug builds, and then
/// panic.
pub(super) fn clashes<A: Args>(several_roots: bool, has_version: bool) -> Result<(), String> {
    let own = arguments::<A>();
    for word in own.get_positionals() {
        let name = word.get_id();
        if word.get_index().is_some() {
            return Err(format!(
                "the program's argument `{name}` has an index, and dojobber has arguments before it: leave that out, and \
                 arguments have the order of the fields"
            ));
        }
        if several_roots && takes_the_rest(word) {
            return Err(format!(
                "the program's argument `{name}` takes all words that there are, and none would be left to choose one of \
                 several roots: make it a flag, or have one root"
            ));
        }
    }
    let (line, mut clashes) = (Line::<NoArgs>::command(), Vec::new());
    for verb in line.get_subcommands() {
        for arg in own.get_arguments() {
            let long = arg.get_long().filter(|long| verb.get_arguments().any(|other| other.get_long() == Some(long)));
            let short =
                arg.get_short().filter(|short| verb.get_arguments().any(|other| other.get_short() == Some(*short)));
            clashes.extend(long.map(|long| format!("`--{long}`")));
            clashes.extend(short.map(|short| format!("`-{short}`")));
            if long.is_none() && verb.get_arguments().any(|other| other.get_id() == arg.get_id()) {
                return Err(format!(
                    "the program's argument `{id}` is called as one that dojobber has: give its field another name",
                    id = arg.get_id()
                ));
            }
        }
    }
    clashes.sort();
    clashes.dedup();
    if has_version {
        not_of_versions(&own)?;
    }
    match &clashes[..] {
        [] => Ok(()),
        [one] => Err(format!("the program's flag {one} is one that dojobber has: give it another name")),
        several => {
            Err(format!("the program's flags {} are some that dojobber has: give them other names", several.join(", ")))
        }
    }
}

/// A program that has a version has the flags that tell it.
fn not_of_versions(own: &clap::Command) -> Result<(), String> {
    let is_taken = |is: fn(&Arg) -> bool| own.get_arguments().any(is);
    let long = is_taken(|arg| arg.get_long() == Some("version"));
    let short = is_taken(|arg| arg.get_short() == Some('V'));
    let (flags, names) = match (long, short) {
        (true, true) => ("flags `--version`, `-V` tell", "them other names"),
        (true, false) => ("flag `--version` tells", "it another name"),
        (false, true) => ("flag `-V` tells", "it another name"),
        (false, false) => return Ok(()),
    };
    Err(format!("the program's {flags} the version of a program that has one: give {names}, or leave the version out"))
}

/// Whether no word is left for arguments behind this one.
fn takes_the_rest(word: &Arg) -> bool {
    let takes_many = word.get_num_args().is_some_and(|many| many.max_values() > 1);
    takes_many || matches!(word.get_action(), ArgAction::Append) || word.is_last_set() || word.is_trailing_var_arg_set()
}

/// No arguments of the program's own.
#[derive(Args)]
struct NoArgs {}
