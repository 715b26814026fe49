//! `display_graph`, in a process of its own, whose environment says whether there is a display.

#![cfg(target_os = "linux")]

use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

use super::*;

#[test]
#[ignore = "is started by the tests below"]
fn shows_it() {
    let mut dojob = party();
    dojob.checknrun().unwrap();
    dojob.display_graph().unwrap();
}

fn shown(setup: impl FnOnce(&mut Command) -> &mut Command) -> Output {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "display::shows_it", "--ignored", "--nocapture"]);
    child.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    let output = setup(&mut child).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

#[test]
fn without_a_display_it_is_drawn_in_the_terminal() {
    let output = shown(|child| child);
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.contains("├─ + Pizza (run only)\n"), "{stdout}");
    assert!(!stdout.contains('\u{1b}'), "{stdout}");
}

#[test]
fn with_a_display_it_is_opened_in_the_viewer() {
    let folder = tempfile::tempdir().unwrap();
    let viewer = folder.path().join("xdg-open");
    std::fs::write(&viewer, "#!/bin/sh\ncp \"$1\" \"$SEEN\" && rm \"$1\"\n").unwrap();
    std::fs::set_permissions(&viewer, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
    let seen = folder.path().join("seen");
    let output = shown(|child| child.env("DISPLAY", ":0").env("PATH", &path).env("SEEN", &seen));
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.contains("the graph: ") && !stdout.contains("Pizza"), "{stdout}");
    // The viewer isn't waited for.
    let svg = dojobber_tests::within(20, move || {
        loop {
            match std::fs::read_to_string(&seen) {
                Ok(svg) if svg.ends_with("</svg>\n") => break svg,
                _ => std::thread::yield_now(),
            }
        }
    });
    assert!(svg.starts_with("<svg ") && svg.contains("+ Pizza"));
}
