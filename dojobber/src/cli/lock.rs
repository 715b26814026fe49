//! `--lock FILE`: one copy at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::Path;

use super::target::name;

/// Nobody else has the file for as long as this is there, whatever ends the process.
pub(super) struct Lock(File);

impl Lock {
    /// Fails at once if another process has it, and names that.
    pub(super) fn take(path: &Path) -> Result<Self, String> {
        let told = |error: std::io::Error| format!("{}: {error}", name(path));
        // It is not emptied before it is ours.
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(told)?;
        match file.try_lock() {
            Ok(()) => {
                // From here on the file is emptied whatever happens.
                let mut lock = Self(file);
                let pid = std::process::id();
                lock.0.set_len(0).and_then(|()| writeln!(lock.0, "{pid}")).map_err(told)?;
                Ok(lock)
            }
            Err(TryLockError::Error(error)) => Err(told(error)),
            Err(TryLockError::WouldBlock) => Err(format!("{}: held by {}", name(path), holder(file))),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A number that stays would be that of another process some day. The file stays: whoever has opened it meanwhile
        // must meet those who come later.
        let _ = self.0.set_len(0);
    }
}

/// It writes its number right after it has taken the file.
fn holder(mut file: File) -> String {
    let mut text = String::new();
    let pid = file.read_to_string(&mut text).ok().and_then(|_| text.trim().parse::<u32>().ok());
    pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
}
