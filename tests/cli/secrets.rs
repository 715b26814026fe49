//! A secret is in nothing that a program prints or writes.

use std::path::Path;
use std::process::Command;

use super::{Said, command_of, said};

const PASSWORD: &str = "hunter2";
const PIN: &str = "271828";

fn vault(args: &[&str]) -> Said {
    said(&mut vault_command(args))
}

fn vault_command(args: &[&str]) -> Command {
    let mut command = command_of(env!("CARGO_BIN_EXE_vault"), args);
    command.env_remove("VAULT_PASSWORD").env_remove("VAULT_PIN");
    command
}

#[track_caller]
fn is_not_in(text: &str) {
    for secret in [PASSWORD, PIN] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
}

/// Runs it with the secrets typed, and with those of the environment; both say the same.
#[track_caller]
fn tells_nothing(args: &[&str]) -> Said {
    let flags = [args, &["--password", PASSWORD, "--pin", PIN]].concat();
    let typed = vault(&flags);
    let from_environment = said(vault_command(args).env("VAULT_PASSWORD", PASSWORD).env("VAULT_PIN", PIN));
    for said in [&typed, &from_environment] {
        is_not_in(&said.out);
        is_not_in(&said.err);
    }
    assert_eq!(typed.code, from_environment.code);
    typed
}

#[test]
fn it_is_in_nothing_that_is_said() {
    let run = tells_nothing(&[]);
    assert_eq!(run.code, 1);
    for told in [
        // Jobs and programs got it whole.
        "log_in: 7 letters\n",
        "MakeToken: a token of ***\n",
        "`false --as wendell '***'` exited with status 1",
        "which is {\"user\":\"wendell\",\"token\":\"***\"}",
        "clean-up failed: MakeToken: *** can't be forgotten",
        "has secrets, which only a `Secret` takes",
        "caused by: invalid type: map, expected a string",
        "password *** → Some(***)",
        "--password '***' --pin '***'",
    ] {
        assert!(run.err.contains(told), "{told} is not in {}", run.err);
    }
    for args in [
        &["-v"][..],
        &["-d"],
        &["-q"],
        &["-n"],
        &["-n", "--deep"],
        &["-j", "4", "-d", "--progress", "plain"],
        &["--json"],
        &["plan"],
        &["plan", "--deep"],
        &["plan", "--json"],
        &["list"],
        &["list", "--json"],
        &["graph"],
        &["why", "Rotate"],
        &["why", "log_in"],
        &["--help"],
        &["plan", "--help"],
    ] {
        tells_nothing(args);
    }
}

#[test]
fn it_is_in_nothing_that_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    for ending in ["svg", "png", "txt", "mmd", "dot", "json"] {
        tells_nothing(&["--graph", &file(&format!("graph.{ending}"))]);
        tells_nothing(&["graph", "--output", &file(&format!("before.{ending}"))]);
    }
    tells_nothing(&["--events", &file("events"), "--junit", &file("junit.xml"), "--report", &file("report.html")]);
    let why = tells_nothing(&["why", "Rotate", "--events", &file("events")]);
    assert!(why.out.contains("password *** → Some(***)"), "{}", why.out);
    let mut files = 0;
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        let path = entry.unwrap().path();
        is_not_in(&String::from_utf8_lossy(&std::fs::read(&path).unwrap()));
        assert!(is_of_some_size(&path), "{}", path.display());
        files += 1;
    }
    assert_eq!(files, 15);
    let events = std::fs::read_to_string(file("events")).unwrap();
    assert!(events.contains(r#""result":{"token":"***","user":"wendell"}"#), "{events}");
    let report: serde_json::Value = serde_json::from_str(&tells_nothing(&["--json"]).out).unwrap();
    assert_eq!(report["global"]["token"], serde_json::json!({"user": "wendell", "token": "***"}));
}

fn is_of_some_size(path: &Path) -> bool {
    std::fs::metadata(path).unwrap().len() > 100
}

#[test]
fn a_value_that_cannot_be_read_is_not_shown() {
    for args in [&["--password", "x", "--pin", PASSWORD][..], &["--password", "x", "--pin=hunter2"]] {
        let run = vault(args);
        assert_eq!((run.code, &*run.out), (2, ""));
        assert!(run.err.starts_with("error: invalid value '***' for '--pin <PIN>'\n"), "{}", run.err);
        is_not_in(&run.err);
    }
    // As in the line that tells what to type to try again, when nothing is put in its place.
    let run = vault(&["--password", "***", "--pin", PIN]);
    let expected = "error: invalid value '***' for '--password <PASSWORD>'\n\n  \
                    tip: `***` stands for a secret that was left out: give the secret itself\n";
    assert!(run.code == 2 && run.err.starts_with(expected), "{} {}", run.code, run.err);
    let run = said(vault_command(&["plan", "--password", "x"]).env("VAULT_PIN", PASSWORD));
    assert_eq!(run.code, 2);
    is_not_in(&run.err);
    let twice = vault(&["--password", PASSWORD, "--password", PASSWORD]);
    assert_eq!(twice.code, 2);
    is_not_in(&twice.err);
}
