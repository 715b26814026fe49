//! The README's program of its own is one of the tests' programs, and prints what stands in the README.

use std::path::Path;

use super::{Program, repository};

fn readme() -> String {
    std::fs::read_to_string(repository().join("README.md")).unwrap()
}

#[test]
fn the_program_is_this_one() {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs/site.rs");
    let program = std::fs::read_to_string(program).unwrap();
    assert!(readme().contains(&format!("```rust,no_run\n{program}```\n")), "the README's program is not `site.rs`");
}

/// One after the other, where that project is.
#[test]
fn it_prints_this() {
    let site = Program::new("site", env!("CARGO_BIN_EXE_site"));
    std::fs::write(site.folder.path().join("Cargo.toml"), "").unwrap();
    let readme = readme();
    let blocks = readme.split("\n```text\n$ cargo run -q -- ").skip(1).map(|rest| rest.split("```").next().unwrap());
    let sessions: Vec<_> = blocks.flat_map(|block| block.split("$ cargo run -q -- ")).collect();
    assert_eq!(sessions.len(), 7, "{sessions:#?}");
    for session in sessions {
        let (typed, expected) = session.split_once('\n').unwrap();
        let (out, err, _) = site.says(&typed.split(' ').collect::<Vec<_>>());
        let said = (out + &err)
            .replace("tests/programs/site.rs", "src/main.rs")
            .replace("try again: site", "try again: target/debug/site");
        // What stands in the README has times, too.
        assert_eq!(said, super::without_numbers(expected), "{typed}");
    }
}

/// The attribute is handed the `impl`: what stands on the struct above is no job's description.
#[test]
fn jobs_are_described_where_the_attribute_is() {
    for file in ["README.md", "dojobber-macros/src/job.md"] {
        let text = std::fs::read_to_string(repository().join(file)).unwrap();
        let mut lines = text.lines().zip(text.lines().skip(1));
        let misplaced = lines.find(|(above, below)| above.starts_with("/// ") && *below == "#[derive(Default)]");
        assert_eq!(misplaced, None, "{file}");
    }
}
