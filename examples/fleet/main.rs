//! Bringing a fleet of hosts to what a file says: what families are for. Hosts are directories here, and services are
//! state files, so the example can be run, broken by hand, and run again.
//!
//! ```text
//! cargo run --example fleet -- --root /tmp/fleet --hosts examples/fleet/hosts.toml -v
//! ```
//!
//! The second time nothing runs: every job finds that its goal holds. Delete a file, or change one, and exactly that is
//! put right (`-n` tells beforehand), with the restart that it implies. Add a host to the file, and only its jobs run.
//!
//! - `provision.rs`: three families, each step of a host needing that host's step before;
//! - `greet.rs`: a step that joins from a file of its own;
//! - `watch.rs`: results of all members at once, and a family that comes into being during the run;
//! - `hosts.rs` and `files.rs`: what it is all about, without a job.
//!
//! Exits with 0 if everything holds, with 1 if not (with `-n`: if something would run), and with 2 if there is something
//! wrong with the command line, with the hosts file, or with the jobs. Ctrl-C ends it with 130.

use std::process::ExitCode;

use crate::files::{Paths, Templates};
use crate::hosts::Inventory;
use crate::provision::Fleet;

mod files;
mod greet;
mod hosts;
mod provision;
mod watch;

fn main() -> ExitCode {
    dojobber::cli::<Paths>()
        .root::<Fleet>()
        .configure(|dojob, paths| {
            // A disk that refused a file will do so a second later.
            dojob.set_args(Inventory::read(&paths.hosts)?).state(Templates::new()?).default_tries(1);
            Ok(())
        })
        .main()
}
