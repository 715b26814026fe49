//! The fleet of the example's hosts file, on disks that are empty at first.

use super::Program;

const SITE: [&str; 4] = ["--root", "disks", "--hosts", "hosts.toml"];

fn fleet() -> Program {
    let fleet = Program::new("fleet", env!("CARGO_BIN_EXE_fleet"));
    std::fs::write(fleet.folder.path().join("hosts.toml"), include_str!("../../examples/fleet/hosts.toml")).unwrap();
    fleet
}

/// Behind a verb, and before other flags.
fn with(verb: &'static str, more: &[&'static str]) -> Vec<&'static str> {
    let verb = if verb.is_empty() { vec![] } else { vec![verb] };
    [&verb[..], &SITE, more].concat()
}

#[test]
fn help() {
    let fleet = fleet();
    fleet.golden("help", &["--help"]);
    for verb in ["run", "plan", "list", "graph", "why"] {
        fleet.golden(&format!("help_{verb}"), &[verb, "--help"]);
    }
    fleet.golden("usage", &["--root", "disks"]);
    fleet.golden("no_hosts", &["--root", "disks", "--hosts", "nowhere.toml"]);
}

#[test]
fn before_a_run() {
    let fleet = fleet();
    fleet.golden("plan", &with("plan", &[]));
    fleet.golden("list", &with("list", &[]));
    fleet.golden("graph", &with("graph", &[]));
    fleet.golden("why", &with("why", &["WriteConfig bee/web"]));
}

#[test]
fn runs() {
    let fleet = fleet();
    fleet.golden("config", &with("", &["--tag", "config"]));
    fleet.golden("first", &with("", &[]));
    fleet.golden("second", &with("", &[]));
    let bee = fleet.folder.path().join("disks/hosts/bee/etc");
    std::fs::write(bee.join("web.conf"), "").unwrap();
    fleet.golden("meddled", &with("", &["-n"]));
    fleet.golden("verbose", &with("", &["-v"]));
    // A directory where a file is to be.
    std::fs::remove_file(bee.join("motd")).unwrap();
    std::fs::create_dir(bee.join("motd")).unwrap();
    fleet.golden("failure", &with("", &[]));
    fleet.golden("json", &with("", &["--json", "-q", "--only", "Greet bee"]));
    fleet.golden("junit", &with("", &["--junit", "-", "-q", "--tag", "config"]));
    fleet.golden_screens("screen", &with("", &["--tag", "config"]));
}
