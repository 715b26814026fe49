//! Where an output goes: a file, or standard output.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::harmless::tame;

/// Standard output, where a file is asked for.
pub(super) const STDOUT: &str = "-";

/// It is open, so it can be written; what a file holds stays as it is until the output begins.
pub(super) struct Target {
    name: String,
    /// `None` for standard output.
    file: Option<File>,
    /// The file, if it wasn't there before and nothing was to be written yet.
    fresh: Option<PathBuf>,
}

impl Target {
    /// An error says what is wrong with it.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let name = name(path);
        if path == Path::new(STDOUT) {
            return Ok(Self { name, file: None, fresh: None });
        }
        let mut options = OpenOptions::new();
        options.write(true);
        let (opened, fresh) = match options.clone().create_new(true).open(path) {
            // Also where a link leads to a file that isn't there yet.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => (options.create(true).open(path), None),
            created => (created, Some(path.to_owned())),
        };
        match opened {
            Ok(file) => Ok(Self { name, file: Some(file), fresh }),
            Err(error) => Err(format!("{name}: {error}")),
        }
    }

    /// From now on a file is the output's: it is empty, and stays. An error says what is wrong with it.
    pub(super) fn begin(&mut self) -> Result<(), String> {
        self.fresh = None;
        let Some(file) = &self.file else { return Ok(()) };
        // Pipes and devices can't be emptied, and needn't.
        let emptied = file.metadata().and_then(|is| if is.is_file() { file.set_len(0) } else { Ok(()) });
        emptied.map_err(|error| format!("{}: {error}", self.name))
    }

    /// As it is called in messages.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

/// How a file that was asked for is called in messages.
pub(super) fn name(path: &Path) -> String {
    if path == Path::new(STDOUT) { "standard output".to_owned() } else { tame(&path.display().to_string()) }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.file {
            Some(file) => file.write(bytes),
            None => io::stdout().write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.file {
            Some(file) => file.flush(),
            None => io::stdout().flush(),
        }
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Some(path) = &self.fresh {
            // Nothing came of it: what can't be taken away is an empty file.
            let _ = std::fs::remove_file(path);
        }
    }
}
