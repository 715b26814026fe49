//! On a terminal: what runs, and below it a bar. Lines go above them.
//!
//! The cursor waits at the start of the bar. `indicatif` leaves it at the end of the line, where the terminal's `^C` makes it
//! go to the next one; then all is cleared one line too low, and the first one stays.

use std::io;

use console::Term;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};

/// How often it is drawn at most, in a second.
const OFTEN: u8 = 20;

/// What is drawn, to standard error.
pub(super) struct Bar {
    all: MultiProgress,
    counts: ProgressBar,
    rows: Vec<ProgressBar>,
}

impl Bar {
    pub(super) fn new() -> Self {
        let target = ProgressDrawTarget::term_like_with_hz(Box::new(Returning(Term::buffered_stderr())), OFTEN);
        let all = MultiProgress::with_draw_target(target);
        let counts =
            all.add(ProgressBar::new(0).with_style(style("[{bar:20}] {pos}/{len}  {wide_msg}").progress_chars("=> ")));
        Self { all, counts, rows: Vec::new() }
    }

    /// Draws what has changed.
    pub(super) fn draw(&mut self, done: usize, total: usize, text: String, rows: Vec<String>) {
        while self.rows.len() > rows.len() {
            if let Some(row) = self.rows.pop() {
                self.all.remove(&row);
            }
        }
        while self.rows.len() < rows.len() {
            let row = ProgressBar::new(0).with_style(style("{wide_msg}"));
            self.rows.push(self.all.insert_before(&self.counts, row));
        }
        for (row, text) in self.rows.iter().zip(rows) {
            row.set_message(text);
        }
        // A `usize` is no more than that anywhere.
        self.counts.set_length(u64::try_from(total).unwrap_or(u64::MAX));
        self.counts.set_position(u64::try_from(done).unwrap_or(u64::MAX));
        self.counts.set_message(text);
    }

    /// Does this while nothing is drawn.
    pub(super) fn without(&self, write: impl FnOnce()) {
        self.all.suspend(write);
    }

    /// Takes everything away for good.
    pub(super) fn end(&self) {
        // What can't be cleared stays: the run is over.
        let _ = self.all.clear();
        self.all.set_draw_target(ProgressDrawTarget::hidden());
    }
}

/// The templates above are right, as every run shows; what could be said otherwise is the default's business.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// The terminal, whose cursor goes back to the start of its line when something has been drawn.
#[derive(Debug)]
struct Returning(Term);

impl TermLike for Returning {
    fn width(&self) -> u16 {
        self.0.size().1
    }

    fn height(&self) -> u16 {
        self.0.size().0
    }

    fn move_cursor_up(&self, lines: usize) -> io::Result<()> {
        self.0.move_cursor_up(lines)
    }

    fn move_cursor_down(&self, lines: usize) -> io::Result<()> {
        self.0.move_cursor_down(lines)
    }

    fn move_cursor_right(&self, columns: usize) -> io::Result<()> {
        self.0.move_cursor_right(columns)
    }

    fn move_cursor_left(&self, columns: usize) -> io::Result<()> {
        self.0.move_cursor_left(columns)
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.0.write_line(text)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.0.write_str(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.0.clear_line()
    }

    fn flush(&self) -> io::Result<()> {
        self.0.write_str("\r")?;
        self.0.flush()
    }
}
