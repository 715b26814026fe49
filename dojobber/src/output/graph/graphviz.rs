//! Formats that Graphviz's `dot` writes, where it is installed.

use std::io::{self, Write};
use std::process::{Command, Stdio};

use super::format::KNOWN;
use super::{dot, model::Model};

pub(super) fn write(to: &mut dyn Write, model: &Model, format: &str) -> io::Result<()> {
    // What follows the name would be taken for parts of it: a renderer, or a file to load it from.
    if !format.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)) {
        let text = format!("`{}` can't be the name of a format", format.escape_debug());
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    let mut source = Vec::new();
    dot::write(&mut source, model)?;
    let started = Command::new("dot")
        .arg(format!("-T{format}"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = started.map_err(|error| {
        let without = if cfg!(feature = "pictures") {
            format!("without it there are {KNOWN}")
        } else {
            "without it there are .dot, .gv, .mmd, .mermaid and .json, and with dojobber's feature `pictures` .svg, \
             .png and .txt, too"
                .to_owned()
        };
        let text = format!("`{format}` needs Graphviz, whose `dot` can't be started ({error}): {without}");
        io::Error::new(error.kind(), text)
    })?;
    if let Some(mut input) = child.stdin.take() {
        // A program that ends before it has read all says why, below.
        let _ = input.write_all(&source);
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let text = format!("Graphviz can't write `{format}`: {}", said.trim());
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    to.write_all(&output.stdout)
}
