use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// A writer that keeps what it is given; clones share it. For [`DoJobber::lines_to`](dojobber::DoJobber::lines_to),
/// or for jobs that note what they do.
#[derive(Clone, Debug, Default)]
pub struct Lines(Arc<Mutex<String>>);

impl Lines {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a line.
    pub fn push(&self, line: impl AsRef<str>) {
        let mut text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        text.push_str(line.as_ref());
        text.push('\n');
    }

    /// All that was written since the last call, line by line.
    pub fn take(&self) -> Vec<String> {
        let text = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        text.lines().map(str::to_owned).collect()
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = std::str::from_utf8(bytes).map_err(io::Error::other)?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_str(text);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
