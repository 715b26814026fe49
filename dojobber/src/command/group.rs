//! A program and all that it starts, as a process group.
//!
//! The program's number, which is the group's too, isn't given to another process before the program has been reaped.
//! So it is waited for without that first, and nobody is ever signalled who just happens to have got the number.

use std::io;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, ExitStatus};

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, WaitIdStatus, kill_process_group, waitid};

use super::child::Pipes;

/// The program itself.
pub(super) struct Leader(Child);

/// It, and all processes that it has started, unless they left for groups of their own.
pub(super) struct Group(Pid);

impl Leader {
    pub(super) fn spawn(command: &mut Command) -> io::Result<(Self, Group, Pipes)> {
        let mut child = command.process_group(0).spawn()?;
        let group = Group(Pid::from_child(&child));
        let pipes = Pipes { stdin: child.stdin.take(), stdout: child.stdout.take(), stderr: child.stderr.take() };
        Ok((Self(child), group, pipes))
    }

    /// Blocks until it has ended; until it is reaped, its group can be signalled. Calls this when the program has been
    /// stopped since it asks at the terminal: then it waits to be brought to the foreground, and nobody will.
    pub(super) fn await_end(&self, asks: impl Fn()) {
        let of_it = |options| waitid(WaitId::Pid(Pid::from_child(&self.0)), options);
        loop {
            match of_it(WaitIdOptions::EXITED | WaitIdOptions::STOPPED | WaitIdOptions::NOWAIT) {
                Err(Errno::INTR) => {}
                // That is taken in, or it would be told again; its end is left alone.
                Ok(Some(status)) if status.stopped() => {
                    if let Ok(Some(status)) = of_it(WaitIdOptions::STOPPED | WaitIdOptions::NOHANG)
                        && wants_terminal(&status)
                    {
                        asks();
                    }
                }
                // An error other than an interruption is that of `reap` too, which tells of it.
                _ => return,
            }
        }
    }

    /// How it has ended. From here on its group must not be signalled.
    pub(super) fn reap(&mut self) -> io::Result<ExitStatus> {
        self.0.wait()
    }
}

impl Group {
    /// Asks it to end, also those in it that have been stopped: they would hear of it only when they go on.
    pub(super) fn terminate(&self) {
        self.signal(Signal::TERM);
        self.signal(Signal::CONT);
    }

    /// Ends it.
    pub(super) fn kill(&self) {
        self.signal(Signal::KILL);
    }

    fn signal(&self, signal: Signal) {
        // It has ended already, or it has become another user's: there is nothing to be done about either.
        let _ = kill_process_group(self.0, signal);
    }
}

/// Whether it has been stopped by the terminal, from which a group in the background can't read and which it can't change.
#[cfg(not(any(target_os = "emscripten", target_os = "netbsd")))]
fn wants_terminal(stopped: &WaitIdStatus) -> bool {
    let by = [Signal::TTIN, Signal::TTOU].map(Signal::as_raw);
    stopped.stopping_signal().is_some_and(|signal| by.contains(&signal))
}

/// What has stopped it isn't known here.
#[cfg(any(target_os = "emscripten", target_os = "netbsd"))]
fn wants_terminal(_: &WaitIdStatus) -> bool {
    false
}

/// What ended a program that didn't exit.
pub(super) fn signal_name(status: ExitStatus) -> Option<String> {
    let signal = status.signal()?;
    let known = [
        (Signal::HUP, "SIGHUP"),
        (Signal::INT, "SIGINT"),
        (Signal::QUIT, "SIGQUIT"),
        (Signal::ILL, "SIGILL"),
        (Signal::TRAP, "SIGTRAP"),
        (Signal::ABORT, "SIGABRT"),
        (Signal::BUS, "SIGBUS"),
        (Signal::FPE, "SIGFPE"),
        (Signal::KILL, "SIGKILL"),
        (Signal::USR1, "SIGUSR1"),
        (Signal::SEGV, "SIGSEGV"),
        (Signal::USR2, "SIGUSR2"),
        (Signal::PIPE, "SIGPIPE"),
        (Signal::ALARM, "SIGALRM"),
        (Signal::TERM, "SIGTERM"),
        (Signal::XCPU, "SIGXCPU"),
        (Signal::XFSZ, "SIGXFSZ"),
        (Signal::SYS, "SIGSYS"),
    ];
    let name = known.iter().find(|(known, _)| known.as_raw() == signal).map(|(_, name)| (*name).to_owned());
    Some(name.unwrap_or_else(|| format!("signal {signal}")))
}
