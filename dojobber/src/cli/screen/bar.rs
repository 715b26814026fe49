//! On a terminal: what runs, and below it a bar. Lines go above them.
//!
//! The bar comes last since it is short: a terminal shows the key that interrupts behind it, in the same line.

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// What is drawn. It draws to standard error, and nothing where that is no terminal.
pub(super) struct Bar {
    all: MultiProgress,
    counts: ProgressBar,
    rows: Vec<ProgressBar>,
}

impl Bar {
    pub(super) fn new() -> Self {
        let all = MultiProgress::new();
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
        self.all.set_draw_target(indicatif::ProgressDrawTarget::hidden());
    }
}

/// The templates above are right, as every run shows; what could be said otherwise is the default's business.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
