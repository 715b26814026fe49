//! Showing the graph to whoever sits in front of the machine.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use super::format::Format;
use super::picture::Picture;

impl Picture<'_> {
    /// Opens it in the system's viewer, and says in which file it is. Where there is no display, or no viewer can be
    /// started, it is drawn in the terminal (on standard output), as wide as that is. With the feature `pictures`.
    ///
    /// Nobody waits for the viewer, nor knows when the file is no longer looked at: it stays among the temporary ones.
    pub fn display(&self) -> io::Result<()> {
        let opened = if has_display() { self.open().ok() } else { None };
        let mut stdout = io::stdout().lock();
        if let Some(file) = opened {
            return writeln!(stdout, "the graph: {}", file.display());
        }
        self.clone().fit_terminal().write(&mut stdout, &Format::Text)?;
        stdout.flush()
    }

    /// As wide as the terminal at standard output, if there is one.
    pub(crate) fn fit_terminal(self) -> Self {
        // Without the condition, that of another stream would do.
        let is_there = io::stdout().is_terminal();
        match terminal_size::terminal_size().filter(|_| is_there) {
            Some((width, _)) => self.columns(usize::from(width.0)),
            None => self,
        }
    }

    fn open(&self) -> io::Result<PathBuf> {
        let mut file = tempfile::Builder::new().prefix("dojobber-").suffix(".svg").tempfile()?;
        self.write(&mut file, &Format::Svg)?;
        let (_, path) = file.keep().map_err(|error| error.error)?;
        if let Err(error) = opener::open(&path) {
            // Nobody looks at it.
            let _ = std::fs::remove_file(&path);
            return Err(io::Error::other(error));
        }
        Ok(path)
    }
}

/// Whether somebody would see a window. Elsewhere than on macOS and Windows, the environment tells.
fn has_display() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(any(windows, target_os = "macos")) || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}
