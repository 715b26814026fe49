//! A flowchart for Mermaid, which forges and wikis draw.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::look::look;
use super::model::{Model, Node};
use crate::job::Kind;

pub(super) fn write(to: &mut dyn Write, model: &Model) -> io::Result<()> {
    writeln!(to, "flowchart TD")?;
    for (index, node) in model.nodes.iter().enumerate() {
        let (open, close) = match node.kind {
            Kind::Job => ("([", "])"),
            Kind::RunOnly => ("{{", "}}"),
            Kind::Group => ("[", "]"),
            Kind::Family => ("[[", "]]"),
        };
        writeln!(to, "    n{index}{open}\"{}\"{close}:::{}", label(node), look(node.status).class)?;
    }
    for (from, needed) in &model.arrows {
        writeln!(to, "    n{from} --> n{needed}")?;
    }
    for (status, _) in model.counts() {
        let look = look(status);
        // Without colours of its own a node has those of the page.
        match look.colours {
            Some(colours) => {
                writeln!(to, "    classDef {} fill:{},color:{},stroke:#666", look.class, colours.fill, colours.ink)?;
            }
            None => writeln!(to, "    classDef {} stroke:#888", look.class)?,
        }
    }
    Ok(())
}

fn label(node: &Node) -> String {
    let mut label = escape(&node.label());
    let tally = node.tally();
    if !tally.is_empty() {
        label.push_str("<br>");
        label.push_str(&escape(&tally));
    }
    label
}

/// Mermaid reads markup, Markdown and entities within quotes, too. It turns `#60;` into that character after all of that,
/// so whatever could mean anything is written in that way.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (index, character) in text.chars().enumerate() {
        let means_nothing = character.is_ascii_alphanumeric() || " _-.,:/".contains(character) || !character.is_ascii();
        // In front, a number or a dash would begin a list.
        if means_nothing && (index > 0 || character.is_alphabetic() || !character.is_ascii()) {
            escaped.push(character);
        } else {
            // Writing to a string can't fail.
            let _ = write!(escaped, "#{};", u32::from(character));
        }
    }
    escaped
}
