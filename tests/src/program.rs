use std::process::Command;

/// Runs a program, in an environment without words for it.
pub fn command(program: &str, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(args).env_remove("RUST_BACKTRACE").env_remove("RUST_LOG");
    for name in words_for_programs() {
        command.env_remove(name);
    }
    command
}

/// What is in the environment that programs of jobs go by.
pub(crate) fn words_for_programs() -> impl Iterator<Item = String> {
    let is_one = |name: &String| name.starts_with("DOJOBBER_") || name.contains("COLOR") || name == "COLUMNS";
    std::env::vars().map(|(name, _)| name).filter(is_one)
}
