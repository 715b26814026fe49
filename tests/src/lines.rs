use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long lines are waited for that are to come.
const PATIENCE: Duration = Duration::from_secs(10);

/// A writer that keeps what it is given; clones share it. For [`DoJobber::lines_to`](dojobber::DoJobber::lines_to),
/// or for jobs that note what they do.
#[derive(Clone, Debug, Default)]
pub struct Lines(Arc<(Mutex<String>, Condvar)>);

impl Lines {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a line.
    pub fn push(&self, line: impl AsRef<str>) {
        let mut text = self.text();
        text.push_str(line.as_ref());
        text.push('\n');
        self.0.1.notify_all();
    }

    /// All that was written since the last call, line by line.
    pub fn take(&self) -> Vec<String> {
        let text = std::mem::take(&mut *self.text());
        text.lines().map(str::to_owned).collect()
    }

    /// As [`take`](Self::take), once there are so many, or after a while.
    pub fn take_of(&self, count: usize) -> Vec<String> {
        let waited = self.0.1.wait_timeout_while(self.text(), PATIENCE, |text| text.lines().count() < count);
        drop(waited);
        self.take()
    }

    fn text(&self) -> MutexGuard<'_, String> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = std::str::from_utf8(bytes).map_err(io::Error::other)?;
        self.text().push_str(text);
        self.0.1.notify_all();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
