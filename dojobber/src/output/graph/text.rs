//! The graph as an indented tree, for a terminal.

use std::io::{self, Write};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::look::{Look, look};
use super::model::{Model, Node};
use super::picture::Style;
use crate::job::Kind;
use crate::status::Status;

/// A node that is about to be written.
struct Line {
    node: usize,
    depth: usize,
    is_last: bool,
}

/// From each job that nothing needs down to what it needs. A job whose needs were told before is followed by `…`.
pub(super) fn write(to: &mut dyn Write, model: &Model, style: &Style) -> io::Result<()> {
    let needs = model.needs();
    let mut is_needed = vec![false; model.nodes.len()];
    for (_, needed) in &model.arrows {
        is_needed[*needed] = true;
    }
    let mut told = vec![false; model.nodes.len()];
    // Whether the line of the ancestor at each depth goes on below.
    let mut open: Vec<bool> = Vec::new();
    let roots = (0..model.nodes.len()).filter(|node| !is_needed[*node]).rev();
    let mut stack: Vec<_> = roots.map(|node| Line { node, depth: 0, is_last: true }).collect();
    while let Some(Line { node, depth, is_last }) = stack.pop() {
        open.truncate(depth.saturating_sub(1));
        let again = std::mem::replace(&mut told[node], true);
        let branch = branch(&open, depth, is_last, style.columns);
        let more = if again && !needs[node].is_empty() { " …" } else { "" };
        write_line(to, &branch, &model.nodes[node], more, style)?;
        if depth > 0 {
            open.push(!is_last);
        }
        if !again {
            let below = needs[node].iter().enumerate().rev();
            let last = needs[node].len().saturating_sub(1);
            stack.extend(below.map(|(index, need)| Line { node: *need, depth: depth + 1, is_last: index == last }));
        }
    }
    writeln!(to, "{}", summary(model))
}

/// The lines in front of a node. They take half of the columns at most: from there on, the depth is a number.
fn branch(open: &[bool], depth: usize, is_last: bool, columns: usize) -> String {
    if depth == 0 {
        return String::new();
    }
    let corner = if is_last { "└─ " } else { "├─ " };
    let room = (columns / 2 / 3).max(2);
    let mut branch = String::new();
    let shown = if open.len() > room {
        branch = format!("[{depth}] ");
        &open[open.len() - room + branch.len().div_ceil(3)..]
    } else {
        open
    };
    branch.extend(shown.iter().map(|open| if *open { "│  " } else { "   " }));
    branch + corner
}

fn write_line(to: &mut dyn Write, branch: &str, node: &Node, more: &str, style: &Style) -> io::Result<()> {
    let mut text = node.label();
    let tally = node.tally();
    if !tally.is_empty() {
        text = format!("{text}  ({tally})");
    }
    text.push_str(match node.kind {
        Kind::Job => "",
        Kind::RunOnly => " (run only)",
        Kind::Group => " (group)",
        Kind::Family => " (family)",
    });
    let room = style.columns.saturating_sub(branch.width() + more.width()).max(8);
    let text = cut(&text, room);
    match colour(node.status).filter(|_| style.colours) {
        Some(colour) => writeln!(to, "{branch}\u{1b}[{colour}m{text}\u{1b}[0m{more}"),
        None => writeln!(to, "{branch}{text}{more}"),
    }
}

/// At most so many columns of a text.
fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut width = 1;
    let fits = text.chars().take_while(|character| {
        width += character.width().unwrap_or(0);
        width <= columns
    });
    fits.collect::<String>() + "…"
}

/// The terminal's own colours, so that they suit its background.
fn colour(status: Option<Status>) -> Option<&'static str> {
    match status? {
        Status::Ok | Status::Skipped => Some("92"),
        Status::Changed => Some("32"),
        Status::Failed | Status::WouldRun => Some("31"),
        Status::Blocked | Status::Cancelled | Status::Unknown => None,
    }
}

/// How many jobs there are, and, after the run, how many ended in which way.
fn summary(model: &Model) -> String {
    let counts = model.counts();
    let jobs: usize = counts.iter().map(|(_, count)| count).sum();
    let plural = if jobs == 1 { "" } else { "s" };
    let each = counts.iter().filter_map(|(status, count)| {
        let Look { mark, .. } = look(*status);
        Some(format!("{mark} {count} {}", (*status)?))
    });
    let each = each.collect::<Vec<_>>().join(", ");
    let colon = if each.is_empty() { "" } else { ": " };
    format!("{jobs} job{plural}{colon}{each}")
}
