//! What the environment says to one program alone.

use std::process::Command;

/// Variables that say which jobs a program is to run, where it is to write, whom it is to ask, and what to exit with: a program
/// of dojobber that this one starts would write over its files, wait for its lock, or know none of its jobs. How jobs are to
/// be run (`DOJOBBER_NO_ACT` above all) is said to all of them.
pub(crate) const ALONE: [&str; 11] = [
    "DOJOBBER_ASK",
    "DOJOBBER_EVENTS",
    "DOJOBBER_EXCLUDE",
    "DOJOBBER_EXIT_CODE",
    "DOJOBBER_GRAPH",
    "DOJOBBER_JSON",
    "DOJOBBER_JUNIT",
    "DOJOBBER_LOCK",
    "DOJOBBER_ONLY",
    "DOJOBBER_REPORT",
    "DOJOBBER_TAG",
];

/// Has the program not be told what this one was told alone.
pub(super) fn keep(command: &mut Command) {
    // A command that changes nothing is started with the environment as it is, without a copy of it.
    for name in ALONE.iter().filter(|name| std::env::var_os(name).is_some()) {
        command.env_remove(name);
    }
}
