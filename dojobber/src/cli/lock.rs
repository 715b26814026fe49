//! `--lock FILE`: one copy at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use super::target::name;
use crate::harmless::tame;

/// Nobody else has the file for as long as this is there, whatever ends the process.
pub(super) struct Lock(File);

impl Lock {
    /// Fails at once if another process has it, and names that; and if something is in it that no lock has written.
    pub(super) fn take(path: &Path) -> Result<Self, String> {
        let told = |error: io::Error| format!("{}: {error}", name(path));
        // It is not emptied before it is ours.
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(told)?;
        let foreign = |what: &str| {
            format!(
                "{}: {what}; give `--lock` a file of its own, such as `{}.lock`: it need not be there yet",
                name(path),
                tame(&path.display().to_string())
            )
        };
        if !file.metadata().map_err(told)?.is_file() {
            return Err(foreign("it is no ordinary file"));
        }
        match file.try_lock() {
            Ok(()) if !is_of_a_lock(&mut file).map_err(told)? => Err(foreign("it holds something that no lock wrote")),
            Ok(()) => {
                // From here on the file is emptied whatever happens.
                let mut lock = Self(file);
                // In one piece, so that one who is killed leaves a whole number or none.
                let pid = format!("{}\n", std::process::id());
                let emptied = lock.0.set_len(0).and_then(|()| lock.0.rewind());
                emptied.and_then(|()| lock.0.write_all(pid.as_bytes())).map_err(told)?;
                Ok(lock)
            }
            Err(TryLockError::Error(error)) => Err(told(error)),
            Err(TryLockError::WouldBlock) => Err(format!("{}: held by {}", name(path), holder(&mut file))),
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

/// Whether nothing is in it, or what is left of a lock whose process was killed.
fn is_of_a_lock(file: &mut File) -> io::Result<bool> {
    Ok(file.metadata()?.len() == 0 || number(file)?.is_some())
}

/// It writes its number right after it has taken the file.
fn holder(file: &mut File) -> String {
    let pid = number(file).ok().flatten();
    pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
}

/// The one number that is all of the file.
fn number(file: &mut File) -> io::Result<Option<u32>> {
    // No number is so long, and nobody's large file is read.
    let mut text = Vec::new();
    file.take(16).read_to_end(&mut text)?;
    let Some(digits) = text.strip_suffix(b"\n").filter(|digits| digits.iter().all(u8::is_ascii_digit)) else {
        return Ok(None);
    };
    Ok(std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()))
}
