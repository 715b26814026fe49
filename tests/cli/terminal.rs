//! A program at a terminal of its own.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// So long nothing may be said by a program that has to.
const PATIENCE: Duration = Duration::from_mins(1);

/// The terminal, and the program at it.
pub(crate) struct Terminal {
    screen: vt100::Parser,
    /// All that was ever written to it.
    pub(crate) raw: Vec<u8>,
    pieces: Receiver<Vec<u8>>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    /// It would hang up.
    _master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    /// Starts a program at a terminal of so many columns, in an environment without words for it.
    pub(crate) fn start(columns: u16, program: &str, args: &[&str], env: &[(&str, &str)]) -> Self {
        let size = PtySize { rows: 24, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env_remove("RUST_BACKTRACE");
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("DOJOBBER_") || name.contains("COLOR")) {
            command.env_remove(name);
        }
        command.env("TERM", "xterm-256color");
        for (name, value) in env {
            command.env(name, value);
        }
        command.cwd(Path::new("/"));
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
    pub(crate) fn text(&self) -> String {
        let screen = self.screen.screen();
        let lines: Vec<_> = screen.rows(0, screen.size().1).map(|line| without_seconds(line.trim_end())).collect();
        lines.join("\n").trim_end().to_owned() + "\n"
    }

    /// Waits until the screen is as it should be.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, what: impl Fn(&str) -> bool) {
        // Time is drawn again and again, so pieces come for ever.
        for _ in 0..600 {
            if what(&self.text()) {
                return;
            }
            match self.pieces.recv_timeout(PATIENCE) {
                Ok(piece) => self.take(&piece),
                Err(_) => break,
            }
        }
        panic!("it never came:\n{}", self.text());
    }

    /// Waits until this is all that can be read.
    #[track_caller]
    pub(crate) fn wait_for_all(&mut self, expected: &str) {
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

    pub(crate) fn type_in(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// What the program exits with, when all that it has written is on the screen.
    pub(crate) fn end(&mut self) -> u32 {
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

/// Numbers of seconds as `…`.
fn without_seconds(line: &str) -> String {
    let mut words: Vec<_> = line.split(' ').collect();
    for place in 1..words.len() {
        let is_number = words[place - 1].parse::<f64>().is_ok();
        if is_number && matches!(words[place], "s" | "s,") {
            words[place - 1] = "…";
        }
    }
    words.join(" ")
}
