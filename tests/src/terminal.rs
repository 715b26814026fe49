//! A program at a terminal of its own.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::program::words_for_programs;

/// So long nothing may be said by a program that has to.
const PATIENCE: Duration = Duration::from_mins(1);

/// The terminal, and the program at it.
pub struct Terminal {
    screen: vt100::Parser,
    /// All that was ever written to it.
    pub raw: Vec<u8>,
    pieces: Receiver<Vec<u8>>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    /// It would hang up.
    _master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    /// Starts a program at a terminal of so many columns, in an environment without words for it.
    pub fn start(columns: u16, program: &str, args: &[&str], env: &[(&str, &str)]) -> Self {
        Self::start_in(Path::new("/"), columns, program, args, env)
    }

    /// As [`start`](Self::start), in this folder.
    pub fn start_in(folder: &Path, columns: u16, program: &str, args: &[&str], env: &[(&str, &str)]) -> Self {
        let size = PtySize { rows: 24, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        // Otherwise the key that interrupts throws away what has been written and not been read yet, be it the answer to it.
        let mut command = CommandBuilder::new("/bin/sh");
        command.args(["-c", r#"PATH=/bin:/usr/bin stty noflsh; exec "$0" "$@""#, program]);
        command.args(args);
        for name in words_for_programs() {
            command.env_remove(name);
        }
        command.env_remove("RUST_BACKTRACE");
        command.env_remove("RUST_LOG");
        command.env("TERM", "xterm-256color");
        for (name, value) in env {
            command.env(name, value);
        }
        command.cwd(folder);
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (send, pieces) = mpsc::channel();
        // Ends with the program: then nobody has the terminal open.
        thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(length @ 1..) = reader.read(&mut piece) {
                if send.send(piece[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        let keys = pair.master.take_writer().unwrap();
        let screen = vt100::Parser::new(size.rows, columns, 0);
        Self { screen, raw: Vec::new(), pieces, keys, child, _master: pair.master }
    }

    /// What can be read on it, without times, which differ from run to run.
    pub fn text(&self) -> String {
        let screen = self.screen.screen();
        let lines: Vec<_> = screen.rows(0, screen.size().1).map(|line| without_seconds(line.trim_end())).collect();
        lines.join("\n").trim_end().to_owned() + "\n"
    }

    /// The screen as it is.
    pub fn screen(&self) -> &vt100::Screen {
        self.screen.screen()
    }

    /// Waits until this can be read. Panics if that doesn't come.
    #[track_caller]
    pub fn wait_for(&mut self, what: impl Fn(&str) -> bool) {
        self.wait_until(|terminal| what(&terminal.text()));
    }

    /// Waits until the terminal is as it should be. Panics if that doesn't come.
    #[track_caller]
    pub fn wait_until(&mut self, what: impl Fn(&Self) -> bool) {
        // Time is drawn again and again, so pieces come for ever.
        for _ in 0..600 {
            if what(self) {
                return;
            }
            match self.pieces.recv_timeout(PATIENCE) {
                Ok(piece) => self.take(&piece),
                Err(_) => break,
            }
        }
        panic!("it never came:\n{}", self.text());
    }

    /// Waits until this is all that can be read. Panics if that doesn't come.
    #[track_caller]
    pub fn wait_for_all(&mut self, expected: &str) {
        for _ in 0..200 {
            if self.text() == expected {
                return;
            }
            match self.pieces.recv_timeout(PATIENCE) {
                Ok(piece) => self.take(&piece),
                Err(_) => break,
            }
        }
        assert_eq!(self.text(), expected);
    }

    /// Presses these keys.
    pub fn type_in(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// What the program exits with, when all that it has written is on the screen.
    pub fn end(&mut self) -> u32 {
        while let Ok(piece) = self.pieces.recv_timeout(PATIENCE) {
            self.take(&piece);
        }
        self.child.wait().unwrap().exit_code()
    }

    fn take(&mut self, piece: &[u8]) {
        self.raw.extend_from_slice(piece);
        self.screen.process(piece);
    }
}

/// Numbers of seconds as `…`: they differ from run to run.
pub fn without_seconds(line: &str) -> String {
    let mut words: Vec<_> = line.split(' ').collect();
    for place in 1..words.len() {
        let is_number = words[place - 1].parse::<f64>().is_ok();
        if is_number && matches!(words[place], "s" | "s," | "s:") {
            words[place - 1] = "…";
        }
    }
    words.join(" ")
}
