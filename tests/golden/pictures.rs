//! The README's pictures are what the commands beside them make.

use std::fmt::Write;

use dojobber_tests::{assert_golden, svg, without_seconds};

use super::movie_night::movie_night;
use super::repository;

#[test]
fn the_graph() {
    let night = movie_night();
    assert_eq!(night.says(&["-q", "--graph", "night.svg"]).2, 1);
    assert_golden("../docs/movie_night.svg", &std::fs::read_to_string(night.folder.path().join("night.svg")).unwrap());
}

/// In the documentation, which has no files beside it, they are part of the text.
#[test]
fn in_the_documentation() {
    let definition = |name: &str, file: &str| {
        let svg = std::fs::read_to_string(repository().join("docs").join(file)).unwrap();
        let mut encoded = String::new();
        for byte in svg.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~/:;,=".contains(&byte) {
                encoded.push(char::from(byte));
            } else {
                write!(encoded, "%{byte:02X}").unwrap();
            }
        }
        format!("[{name}]: data:image/svg+xml,{encoded}\n")
    };
    let both = definition("graph", "movie_night.svg") + &definition("run", "run.svg");
    assert_golden("../dojobber/src/pictures.md", &both);
}

/// What can be read in it, but for times; and that it would be drawn like this today.
#[test]
fn the_screen() {
    let file = std::fs::read_to_string(repository().join("docs/run.svg")).unwrap();
    let (command, expected) = read(&file);
    let args: Vec<_> = command.strip_prefix("$ cargo run --example movie_night -- ").unwrap().split(' ').collect();
    // Its folder goes with it.
    let night = movie_night();
    let mut terminal = night.at_terminal(90, &args, &[]);
    let words: Vec<_> = expected.lines().map(without_seconds).collect();
    let is_it = |drawn: &str| read(drawn).1.lines().map(without_seconds).eq(words.iter().cloned());
    terminal.wait_until(|terminal| is_it(&svg(terminal.screen(), &command[2..])));
    let drawn = svg(terminal.screen(), &command[2..]);
    assert_eq!(drawn.lines().take(3).collect::<Vec<_>>(), file.lines().take(3).collect::<Vec<_>>());
    terminal.type_in("\u{3}");
    terminal.end();
}

/// The command, and the lines below it.
fn read(svg: &str) -> (String, String) {
    let svg = roxmltree::Document::parse(svg).unwrap();
    let lines = svg.descendants().filter(|node| node.has_tag_name("text"));
    let mut lines = lines.map(|line| {
        line.descendants().filter(roxmltree::Node::is_text).filter_map(|node| node.text()).collect::<String>()
    });
    (lines.next().unwrap(), lines.collect::<Vec<_>>().join("\n"))
}
