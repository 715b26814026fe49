//! A program where there are no process groups, or no way to wait for one safely: only the program itself is ended, and
//! at once, since nothing asks it to.

use std::io;
use std::process::{Command, ExitStatus};
use std::sync::Arc;

use shared_child::SharedChild;

use super::child::Pipes;

/// The program itself.
pub(super) struct Leader(Arc<SharedChild>);

/// Whoever is ended along with it: nobody.
pub(super) struct Group(Arc<SharedChild>);

impl Leader {
    pub(super) fn spawn(command: &mut Command) -> io::Result<(Self, Group, Pipes)> {
        let child = Arc::new(SharedChild::spawn(command)?);
        let pipes = Pipes { stdin: child.take_stdin(), stdout: child.take_stdout(), stderr: child.take_stderr() };
        Ok((Self(Arc::clone(&child)), Group(child), pipes))
    }

    /// Blocks until it has ended. Nothing stops who asks at the terminal.
    pub(super) fn await_end(&self, _asks: impl Fn()) {
        // `reap` tells what came of it.
        let _ = self.0.wait();
    }

    /// How it has ended.
    pub(super) fn reap(&mut self) -> io::Result<ExitStatus> {
        self.0.wait()
    }
}

impl Group {
    /// Ends it: there is no asking.
    pub(super) fn terminate(&self) {
        self.kill();
    }

    /// Ends it.
    pub(super) fn kill(&self) {
        // It has ended already, or may not be ended: there is nothing to be done about either.
        let _ = self.0.kill();
    }
}

/// What ended a program that didn't exit: that isn't known here.
pub(super) fn signal_name(_: ExitStatus) -> Option<String> {
    None
}
