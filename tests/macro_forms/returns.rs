//! All that a function may return.

use super::*;

#[job(deps = [nothing, yes, ok_yes, io, text, any, aliased, given])]
struct All;

#[job]
fn nothing() {}

#[job]
fn yes() -> bool {
    true
}

#[job]
fn ok_yes() -> Result<bool> {
    Ok(true)
}

#[job]
fn io() -> std::io::Result<u64> {
    Ok(std::fs::metadata(".")?.len())
}

#[job]
fn text() -> Result<(), String> {
    Ok(())
}

#[job]
fn any() -> anyhow::Result<Vec<u8>> {
    Ok(vec![1, 2])
}

type Aliased = std::result::Result<(u8, Option<char>), std::fmt::Error>;

#[job]
fn aliased() -> Aliased {
    Ok((1, Some('x')))
}

#[job]
fn given(any: Output<any>, aliased: Output<aliased>) -> Result {
    ensure!(any.len() == 2 && aliased.1 == Some('x'));
    Ok(())
}

#[job(tries = 1, deps = [])]
fn no() -> bool {
    false
}

#[job(tries = 1)]
fn ok_no() -> Result<bool> {
    Ok(false)
}

#[job(tries = 1)]
fn io_error() -> std::io::Result<()> {
    Err(std::io::Error::other("disk on fire"))
}

#[job(tries = 1)]
fn text_error() -> Result<u8, String> {
    Err("no number".to_owned())
}

#[job(tries = 1)]
fn any_error() -> anyhow::Result<()> {
    anyhow::bail!("anyhow")
}

#[test]
fn pass() {
    let report = run::<All>();
    assert_eq!(report.output::<any>(), Some(&vec![1, 2]));
    assert_eq!(report.output::<aliased>(), Some(&(1, Some('x'))));
    assert!(report.output_json("ok_yes").is_none(), "a verdict is no result");
}

#[test]
fn fail() {
    assert_eq!(error_of::<no>("no"), "run returned false");
    assert_eq!(error_of::<ok_no>("ok_no"), "run returned false");
    assert_eq!(error_of::<io_error>("io_error"), "disk on fire");
    assert_eq!(error_of::<text_error>("text_error"), "no number");
    assert_eq!(error_of::<any_error>("any_error"), "anyhow");
}
